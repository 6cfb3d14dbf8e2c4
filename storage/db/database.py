"""The database: one writer whose transactions never mix, a reader beside it, migrations first.

Two tasks that share a connection otherwise end up inside one another's transaction, and a
transaction that reads before it writes fails at once under contention: hence the lock and
`BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from bot.clock import Clock
from storage.db.connection import (
    check_whole,
    check_writable,
    closed_on_failure,
    connect,
    finish,
    told_as_trouble,
)
from storage.db.errors import DatabaseUnusable, displaced, is_busy, locked, trouble_of
from storage.db.lock import lock_of
from storage.db.migrate import migrate
from storage.db.rows import Row, Value, from_row

logger = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 0.2
"""After a lock was waited for as long as SQLite itself waits."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Queryable(ABC):
    """What can be asked: a transaction (sees its own writes) or the database (committed facts).

    What a statement names is taken of its parameters; in every one `:now` is `now_milliseconds`.
    """

    @property
    @abstractmethod
    def now_milliseconds(self) -> int:
        """Milliseconds since 1970 UTC: the moment a transaction began; outside of one, now."""

    @abstractmethod
    async def fetch_all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Every row."""

    async def fetch_one(self, sql: str, /, **parameters: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(await self.fetch_all(sql, **parameters)), None)

    async def every(self, kind: type[Value], sql: str, /, **parameters: Any) -> list[Value]:
        """Every row as a value of that kind, see `from_row`."""
        return [from_row(kind, row) for row in await self.fetch_all(sql, **parameters)]

    async def one(self, kind: type[Value], sql: str, /, **parameters: Any) -> Value | None:
        """The first row as a value of that kind, or None."""
        return next(iter(await self.every(kind, sql, **parameters)), None)

    async def find(self, kind: type[Value], table: str, **key: Any) -> Value | None:
        """The row of that table with these values in these columns; the program's own names."""
        where, bound = _matching(key)
        return await self.one(kind, f"SELECT * FROM {table} WHERE {where}", **bound)  # noqa: S608

    async def find_all(self, kind: type[Value], table: str, order: str, **key: Any) -> list[Value]:
        """All such rows; `order` is what follows ORDER BY."""
        where, bound = _matching(key)
        sql = f"SELECT * FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608
        return await self.every(kind, sql, **bound)

    async def has(self, table: str, **key: Any) -> bool:
        """Whether there is such a row."""
        where, bound = _matching(key)
        return await self.exists(f"SELECT 1 FROM {table} WHERE {where}", **bound)  # noqa: S608

    async def column(self, sql: str, /, **parameters: Any) -> list[Any]:
        """The first column of every row."""
        return [next(iter(row.values())) for row in await self.fetch_all(sql, **parameters)]

    async def number(self, sql: str, /, **parameters: Any) -> int:
        """The number in the first row: a count or a sum; 0 when there is no row."""
        return int(next(iter(await self.column(sql, **parameters)), 0))

    async def exists(self, sql: str, /, **parameters: Any) -> bool:
        """Whether there is a row."""
        return bool(await self.fetch_all(sql, **parameters))


class Transaction(Queryable):
    """One open transaction on the writer; made only by `Database.transaction`."""

    def __init__(self, connection: aiosqlite.Connection, now_milliseconds: int) -> None:
        self._connection = connection
        self._now_milliseconds = now_milliseconds

    @property
    def now_milliseconds(self) -> int:
        """See `Queryable`: whatever one transaction writes happened at one moment."""
        return self._now_milliseconds

    def later(self, delay_seconds: float) -> int:
        """So long after that moment, in milliseconds since 1970 UTC."""
        return self._now_milliseconds + int(delay_seconds * 1000)

    async def execute(self, sql: str, /, **parameters: Any) -> int:
        """Run one statement; how many rows it changed."""
        cursor = await self._connection.execute(sql, _with_now(self, parameters))
        return cursor.rowcount

    async def change(self, sql: str, /, **parameters: Any) -> bool:
        """Run one statement; whether it changed anything."""
        return await self.execute(sql, **parameters) > 0

    async def insert(self, table: str, values: Row, on_conflict: str = "") -> Row | None:
        """Write a row; all of it as it is now, None where the conflict had nothing written."""
        columns, given = ", ".join(values), ", ".join(f":{column}" for column in values)
        sql = f"INSERT INTO {table} ({columns}) VALUES ({given}) {on_conflict} RETURNING *"  # noqa: S608
        return await self.fetch_one(sql, **values)

    async def insert_new(self, table: str, rows: Sequence[Row]) -> list[Row]:
        """Write those of these whose key no row has, in one statement; all of what was written."""
        if not rows:
            return []
        places = ", ".join(
            f"({', '.join(f':{column}_{n}' for column in row)})" for n, row in enumerate(rows)
        )
        bound = {
            f"{column}_{n}": value for n, row in enumerate(rows) for column, value in row.items()
        }
        sql = (
            f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {places}"  # noqa: S608
            " ON CONFLICT DO NOTHING RETURNING *"
        )
        return await self.fetch_all(sql, **bound)

    async def insert_once(self, table: str, values: Row) -> bool:
        """Write a row; False, and nothing is changed, where one has its key."""
        return await self.insert(table, values, "ON CONFLICT DO NOTHING") is not None

    async def put(self, table: str, values: Row, *key: str) -> None:
        """Write a row; where one has the same in the columns of `key`, into that."""
        changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in key)
        on_conflict = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
        await self.insert(table, values, on_conflict)

    async def update(self, table: str, values: Row, **key: Any) -> bool:
        """Write these values into such rows; False when there was none."""
        columns = ", ".join(f"{column} = :{column}" for column in values)
        where, bound = _matching(key)
        sql = f"UPDATE {table} SET {columns} WHERE {where}"  # noqa: S608
        return await self.change(sql, **values, **bound)

    async def delete(self, table: str, **key: Any) -> bool:
        """Delete such rows; False when there was none."""
        where, bound = _matching(key)
        return await self.change(f"DELETE FROM {table} WHERE {where}", **bound)  # noqa: S608

    async def fetch_all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """See `Queryable`."""
        return await _rows(self._connection, sql, _with_now(self, parameters))


@dataclass(kw_only=True, eq=False)
class Database(Queryable):
    """An open SQLite database; `Database.open` makes it, `close` ends it.

    A lock of another program is waited for. Trouble that waiting does not mend makes the database
    lost: from then on everything raises DatabaseUnusable, so nothing is done unrecorded.
    """

    path: Path
    clock: Clock
    writer: aiosqlite.Connection
    reader: aiosqlite.Connection
    files: Mapping[Path, os.stat_result] = field(default_factory=dict)
    """Those that have to stay where they are."""
    _lock: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _line: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _hurried: bool = field(init=False, default=False)
    _trouble: DatabaseUnusable | None = field(init=False, default=None)
    _lost: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _waiting_since_seconds: dict[str, float] = field(init=False, default_factory=dict)

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> Database:
        """Open (and create, and migrate) the database at `path`, and see that it can be used.

        The clock tells it what time it is: nobody hands the moment to what reads and writes.

        Raises:
            DatabaseTooNew: it was written by a newer version of this program.
            DatabaseUnusable: it is damaged, or cannot be opened or written.
            DatabaseLocked: another program keeps it locked.
        """
        with told_as_trouble(path):
            writer = await connect(path)
            async with closed_on_failure(writer):
                await check_whole(writer, path)
                await finish(asyncio.to_thread(migrate, path))
                await check_writable(writer)
                reader = await connect(path)
                async with closed_on_failure(reader):
                    await reader.execute("PRAGMA query_only = ON")
        files = {each: each.stat() for each in (path, lock_of(path)) if each.exists()}
        return cls(path=path, clock=clock, writer=writer, reader=reader, files=files)

    @property
    def now_milliseconds(self) -> int:
        """See `Queryable`."""
        return self.clock.now_milliseconds()

    @property
    def locked_seconds(self) -> float:
        """For how long another program has kept us waiting, just now."""
        now = asyncio.get_running_loop().time()
        return max((now - since for since in self._waiting_since_seconds.values()), default=0.0)

    async def lost(self) -> DatabaseUnusable:
        """Wait until the database is lost; why."""
        await self._lost.wait()
        assert self._trouble is not None  # noqa: S101
        return self._trouble

    async def look_in_place(self) -> None:
        """Be lost where the files are not those of the beginning any more: what is written to them
        nobody would ever read, and another process may have begun with new ones.

        Raises: DatabaseUnusable.
        """
        if not await asyncio.to_thread(self._is_in_place):
            raise self._lost_by(displaced(self.path))

    def _is_in_place(self) -> bool:
        try:
            return all(os.path.samestat(each.stat(), was) for each, was in self.files.items())
        except FileNotFoundError:
            return False
        except OSError:  # a disk that fails is noticed by those who write there
            return True

    def _lost_by(self, trouble: DatabaseUnusable) -> DatabaseUnusable:
        self._trouble = trouble
        self._lost.set()
        return trouble

    async def hurry(self) -> None:
        """Wait for no lock any more, since the process ends: DatabaseLocked is raised instead."""
        self._hurried = True
        for connection in (self.writer, self.reader):
            await connection.execute("PRAGMA busy_timeout = 100")

    async def close(self) -> None:
        """End both connections; an open transaction ends first."""
        async with self._lock:
            await self.reader.close()
            await self.writer.close()

    @asynccontextmanager
    async def transaction(self, *, goes_first: bool = False) -> AsyncIterator[Transaction]:
        """A transaction of one's own: committed at the end, rolled back on any exception.

        `goes_first`: before all that wait but one.

        Cancellation cannot tear a commit: the lock is given back after the rollback, which the
        writer does behind what it was told before.

        Raises: DatabaseUnusable; DatabaseLocked after `hurry`.
        """
        async with nullcontext() if goes_first else self._line, self._lock:
            with self._noting_trouble(written=True):
                async with AsyncExitStack() as undo:
                    undo.push_async_callback(self._rollback)
                    await self._patiently("write", lambda: self.writer.execute("BEGIN IMMEDIATE"))
                    yield Transaction(self.writer, self.now_milliseconds)
                    await self._commit()
                    undo.pop_all()

    async def do(
        self,
        call: Callable[Concatenate[Transaction, Given], Awaitable[Result]],
        *args: Given.args,
        **named: Given.kwargs,
    ) -> Result:
        """One call of the storage, in a transaction of its own."""
        async with self.transaction() as tx:
            return await call(tx, *args, **named)

    async def _commit(self) -> None:
        await self.writer.commit()

    async def _rollback(self) -> None:
        await finish(self.writer.rollback())

    async def fetch_all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """See `Queryable`; raises as `transaction`."""
        bound = _with_now(self, parameters)
        with self._noting_trouble(written=False):
            return await self._patiently("read", lambda: _rows(self.reader, sql, bound))

    async def _patiently(self, what: str, operation: Callable[[], Awaitable[Result]]) -> Result:
        """Do it as soon as no other program is in the way."""
        while True:
            try:
                result = await operation()
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                if self._hurried:
                    raise locked(self.path) from error
                self._note_lock(what)
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            else:
                self._waiting_since_seconds.pop(what, None)
                return result

    def _note_lock(self, what: str) -> None:
        if what not in self._waiting_since_seconds:
            logger.warning("another program keeps the database locked (%s): waiting", what)
            self._waiting_since_seconds[what] = asyncio.get_running_loop().time()

    @contextmanager
    def _noting_trouble(self, *, written: bool) -> Iterator[None]:
        """Raise what is known already; remember and raise what turns up now."""
        if self._trouble is not None:
            raise self._trouble
        try:
            yield
        except sqlite3.Error as error:
            trouble = trouble_of(error, self.path, written=written)
            if trouble is None:
                raise
            raise self._lost_by(trouble) from error


def _matching(key: Row) -> tuple[str, Row]:
    """A condition, of a column's value or of one of several, and its parameters, whose names are
    no column's.
    """
    conditions: list[str] = []
    bound: Row = {}
    for column, value in key.items():
        several = value if isinstance(value, tuple) else (value,)
        names = {f"is_{column}_{n}": each for n, each in enumerate(several)}
        one_of = f"{column} IN ({', '.join(f':{name}' for name in names) or 'NULL'})"
        conditions.append(f"{column} IS NULL" if value is None else one_of)
        bound |= names
    return " AND ".join(conditions), bound


def _with_now(asked: Queryable, parameters: Row) -> Row:
    return {"now": asked.now_milliseconds, **parameters}


async def _rows(connection: aiosqlite.Connection, sql: str, bound: Row) -> list[Row]:
    return [dict(row) for row in await connection.execute_fetchall(sql, bound)]
