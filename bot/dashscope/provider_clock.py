"""The provider's time of day, by the Date of its answers."""

from __future__ import annotations

from bot.clock import Clock
from bot.dashscope.moments import http_date

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
        """Follow the Date of an answer that has just come; what is no date says nothing."""
        heard = http_date(date or "")
        if heard is not None:
            self._began_milliseconds = heard - self._steady_milliseconds()
            self._ours_when_heard = self._ours_began_milliseconds()

    def _ours_began_milliseconds(self) -> int:
        """When the steady clock began, by this machine's clock."""
        return self._clock.now_milliseconds() - self._steady_milliseconds()

    def _steady_milliseconds(self) -> int:
        return round(self._clock.steady_seconds() * 1000)
