"""Virtual time: when every task waits, the clock jumps to the next one to wake.

Nothing in the program has to know: `asyncio.sleep`, `timeout` and `wait_for` all ask their loop.
What a thread would do is done at once and in the loop, so nobody waits for real.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import sqlite3
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiosqlite

from storage.db import connection as storage_connection
from tests.support.clock import FakeClock

_LOOK_OUTSIDE_EVERY = 100  # for an interrupt from the keyboard, all that can come from there


class StuckForEver(Exception):
    """Every task waits for another one: no timer is left that could wake any of them."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never blocks: where it would, time passes."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump
        self._calls = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._calls += 1
        if timeout == 0 and self._calls % _LOOK_OUTSIDE_EVERY:
            return []
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise StuckForEver
        self._jump(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at second 0 and moves in steps of at least `tick_seconds`, if one is given."""

    def __init__(self, tick_seconds: float = 0.0) -> None:
        self._now_seconds = 0.0
        self._tick_seconds = tick_seconds
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._now_seconds

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """At once, in the loop."""
        del executor
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  (it is the caller's, wherever it was raised)
            future.set_exception(error)
        return future

    def _jump(self, seconds: float) -> None:
        to = self._now_seconds + seconds
        if self._tick_seconds:
            to = math.ceil(to / self._tick_seconds - 1e-9) * self._tick_seconds
        self._now_seconds = to


class VirtualClock(FakeClock):
    """The loop's time, counted from a moment of the calendar."""

    def steady_seconds(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _inline(function: Callable[..., Any], *args: Any, **_: Any) -> Any:
    return function(*args)


_OTHERS_GET_THEIR_TURN_AFTER = frozenset({"execute", "commit", "rollback"})


class InlineConnection(aiosqlite.Connection):
    """An aiosqlite connection for virtual time: a thread's work takes none of that."""

    def __await__(self) -> Generator[Any, None, InlineConnection]:
        self._connection = self._connector()
        return self
        yield

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the connection is closed")
        result = fn(*args, **kwargs)
        if fn.__name__ in _OTHERS_GET_THEIR_TURN_AFTER:
            await asyncio.sleep(0)
        return result

    async def close(self) -> None:
        """Close it; closed already is fine."""
        self.cut()

    def cut(self) -> None:
        """End it at once, as the death of the process does: what was not committed is gone."""
        self._running = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def inline() -> Iterator[list[InlineConnection]]:
    """Inside, what asks anyio or aiosqlite for a thread is done in the loop as well.

    The list has the connections that are not yet closed.
    """
    made: list[InlineConnection] = []

    def connect(path: Any, *, isolation_level: None = None) -> InlineConnection:
        made[:] = [old for old in made if old._connection is not None]
        opened = InlineConnection(lambda: sqlite3.connect(path, isolation_level=isolation_level), 0)
        made.append(opened)
        return opened

    # Nothing here ends without the process: waiting for the disk would prove nothing.
    quick = [pragma.replace("FULL", "OFF") for pragma in storage_connection._PRAGMAS]
    with (
        patch("anyio.to_thread.run_sync", _inline),
        patch("aiosqlite.connect", connect),
        patch.object(storage_connection, "_PRAGMAS", quick),
    ):
        yield made
