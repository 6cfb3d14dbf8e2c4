"""The provider's time of day, by the Date of its answers."""

from __future__ import annotations

from bot.clock import Clock
from bot.dashscope.moments import http_date


class ProviderClock:
    """What time it is for the provider: until it is heard of, what it is here.

    Between two answers what really passes is counted: setting this machine's clock sets nothing
    here. A Date has a resolution of a second and is as old as its answer took to come.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_milliseconds = clock.now_milliseconds() - self._steady_milliseconds
        self.is_heard_of = False
        """Whether an answer has said what time it is."""

    def now_milliseconds(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self._began_milliseconds + self._steady_milliseconds

    def hear(self, date: str | None) -> None:
        """Follow the Date of an answer that has just come; what is no date says nothing."""
        heard = http_date(date or "")
        if heard is not None:
            self._began_milliseconds = heard - self._steady_milliseconds
            self.is_heard_of = True

    @property
    def _steady_milliseconds(self) -> int:
        return round(self._clock.steady_seconds() * 1000)
