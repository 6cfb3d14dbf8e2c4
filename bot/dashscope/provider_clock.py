"""The provider's time of day, by the Date of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from bot.clock import Clock
from bot.dashscope import fields

_LITTLE_MILLISECONDS = 10_000
"""A clock that is kept right drifts by less between two answers."""


class ProviderClock:
    """What time it is for the provider: until it is heard of, what it is here.

    Between two answers what really passes is counted: setting this machine's clock sets nothing
    here. A Date has a resolution of a second and is as old as its answer took to come.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_milliseconds = self._ours_began_milliseconds()
        self._ours_when_heard: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether an answer has said what time it is, and nothing makes that doubtful.

        This machine's clock was set meanwhile, or the machine slept: the steady clock did too.
        """
        heard = self._ours_when_heard
        if heard is None:
            return False
        return abs(self._ours_began_milliseconds() - heard) < _LITTLE_MILLISECONDS

    def now_milliseconds(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self._began_milliseconds + self._steady_milliseconds()

    def hear(self, date: str | None) -> None:
        """Follow the Date of an answer that has just come; one without makes all doubtful."""
        heard = http_date(date or "")
        if heard is None:
            self._ours_when_heard = None
            return
        self._began_milliseconds = heard - self._steady_milliseconds()
        self._ours_when_heard = self._ours_began_milliseconds()

    def _ours_began_milliseconds(self) -> int:
        """When the steady clock began, by this machine's clock."""
        return self._clock.now_milliseconds() - self._steady_milliseconds()

    def _steady_milliseconds(self) -> int:
        return round(self._clock.steady_seconds() * 1000)


BEIJING = timezone(timedelta(hours=8))
"""The provider's times carry no zone and are UTC+8, wherever the region is."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(source: Mapping[str, object], key: str) -> int | None:
    """The moment at `key`: text such as "2025-09-01 09:37:27.468", or epoch milliseconds."""
    number, written = fields.whole(source, key), fields.text(source, key)
    return number if number is not None or written is None else _parsed(written)


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
