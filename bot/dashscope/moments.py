"""Moments as the provider writes them, and as we keep them (milliseconds since 1970 UTC)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from bot.dashscope import fields

BEIJING = timezone(timedelta(hours=8))
"""The provider's times carry no zone and are UTC+8, wherever the region is."""

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


def http_date(written: str) -> int | None:
    """The moment in a header such as Date (RFC 9110, 5.6.7); None when it is no date."""
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    # A date with the zone "-0000" is parsed as having none; it means UTC.
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (zoned - _EPOCH) // timedelta(milliseconds=1)
