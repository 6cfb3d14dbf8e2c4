"""One queue a chat: order inside it, the others beside it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")

_OF_ONE_COUNTING = 1_000_000
"""After a week without any update Telegram may begin with other numbers."""


class ChatQueues(Generic[Item]):
    """Handles items of one key one after another, of different keys at the same time.

    They are put into order by their `number`, as far as several wait. Numbers that are far apart
    are of two countings: those stay in the order in which they came.

    There is no number that are handled at once: whoever waits for a chat's turn at Telegram would
    keep others out. When `handle` raises, its queue ends there and `broken` is called; the rest of
    it is not handled.
    """

    def __init__(
        self,
        handle: Callable[[Item], Awaitable[None]],
        broken: Callable[[BaseException], None],
        number: Callable[[Item], int],
    ) -> None:
        self._handle = handle
        self._broken = broken
        self._number = number
        self._queues: dict[Hashable, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self.waiting = 0
        """How many were taken in and are not being handled yet."""

    def put(self, key: Hashable, item: Item) -> None:
        """Take one in."""
        self.waiting += 1
        queue = self._queues.get(key)
        if queue is not None:
            queue.insert(self._place(queue, self._number(item)), item)
            return
        self._queues[key] = deque([item])
        task = asyncio.create_task(self._drive(key))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _place(self, queue: deque[Item], number: int) -> int:
        place = len(queue)
        while place and 0 < self._number(queue[place - 1]) - number < _OF_ONE_COUNTING:
            place -= 1
        return place

    async def close(self, grace_seconds: float) -> None:
        """Begin nothing new, wait that long for what is being handled, then cancel it."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drive(self, key: Hashable) -> None:
        queue = self._queues[key]
        try:
            while queue and not self._closing:
                self.waiting -= 1
                await self._handle(queue.popleft())
        finally:
            del self._queues[key]

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
