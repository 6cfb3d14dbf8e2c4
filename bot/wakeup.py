"""What is said to those who look at the database from time to time: look again."""

from __future__ import annotations

import asyncio


class Wakeup:
    """Many may give it, one waits for it; several at once are one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Wake the one who waits, or let the next wait end at once."""
        self._event.set()

    async def wait(self, at_most_seconds: float) -> None:
        """Until the next nudge, or so long: a nudge is a courtesy, the time limit the promise."""
        try:
            async with asyncio.timeout(at_most_seconds):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()
