"""When to repeat a call: a decision, returned as a value; the waiting is the caller's."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.dashscope.errors import DashScopeError, Throttled, TryAgain


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """Waiting that doubles up to a limit, with jitter, for so many attempts in all.

    `jitter` returns a number from 0 to 1: the wait is between half and the whole of its nominal
    length, so that calls which failed together do not return together.
    Never wrap `submit` in it as it is: give it `repeatable=(NotSent, Throttled)`.
    """

    attempts: int = 5
    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    repeatable: tuple[type[DashScopeError], ...] = (TryAgain,)
    jitter: Callable[[], float] = random.SystemRandom().random

    def delay_seconds(self, attempt: int, error: BaseException) -> float | None:
        """How long to wait after attempt number `attempt` (from 1) failed; None: do not repeat."""
        if attempt >= self.attempts or not isinstance(error, self.repeatable):
            return None
        return max(self._backoff_seconds(attempt), _asked_seconds(error))

    def _backoff_seconds(self, attempt: int) -> float:
        doublings = min(attempt - 1, 32)
        nominal = min(self.first_seconds * 2.0**doublings, self.longest_seconds)
        return nominal * (0.5 + self.jitter() / 2)


def _asked_seconds(error: BaseException) -> float:
    if isinstance(error, Throttled) and error.retry_after_seconds is not None:
        return error.retry_after_seconds
    return 0.0


_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling pauses up to a cap, shortened by up to half so that many clients do not march."""

    first_seconds: float = 0.5
    cap_seconds: float = 30.0

    def pause_seconds(self, failures: int) -> float:
        """The pause after this many failures in a row (from 1 on)."""
        doublings = float(2 ** min(failures - 1, 30))
        full_seconds = min(self.cap_seconds, self.first_seconds * doublings)
        return full_seconds * _dice.uniform(0.5, 1.0)
