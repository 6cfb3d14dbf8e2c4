"""One queue a chat: order inside it, the others beside it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class ChatQueues(Generic[Item]):
    """Handles items of one key one after another, of different keys at the same time.

    At most `at_once` are being handled, at most `waiting` are taken in. When `handle` raises,
    its queue ends there and `broken` is called; the rest of it is not handled.
    """

    def __init__(
        self,
        handle: Callable[[Item], Awaitable[None]],
        broken: Callable[[BaseException], None],
        *,
        at_once: int = 128,
        waiting: int = 1_000,
    ) -> None:
        self._handle = handle
        self._broken = broken
        self._slots = asyncio.Semaphore(at_once)
        self._room = asyncio.Semaphore(waiting)
        self._queues: dict[Hashable, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def put(self, key: Hashable, item: Item) -> None:
        """Take one in; waits while there is no room."""
        await self._room.acquire()
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(item)
            return
        self._queues[key] = deque([item])
        task = asyncio.create_task(self._drive(key))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

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
                async with self._slots:
                    await self._handle_next(queue)
        finally:
            del self._queues[key]

    async def _handle_next(self, queue: deque[Item]) -> None:
        if self._closing:
            return
        try:
            await self._handle(queue.popleft())
        finally:
            self._room.release()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
