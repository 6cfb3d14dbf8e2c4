"""The database: one writer whose transactions never mix, a reader beside it, migrations first.

Two tasks that share a connection otherwise end up inside one another's transaction, and a
transaction that reads before it writes fails at once under contention: hence the lock and
`BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import aiosqlite

from storage.migration import migrate

Row = dict[str, Any]
Parameters = Mapping[str, Any]
NOTHING: Parameters = MappingProxyType({})

BUSY_TIMEOUT_MILLISECONDS = 5_000


class Queryable(Protocol):
    """What can be asked: a transaction (sees its own writes) or the database (committed facts)."""

    async def fetch_one(self, sql: str, parameters: Parameters = NOTHING) -> Row | None:
        """The first row, or None."""

    async def fetch_all(self, sql: str, parameters: Parameters = NOTHING) -> list[Row]:
        """Every row."""


class Transaction:
    """One open transaction on the writer; made only by `Database.transaction`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, parameters: Parameters = NOTHING) -> int:
        """Run one statement; how many rows it changed."""
        async with self._connection.execute(sql, dict(parameters)) as cursor:
            return cursor.rowcount

    async def fetch_one(self, sql: str, parameters: Parameters = NOTHING) -> Row | None:
        """See `Queryable`."""
        return await _fetch_one(self._connection, sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters = NOTHING) -> list[Row]:
        """See `Queryable`."""
        return await _fetch_all(self._connection, sql, parameters)


class Database:
    """An open SQLite database; `Database.open` makes it, `close` ends it."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Database:
        """Open (and create, and migrate) the database at `path`.

        Raises:
            DatabaseTooNew: it was written by a newer version of this program.
            sqlite3.Error: it cannot be opened or written.
        """
        writer = await _connect(path)
        try:
            await migrate(writer)
            reader = await _connect(path)
        except BaseException:
            await writer.close()
            raise
        await reader.execute("PRAGMA query_only = ON")
        return cls(writer, reader)

    async def close(self) -> None:
        """End both connections; an open transaction ends first."""
        async with self._lock:
            await self._reader.close()
            await self._writer.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction of one's own: committed at the end, rolled back on any exception.

        Cancellation cannot tear a commit: the outcome is awaited before the lock is given back.
        """
        async with self._lock:
            await _finish(self._writer.execute("BEGIN IMMEDIATE"))
            try:
                yield Transaction(self._writer)
            except BaseException:
                await _finish(self._writer.rollback())
                raise
            await self._commit()

    async def _commit(self) -> None:
        try:
            await _finish(self._writer.commit())
        except sqlite3.Error:
            await _finish(self._writer.rollback())
            raise

    async def fetch_one(self, sql: str, parameters: Parameters = NOTHING) -> Row | None:
        """See `Queryable`."""
        return await _fetch_one(self._reader, sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters = NOTHING) -> list[Row]:
        """See `Queryable`."""
        return await _fetch_all(self._reader, sql, parameters)


async def _finish(operation: Any) -> None:
    """Await to the end even when cancelled meanwhile, then let the cancellation through."""
    task = asyncio.ensure_future(operation)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        await connection.execute(f"PRAGMA {pragma}")
    return connection


async def _fetch_one(
    connection: aiosqlite.Connection, sql: str, parameters: Parameters
) -> Row | None:
    async with connection.execute(sql, dict(parameters)) as cursor:
        row = await cursor.fetchone()
    return None if row is None else dict(row)


async def _fetch_all(
    connection: aiosqlite.Connection, sql: str, parameters: Parameters
) -> list[Row]:
    async with connection.execute(sql, dict(parameters)) as cursor:
        return [dict(row) for row in await cursor.fetchall()]
