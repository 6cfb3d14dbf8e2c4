"""Requests a second, for an account with all its keys."""

from __future__ import annotations

from collections import defaultdict, deque

from bot.clock import Clock
from bot.sandbox.dashscope.answers import Refused

PER_SECOND = {"get_policy": 100, "detect": 5, "submit": 5, "query": 20, "list": 20, "cancel": 20}
"""DashScope docs: 100 policies, 5 detections and submissions, 20 calls of each task interface."""


class RateLimits:
    """Remembers the calls of the last second; those it refuses do not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def pass_one(self, account: str, endpoint: str) -> None:
        """Count a call. Raises Refused (429) when the second is full."""
        now = self._clock.steady_seconds()
        recent = self._recent[account, endpoint]
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= PER_SECOND[endpoint]:
            raise throttled()
        recent.append(now)


def throttled() -> Refused:
    """Return the error for too many requests."""
    return Refused(
        429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."
    )
