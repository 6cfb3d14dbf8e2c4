"""Throttling: the provider says "too many requests", and how long nothing is submitted then."""

from __future__ import annotations

from bot.clock import Clock
from bot.dashscope.errors import Throttled

WAITS_SECONDS = (5, 10, 20, 40, *[60] * 6)
"""Seven minutes in all. Being too fast passes within seconds: what lasts so long is something else,
such as another program that uses the account.
"""


class Throttling:
    """That of one engine, in a row; the whole engine waits, for the limit is not one job's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times = 0
        self._until_seconds = 0.0

    @property
    def holds_back(self) -> bool:
        """Whether it is too early to submit anything."""
        return self._clock.steady_seconds() < self._until_seconds

    @property
    def lasts(self) -> bool:
        """Whether it has lasted too long to pass by itself."""
        return self._times > len(WAITS_SECONDS)

    def again(self, failure: Throttled) -> float:
        """Once more, in a row; for how long to wait, in seconds: at least as long as was asked."""
        usual = WAITS_SECONDS[min(self._times, len(WAITS_SECONDS) - 1)]
        wait_seconds = max(float(usual), failure.retry_after_seconds or 0.0)
        self._times += 1
        self._until_seconds = self._clock.steady_seconds() + wait_seconds
        return wait_seconds
