"""The machine's clock may be set back: what waits for a moment is not to wait longer for that."""

from __future__ import annotations

import logging
import math
from dataclasses import field

from bot.common import Component
from storage.db import due

logger = logging.getLogger(__name__)

_LEAST_MILLISECONDS = 2_000
"""Less is how a clock that runs a little fast is brought back: nobody waits longer for that."""
_NOTE_EVERY_SECONDS = 60.0


class ClockWatch(Component):
    """Compares the time of day with what really passes, and after a stop with what was noted.

    A clock that is set forward needs nothing: what is due early is tried once more, no more.
    """

    _offset_milliseconds: int | None = field(init=False, default=None)
    _noted_at_seconds: float = field(init=False, default=-math.inf)

    async def look(self) -> None:
        """Notice that the clock was set back, and bring back with it all that was put off."""
        steady_seconds = self.clock.steady_seconds()
        offset_milliseconds = self.clock.now_milliseconds() - round(steady_seconds * 1000)
        back_milliseconds = await self._set_back_by(offset_milliseconds)
        is_set = abs(back_milliseconds) > _LEAST_MILLISECONDS
        if is_set or steady_seconds - self._noted_at_seconds >= _NOTE_EVERY_SECONDS:
            await self._note(back_milliseconds)
            self._noted_at_seconds = steady_seconds
        self._offset_milliseconds = offset_milliseconds

    async def _set_back_by(self, offset_milliseconds: int) -> int:
        if self._offset_milliseconds is None:
            return await due.ahead_milliseconds(self.database)
        return self._offset_milliseconds - offset_milliseconds

    async def _note(self, back_milliseconds: int) -> None:
        async with self.database.transaction() as tx:
            if back_milliseconds > _LEAST_MILLISECONDS:
                logger.warning("the clock was set back by %.0f s", back_milliseconds / 1000)
                await due.set_back(tx, back_milliseconds)
            await due.note_time(tx)
