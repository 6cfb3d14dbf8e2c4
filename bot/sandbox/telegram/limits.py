"""Telegram's sending limits. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits

The documentation: avoid more than one message a second in one chat, "short bursts" tolerated;
no more than 20 messages a minute in a group; no more than about 30 messages a second overall.
"""

from __future__ import annotations

import math
from collections import deque

from bot.clock import Clock

PRIVATE_BURST = 10
PRIVATE_PER_SECOND = 1.0
GROUP_PER_MINUTE = 20
OVERALL_PER_SECOND = 30


class _Window:
    """At most `limit` events in any `span_seconds`."""

    def __init__(self, limit: int, span_seconds: float) -> None:
        self._limit = limit
        self._span = span_seconds
        self._times: deque[float] = deque()

    def wait_seconds(self, now: float, count: int) -> float:
        while self._times and self._times[0] <= now - self._span:
            self._times.popleft()
        excess = len(self._times) + count - self._limit
        if excess <= 0 or not self._times:
            return 0.0
        return self._times[min(excess, len(self._times)) - 1] + self._span - now

    def take(self, now: float, count: int) -> None:
        self._times.extend([now] * count)


class _Bucket:
    """A burst, refilled steadily."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._rate = per_second
        self._tokens = float(burst)
        self._seen = -math.inf

    def wait_seconds(self, now: float, count: int) -> float:
        if self._seen > -math.inf:
            refilled = self._tokens + (now - self._seen) * self._rate
            self._tokens = min(self._burst, refilled)
        self._seen = now
        return max(0.0, (min(count, self._burst) - self._tokens) / self._rate)

    def take(self, now: float, count: int) -> None:
        del now
        self._tokens -= count


class RateLimits:
    """One bot's limits: per private chat, per group, overall. Edits count like messages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._overall = _Window(OVERALL_PER_SECOND, 1.0)
        self._private: dict[int, _Bucket] = {}
        self._groups: dict[int, _Window] = {}

    def take(self, chat_id: int, *, is_group: bool, count: int = 1) -> int | None:
        """None when `count` messages may go out now, else the seconds to wait (nothing taken)."""
        now = self._clock.steady_seconds()
        chat = self._of_chat(chat_id, is_group)
        wait = max(self._overall.wait_seconds(now, count), chat.wait_seconds(now, count))
        if wait > 0:
            return max(1, math.ceil(wait))
        self._overall.take(now, count)
        chat.take(now, count)
        return None

    def _of_chat(self, chat_id: int, is_group: bool) -> _Window | _Bucket:
        if is_group:
            return self._groups.setdefault(chat_id, _Window(GROUP_PER_MINUTE, 60.0))
        return self._private.setdefault(chat_id, _Bucket(PRIVATE_BURST, PRIVATE_PER_SECOND))
