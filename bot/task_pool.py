"""Background tasks: all found in the database, each run once at a time, woken when there is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Protocol
from weakref import WeakValueDictionary

from bot.logs import SELDOM
from bot.retry import BROKEN_TASK
from bot.telegram.api_calls import LONGEST_WAIT_SECONDS, waiting_at_most
from bot.telegram.errors import LATER

logger = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class BackgroundTask(Protocol):
    """One kind of them; the worker looks for what is due and has each done once at a time."""

    async def due(self) -> dict[Hashable, Work]:
        """What is to be done now, by a key that no other kind uses."""


class TaskPool:
    """Runs one coroutine per key; a failure is logged, and its key left alone for a moment."""

    def __init__(self, limit: int, on_end: Callable[[], None]) -> None:
        self._places = limit
        self._limit = asyncio.Semaphore(limit)
        self._on_end = on_end
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}
        self._resting_until: dict[Hashable, float] = {}

    @property
    def room(self) -> int:
        """How many more can begin at once."""
        return max(0, self._places - len(self._tasks))

    @property
    def begun(self) -> int:
        """How much is being worked on, or waits for its turn."""
        return len(self._tasks)

    @property
    def load(self) -> float:
        """How many of the places are taken, 0..1."""
        return min(1.0, self.begun / self._places)

    @property
    def broken(self) -> int:
        """How much failed a moment ago and is left alone."""
        return sum(self._is_resting(key) for key in list(self._resting_until))

    def start(self, key: Hashable, work: Work) -> None:
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

    async def _run(self, work: Work) -> None:
        """What would wait longer in a chat with much going on gives its place to others."""
        async with self._limit:
            with waiting_at_most(LONGEST_WAIT_SECONDS):
                await work()

    def _ended(self, key: Hashable) -> None:
        task = self._tasks.pop(key)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._rest(key, failure)
        self._on_end()

    def _rest(self, key: Hashable, failure: BaseException) -> None:
        if isinstance(failure, LATER):
            logger.warning("work on %s is put off: %s", key, failure, extra=SELDOM)
        else:
            logger.error("work on %s failed", key, exc_info=failure, extra=SELDOM)
        asked_seconds = getattr(failure, "retry_after_seconds", None)
        rest_seconds = BROKEN_TASK.endless_delay_seconds(1, asked_seconds)
        self._resting_until[key] = asyncio.get_running_loop().time() + rest_seconds


class KeyedLocks:
    """Whoever has the same key does it one after the other: `async with locks.of(key)`."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: Hashable) -> asyncio.Lock:
        """The key's own."""
        return self._locks.setdefault(key, asyncio.Lock())
