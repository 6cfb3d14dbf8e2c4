"""Moments as the provider writes them, and as we keep them (milliseconds since 1970 UTC)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from bot.dashscope import fields

BEIJING = timezone(timedelta(hours=8))
"""The provider's times carry no zone and are UTC+8, wherever the region is."""

DAY_MILLISECONDS = 24 * 3600 * 1000
"""The longest span a list of tasks may cover (DashScope docs: asynchronous task management)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(source: Mapping[str, object], key: str) -> int | None:
    """The moment at `key`: text such as "2025-09-01 09:37:27.468", or epoch milliseconds."""
    written = fields.text(source, key)
    return fields.whole(source, key) if written is None else _parsed(written)


def _parsed(written: str) -> int | None:
    try:
        local = datetime.fromisoformat(written)
    except ValueError:
        return None
    zoned = local if local.tzinfo else local.replace(tzinfo=BEIJING)
    return (zoned - _EPOCH) // timedelta(milliseconds=1)


def compact(moment_milliseconds: int) -> str:
    """A moment as the list of tasks wants it: YYYYMMDDhhmmss, UTC+8, the fraction dropped."""
    local = _EPOCH + timedelta(milliseconds=moment_milliseconds)
    return local.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def spans(start_milliseconds: int, end_milliseconds: int) -> Iterator[tuple[int, int]]:
    """Cut a time into whole-second spans, outwards, none longer than the provider allows."""
    start = start_milliseconds // 1000 * 1000
    end = -(-end_milliseconds // 1000) * 1000
    while start < end:
        yield start, min(start + DAY_MILLISECONDS, end)
        start += DAY_MILLISECONDS
