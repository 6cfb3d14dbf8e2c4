"""Work in progress: at most one task for each thing, bounded in number, ended together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

logger = logging.getLogger(__name__)

_REST_SECONDS = 5.0


class Workers:
    """Runs one coroutine per key; a failure is logged and reported, never lost, never fatal."""

    def __init__(self, limit: int, on_end: Callable[[], None]) -> None:
        self._limit = asyncio.Semaphore(limit)
        self._on_end = on_end
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}
        self._resting_until: dict[Hashable, float] = {}

    def start(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin, unless this key is being worked on, or failed a moment ago."""
        if key in self._tasks or self._is_resting(key):
            return
        task = asyncio.create_task(self._run(work))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._ended(key))

    def busy(self, key: Hashable) -> bool:
        """Whether this key is being worked on."""
        return key in self._tasks

    async def close(self, grace_seconds: float) -> None:
        """Let what is nearly done finish, cancel the rest."""
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_resting(self, key: Hashable) -> bool:
        until = self._resting_until.get(key, 0.0)
        if until > asyncio.get_running_loop().time():
            return True
        self._resting_until.pop(key, None)
        return False

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async with self._limit:
            await work()

    def _ended(self, key: Hashable) -> None:
        task = self._tasks.pop(key)
        if not task.cancelled() and task.exception() is not None:
            logger.error("work on %s failed", key, exc_info=task.exception())
            self._resting_until[key] = asyncio.get_running_loop().time() + _REST_SECONDS
        self._on_end()
