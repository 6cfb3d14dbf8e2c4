"""From each earlier schema, with data, to the newest one: nothing is lost, no rule is.

A new step is covered by itself. If it makes a table, `rows/NNNN.sql` of the same number has to put
a row into it, so that the steps after it meet data there too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from bot.clock import SystemClock
from storage.db.database import Database
from storage.db.migrate import Migration, MigrationFailed, all_migrations, apply

ROWS = Path(__file__).parent / "rows"
VERSIONS = [migration.version for migration in all_migrations()]

Rows = list[dict[str, Any]]

FORBIDDEN = {
    "an entry of the ledger is changed": "UPDATE ledger SET spent_micro_yuan = 0",
    "an entry of the ledger is erased": "DELETE FROM ledger",
    "a hold is resolved twice": (
        "INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,"
        " held_micro_yuan, day, at_milliseconds)"
        " VALUES ('release', 7, 2, 5000, -5000, -2500000, '2026-11-22', 1)"
    ),
    "a job that ended goes on": (
        "UPDATE jobs SET state = 'ready', ended_at_milliseconds = NULL WHERE state = 'done'"
    ),
    "a job is submitted without a hold": (
        "UPDATE jobs SET state = 'submitting', account = 'other', slot = 1,"
        " submitting_at_milliseconds = 1 WHERE id = 3"
    ),
    "two jobs are in one slot": (
        "UPDATE jobs SET state = 'submitting', account = 'dashscope', slot = 1,"
        " submitting_at_milliseconds = 1 WHERE id = 4"
    ),
    "a job ends with its hold open": (
        "UPDATE jobs SET state = 'failed', failure = 'x', slot = NULL, ended_at_milliseconds = 1"
        " WHERE id = 1"
    ),
    "two jobs have one task": "UPDATE jobs SET task_id = 'task-2' WHERE id = 1",
    "a half belongs to nobody's message": "UPDATE drafts SET photo_id = 999",
}


@pytest.mark.parametrize("version", VERSIONS)
async def test_data_of_an_earlier_schema_is_intact_in_the_newest(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "bot.db"
    await fill(path, version)
    before = contents(path)
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    await (await Database.open(path, SystemClock())).close()
    after = contents(path)
    for table, rows in before.items():
        if table == "schema_migrations":
            continue
        kept = [{name: row.get(name) for name in rows[0]} for row in after[table]]
        assert kept == rows, table


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_rules_hold_for_data_of_an_earlier_schema(tmp_path: Path, version: int) -> None:
    path = tmp_path / "bot.db"
    await fill(path, version)
    await (await Database.open(path, SystemClock())).close()
    for what, sql in FORBIDDEN.items():
        assert is_refused(path, sql), what


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_schema_does_not_depend_on_where_it_began(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    await fill(old, version)
    for path in (old, new):
        await (await Database.open(path, SystemClock())).close()
    assert schema(old) == schema(new)


WHERE_VIDEOS_LIE = {
    "in the job's own chat": ("DELETE FROM detours", 7),
    "in the private chat, after a detour": ("UPDATE jobs SET chat_id = -100500 WHERE id = 2", 7),
    "nobody knows, in a group that has a new id": (
        "DELETE FROM detours; UPDATE jobs SET chat_id = -1007 WHERE id = 2",
        None,
    ),
    "nobody knows, of a person who is forgotten": (
        "DELETE FROM detours; UPDATE jobs SET chat_id = 0, video_message_id = 0 WHERE id = 2",
        None,
    ),
}


@pytest.mark.parametrize("what", WHERE_VIDEOS_LIE)
async def test_the_chat_of_an_earlier_video_is_known_as_far_as_it_can_be(
    tmp_path: Path, what: str
) -> None:
    change, chat_id = WHERE_VIDEOS_LIE[what]
    path = tmp_path / "bot.db"
    await fill(path, 14)
    with opened(path) as base:
        base.executescript(change)
    await (await Database.open(path, SystemClock())).close()
    with opened(path) as base:
        (row,) = base.execute("SELECT video_chat_id FROM jobs WHERE id = 2")
    assert row["video_chat_id"] == chat_id


async def test_a_step_that_leaves_references_to_nothing_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await fill(path, VERSIONS[-1])
    before = contents(path)
    connection = await aiosqlite.connect(path, isolation_level=None)
    step = Migration(9998, "9998_wrong.sql", "DELETE FROM media; CREATE TABLE more (id INTEGER);")
    with pytest.raises(MigrationFailed, match="9998_wrong"):
        await apply(connection, step)
    await connection.close()
    assert contents(path) == before


def is_refused(path: Path, sql: str) -> bool:
    with opened(path) as base:
        try:
            base.execute(sql)
        except sqlite3.IntegrityError:
            return True
    return False


async def fill(path: Path, version: int) -> None:
    """A database of that schema with rows in every table."""
    connection = await aiosqlite.connect(path, isolation_level=None)
    await connection.execute(
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT)"
    )
    for migration in all_migrations():
        if migration.version > version:
            continue
        await apply(connection, migration)
        rows = ROWS / f"{migration.version:04}.sql"
        if rows.exists():
            await connection.executescript(rows.read_text("utf-8"))
    await connection.close()


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.row_factory = sqlite3.Row
        base.execute("PRAGMA foreign_keys = ON")
        yield base


def contents(path: Path) -> dict[str, Rows]:
    """Every row of every table."""
    with opened(path) as base:
        tables = base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        names = [row["name"] for row in tables]
        return {
            name: [dict(row) for row in base.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            for name in names
        }


def schema(path: Path) -> set[tuple[str, str, str]]:
    with opened(path) as base:
        rows = base.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {tuple(row) for row in rows if row["name"] != "schema_migrations"}
