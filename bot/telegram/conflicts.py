"""409 on getUpdates: the last poll of a process just killed, or a second instance?"""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.telegram.backoff import Backoff
from bot.telegram.errors import SecondInstance

logger = logging.getLogger(__name__)

# Two instances end one another's polls in turn, so a success in between proves nothing; that
# long without a conflict does.
_FORGOTTEN_AFTER_SECONDS = 90.0


class Conflicts:
    """Puts up with conflicts for a while.

    The patience is shortened by up to half by lot: of two instances that began at the same time
    one gives up first, and the other goes on.
    """

    def __init__(self, clock: Clock, patience_seconds: float) -> None:
        self._clock = clock
        self._patience = Backoff(patience_seconds, patience_seconds)
        self._until = 0.0
        self._last_at: float | None = None

    def pause_seconds(self, conflict: SecondInstance) -> float:
        """How long to wait before polling again; raises `conflict` when patience has ended."""
        now = self._clock.steady_seconds()
        if self._last_at is None or now - self._last_at > _FORGOTTEN_AFTER_SECONDS:
            self._until = now + self._patience.pause_seconds(1)
        self._last_at = now
        if now > self._until:
            raise conflict
        logger.warning("another poll has taken over (409); trying for %.1f s", self._until - now)
        return min(1.0, self._until - now)
