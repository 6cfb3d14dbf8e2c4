"""The sandbox's journal: everything that happens on either local server, in order, live."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from bot.clock import Clock

Event = dict[str, Any]


class Journal:
    """Numbered events, the newest kept, every one handed to each follower.

    An event is `{"n", "at_milliseconds", "type", …}`; its types are listed in `docs/sandbox.md`.
    """

    def __init__(self, clock: Clock, *, keep: int = 5_000) -> None:
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=keep)
        self._last = 0
        self._grown = asyncio.Condition()
        self._wakers: set[asyncio.Task[None]] = set()

    def append(self, event_type: str, **details: Any) -> Event:
        """Record one event and wake the followers; must be called on the event loop."""
        self._last += 1
        event = {
            "n": self._last,
            "at_milliseconds": self._clock.now_milliseconds(),
            "type": event_type,
            **details,
        }
        self._events.append(event)
        waker = asyncio.get_running_loop().create_task(self._wake())
        self._wakers.add(waker)
        waker.add_done_callback(self._wakers.discard)
        return event

    def since(self, after: int) -> list[Event]:
        """The kept events numbered above `after`, oldest first."""
        return [event for event in self._events if event["n"] > after]

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Events above `after`: those kept, then each new one as it happens."""
        while True:
            for event in self.since(after):
                after = event["n"]
                yield event
            async with self._grown:
                while self._last <= after:
                    await self._grown.wait()

    async def _wake(self) -> None:
        async with self._grown:
            self._grown.notify_all()
