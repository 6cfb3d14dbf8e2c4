"""Suspension: nothing is submitted for a while, longer each time in a row."""

from __future__ import annotations

from bot.clock import Clock
from bot.retry import SUBMIT


class Suspension:
    """For all jobs that it concerns: what was met is not one job's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times = 0
        self._until_seconds = 0.0

    @property
    def is_on(self) -> bool:
        """Whether it is too early to submit anything."""
        return self._clock.steady_seconds() < self._until_seconds

    @property
    def lasts(self) -> bool:
        """Whether it has lasted too long to pass by itself."""
        return SUBMIT.delay_seconds(self._times) is None

    def again(self, asked_seconds: float | None = None) -> float:
        """Once more, in a row; for how long, in seconds: at least as long as was asked."""
        self._times += 1
        delay_seconds = SUBMIT.endless_delay_seconds(self._times, asked_seconds)
        self._until_seconds = self._clock.steady_seconds() + delay_seconds
        return delay_seconds

    def end(self) -> None:
        """The next one is the first in a row."""
        self._times = 0
