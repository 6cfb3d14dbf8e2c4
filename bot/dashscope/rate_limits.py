"""Rate limits: calls never faster than the provider allows the account."""

from __future__ import annotations

from bot.clock import Clock

_MARGIN = 1.1
"""Turns are this much further apart than they must be: the network delays some more than others."""


class EndpointRateLimiter:
    """Evenly spaced turns, first come first served.

    A turn is taken the moment it is asked for, without awaiting, so callers need no lock; the turn
    of a caller that is cancelled while it waits stays empty.
    """

    def __init__(self, clock: Clock, *, per_second: float) -> None:
        self._clock = clock
        self._interval_seconds = _MARGIN / per_second
        self._next_seconds = clock.steady_seconds()

    async def acquire(self) -> None:
        """Wait for the caller's turn."""
        now = self._clock.steady_seconds()
        start = max(now, self._next_seconds)
        self._next_seconds = start + self._interval_seconds
        if start > now:
            await self._clock.sleep(start - now)


CALLS_PER_SECOND = {"detect": 5, "submit": 5, "query": 20, "list": 20, "cancel": 20}
"""The provider's limits for an account with all its keys (DashScope docs: the models' rate limits;
asynchronous task management)."""
