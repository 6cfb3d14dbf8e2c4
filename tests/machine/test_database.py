"""The database when its file, its disk or another program is in the way."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import SystemClock
from storage.db.database import Database, Transaction
from storage.db.errors import DatabaseLocked, DatabaseUnusable
from storage.db.lock import instance_lock
from tests.support.deadlines import eventually


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(path, SystemClock())
    for connection in (opened.writer, opened.reader):
        await connection.execute("PRAGMA busy_timeout = 20")
    yield opened
    await opened.close()


async def put(tx: Transaction, subject: str) -> None:
    await tx.execute("INSERT INTO notices VALUES (:subject, 1)", subject=subject)


async def write(database: Database, *subjects: str) -> None:
    async with database.transaction() as tx:
        for subject in subjects:
            await put(tx, subject)


def spoil(path: Path) -> None:
    """All but the first page."""
    with path.open("rb+") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))


async def subjects(database: Database) -> list[str]:
    return [row["subject"] for row in await database.fetch_all("SELECT subject FROM notices")]


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [("max_page_count = 1", "is full"), ("query_only = ON", "cannot be written")],
)
async def test_what_cannot_be_written_is_undone_and_loses_the_database(
    database: Database, pragma: str, sentence: str
) -> None:
    lost = asyncio.create_task(database.lost())
    await database.writer.execute(f"PRAGMA {pragma}")
    with pytest.raises(DatabaseUnusable, match=sentence):
        await write(database, "small", "big" * 10_000)
    assert sentence in str(await lost)
    with pytest.raises(DatabaseUnusable, match=sentence):
        await write(database, "later")
    with pytest.raises(DatabaseUnusable, match=sentence):
        await subjects(database)


async def test_damage_that_turns_up_while_it_is_open_loses_the_database(
    database: Database, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(path)
    with pytest.raises(DatabaseUnusable, match="is damaged"):
        await subjects(database)
    with pytest.raises(DatabaseUnusable, match="is damaged"):
        await write(database, "later")


async def test_a_mistake_in_a_statement_loses_nothing(database: Database) -> None:
    async def mistaken() -> None:
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await mistaken()
    await write(database, "next")
    assert await subjects(database) == ["next"]


async def test_a_lock_is_waited_for_and_seen(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write(database, "patient"))

        async def waits() -> bool:
            assert await subjects(database) == []  # readers are not in the way
            return database.locked_seconds > 0

        await eventually(waits)
    await writing
    assert database.locked_seconds == 0
    assert await subjects(database) == ["patient"]


async def test_a_process_that_ends_waits_for_no_lock(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write(database, "hurried"))
        await asyncio.sleep(0)
        await database.hurry()
        with pytest.raises(DatabaseLocked, match="keeps the database"):
            await writing


async def test_a_locked_database_is_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await (await Database.open(path, SystemClock())).close()
    monkeypatch.setattr("storage.db.connection._PRAGMAS", ("busy_timeout = 20",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLocked):
            await Database.open(path, SystemClock())


@pytest.mark.parametrize("name", ["bot.db", "bot.db.lock"])
@pytest.mark.parametrize("how", ["moved", "replaced"])
async def test_files_that_somebody_took_away_lose_the_database(
    path: Path, name: str, how: str
) -> None:
    with instance_lock(path):
        database = await Database.open(path, SystemClock())
        try:
            await database.look_in_place()
            file = path.with_name(name)
            copy = file.read_bytes()
            file.rename(path.with_name("aside"))
            if how == "replaced":
                file.write_bytes(copy)
            with pytest.raises(DatabaseUnusable, match="was moved, deleted or replaced"):
                await database.look_in_place()
            with pytest.raises(DatabaseUnusable):
                await write(database, "to nobody")
            assert isinstance(await database.lost(), DatabaseUnusable)
        finally:
            await database.close()


async def test_being_cancelled_while_it_begins_leaves_no_transaction_open(
    database: Database,
) -> None:
    for _ in range(20):
        task = asyncio.create_task(write(database, "cancelled"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    await write(database, "next")
    assert "next" in await subjects(database)
