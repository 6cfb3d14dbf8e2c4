"""Transactions do not mix, survive cancellation, and the schema is brought up to date once."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot import __version__
from storage.db.database import Database, Transaction
from storage.db.migrate import DatabaseTooNew, all_migrations
from tests.support.clock import NOON_MILLISECONDS, FakeClock


async def put(tx: Transaction, subject: str) -> None:
    await tx.execute("INSERT INTO notices VALUES (:subject, 1)", subject=subject)


async def subjects(database: Database) -> set[str]:
    return {row["subject"] for row in await database.fetch_all("SELECT subject FROM notices")}


async def test_one_tasks_rollback_takes_nothing_of_anothers(database: Database) -> None:
    begun, may_fail = asyncio.Event(), asyncio.Event()

    async def failing() -> None:
        async with database.transaction() as tx:
            await put(tx, "failing")
            begun.set()
            await may_fail.wait()
            raise RuntimeError

    async def succeeding() -> None:
        await begun.wait()
        may_fail.set()
        async with database.transaction() as tx:
            await put(tx, "succeeding")

    results = await asyncio.gather(failing(), succeeding(), return_exceptions=True)
    assert isinstance(results[0], RuntimeError)
    assert await subjects(database) == {"succeeding"}


async def test_a_cancelled_transaction_is_rolled_back_and_the_next_one_works(
    database: Database,
) -> None:
    begun = asyncio.Event()

    async def hanging() -> None:
        async with database.transaction() as tx:
            await put(tx, "hanging")
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hanging())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as tx:
        await put(tx, "next")
    assert await subjects(database) == {"next"}


async def test_a_transaction_sees_its_own_writes_and_readers_see_only_what_is_committed(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await put(tx, "mine")
        assert await tx.fetch_one("SELECT 1 AS one FROM notices") == {"one": 1}
        assert await subjects(database) == set()
    assert await subjects(database) == {"mine"}


async def test_what_a_transaction_does_happens_at_the_moment_it_began(
    database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        clock.advance(5)
        await tx.execute("INSERT INTO notices VALUES ('mine', :now)")
        assert await tx.fetch_one(
            "SELECT told_at_milliseconds AS at, :now AS now FROM notices"
        ) == {"at": NOON_MILLISECONDS, "now": NOON_MILLISECONDS}
    assert await database.fetch_one("SELECT :now AS now") == {"now": NOON_MILLISECONDS + 5_000}


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await database.fetch_one("INSERT INTO notices VALUES ('x', 1) RETURNING subject")


async def test_two_processes_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    first = await Database.open(tmp_path / "bot.db", FakeClock())
    second = await Database.open(tmp_path / "bot.db", FakeClock())

    async def write(database: Database, name: str) -> None:
        for number in range(20):
            async with database.transaction() as tx:
                await tx.fetch_all("SELECT * FROM notices")
                await put(tx, f"{name}{number}")

    await asyncio.gather(write(first, "a"), write(second, "b"))
    assert len(await subjects(first)) == 40
    await first.close()
    await second.close()


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        database = await Database.open(tmp_path / "bot.db", FakeClock())
        versions = await database.fetch_all("SELECT version FROM schema_migrations")
        assert len(versions) == len(all_migrations())
        await database.close()


async def test_a_database_of_a_newer_version_is_refused_by_the_name_of_that(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db", FakeClock())
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', '7.8.9')")
    await database.close()
    with pytest.raises(DatabaseTooNew, match=f"7.8.9 of.*9999.*is version {__version__}"):
        await Database.open(tmp_path / "bot.db", FakeClock())


async def test_it_writes_to_disk_before_it_says_so(database: Database) -> None:
    assert await database.fetch_one("PRAGMA journal_mode") == {"journal_mode": "wal"}
    assert await database.fetch_one("PRAGMA synchronous") == {"synchronous": 2}
    assert await database.fetch_one("PRAGMA foreign_keys") == {"foreign_keys": 1}
