"""SQLite without its thread: statements run in the loop, and others get their turn after each."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiosqlite

from storage.db import connection as storage_connection

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
def inline_sqlite() -> Iterator[list[InlineConnection]]:
    """Inside, `aiosqlite.connect` makes inline connections; the list has those not yet closed."""
    made: list[InlineConnection] = []

    def connect(path: Any, *, isolation_level: None = None) -> InlineConnection:
        made[:] = [old for old in made if old._connection is not None]
        opened = InlineConnection(lambda: sqlite3.connect(path, isolation_level=isolation_level), 0)
        made.append(opened)
        return opened

    # Nothing here ends without the process: waiting for the disk would prove nothing.
    quick = [pragma.replace("FULL", "OFF") for pragma in storage_connection._PRAGMAS]
    with patch("aiosqlite.connect", connect), patch.object(storage_connection, "_PRAGMAS", quick):
        yield made
