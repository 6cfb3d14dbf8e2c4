"""Connections to the database file, set up for safety."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiosqlite

from storage.db.errors import damaged, is_busy, locked, trouble_of

BUSY_TIMEOUT_MILLISECONDS = 5_000

_LOOK = "PRAGMA quick_check(1)"
_LOOK_SECONDS = 3.0
_PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
)


async def connect(path: Path) -> aiosqlite.Connection:
    """A connection; raises sqlite3.Error."""
    # Where the file cannot be opened, aiosqlite would leave a thread that may outlive the loop.
    sqlite3.connect(path).close()
    connection = await aiosqlite.connect(path, isolation_level=None)
    async with closed_on_failure(connection):
        connection.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
    return connection


@asynccontextmanager
async def closed_on_failure(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """Close it when the block fails: its thread would keep the process alive."""
    async with AsyncExitStack() as undo:
        undo.push_async_callback(connection.close)
        yield
        undo.pop_all()


@contextmanager
def told_as_trouble(path: Path) -> Iterator[None]:
    """Raise DatabaseUnusable or DatabaseLocked for what the file is to blame for."""
    try:
        yield
    except sqlite3.Error as error:
        if is_busy(error):
            raise locked(path) from error
        trouble = trouble_of(error, path)
        if trouble is None:
            raise
        raise trouble from error


def look_through(path: Path) -> None:
    """See that the file can be written, and all of it be read; nothing in it is changed.

    Raises DatabaseUnusable or DatabaseLocked.
    """
    with (
        told_as_trouble(path),
        closing(sqlite3.connect(path, timeout=_LOOK_SECONDS, isolation_level=None)) as base,
    ):
        base.execute("BEGIN IMMEDIATE")
        base.execute("ROLLBACK")
        if base.execute(_LOOK).fetchone()[0] != "ok":
            raise damaged(path)


async def check_whole(connection: aiosqlite.Connection, path: Path) -> None:
    """Look through the whole file; raises DatabaseUnusable when a page of it is damaged."""
    async with connection.execute(_LOOK) as cursor:
        row = await cursor.fetchone()
    if row is None or row[0] != "ok":
        raise damaged(path)


async def check_writable(connection: aiosqlite.Connection) -> None:
    """Write a page that changes nothing; raises sqlite3.Error."""
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    version = 0 if row is None else int(row[0])
    await connection.execute(f"PRAGMA user_version = {version}")


async def finish(call: Awaitable[object]) -> None:
    """Await to the end even when cancelled meanwhile, then let the cancellation through."""
    operation = asyncio.ensure_future(call)
    try:
        await asyncio.shield(operation)
    except asyncio.CancelledError:
        await asyncio.wait([operation])
        if not operation.cancelled():
            operation.exception()  # looked at: the cancellation says more
        raise
