"""Windows of the quota: days and months in the operator's time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(at_milliseconds: int, zone: ZoneInfo) -> str:
    """The calendar day there, as YYYY-MM-DD."""
    return _there(at_milliseconds, zone).date().isoformat()


def next_day_milliseconds(at_milliseconds: int, zone: ZoneInfo) -> int:
    """When the day after begins, in milliseconds since 1970 UTC."""
    tomorrow = _there(at_milliseconds, zone).date() + timedelta(days=1)
    return _start(datetime.combine(tomorrow, time(), zone))


def next_month_milliseconds(at_milliseconds: int, zone: ZoneInfo) -> int:
    """When the month after begins, in milliseconds since 1970 UTC."""
    in_next_month = _there(at_milliseconds, zone).date().replace(day=1) + timedelta(days=32)
    return _start(datetime.combine(in_next_month.replace(day=1), time(), zone))


def _there(at_milliseconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_milliseconds / 1000, zone)


def _start(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
