"""The schema and its rules, and what a later step must not do to the data that is there."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from bot.clock import SystemClock
from storage.db import migrate as migrations
from storage.db.database import Database
from storage.db.migrate import Migration, MigrationFailed

ROWS = Path(__file__).parent / "rows.sql"

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
        "UPDATE jobs SET state = 'making', ended_at_milliseconds = NULL WHERE state = 'done'"
    ),
    "a task is submitted without a hold": (
        "UPDATE tasks SET state = 'submitting', account = 'other', slot = 1,"
        " submitting_at_milliseconds = 1 WHERE id = 3"
    ),
    "two tasks are in one slot": (
        "UPDATE tasks SET state = 'submitting', account = 'dashscope', slot = 1,"
        " submitting_at_milliseconds = 1 WHERE id = 4"
    ),
    "a job ends with its hold open": (
        "UPDATE jobs SET state = 'failed', failure = 'x', ended_at_milliseconds = 1 WHERE id = 5"
    ),
    "a job ends before its tasks": (
        "UPDATE jobs SET state = 'cancelled', ended_at_milliseconds = 1 WHERE id = 3"
    ),
    "two tasks are one rendering": "UPDATE tasks SET task_id = 'task-2' WHERE id = 1",
    "a task is a rendering that failed": "UPDATE tasks SET task_id = 'task-1' WHERE id = 1",
    "a rendering is forgotten": "UPDATE tasks SET task_id = 'task-9' WHERE id = 2",
    "a half belongs to nobody's message": "UPDATE drafts SET photo_id = 999",
}


LATER = {
    "a column more": ("ALTER TABLE jobs ADD COLUMN mood TEXT DEFAULT 'good';", "mood", "good"),
    "a table made anew": (
        """
        CREATE TABLE new_people (user_id INTEGER PRIMARY KEY, first_name TEXT NOT NULL,
            username TEXT, language_code TEXT, seen_at_milliseconds INTEGER NOT NULL,
            mood TEXT NOT NULL) STRICT;
        INSERT INTO new_people SELECT *, 'good' FROM people;
        DROP TABLE people;
        ALTER TABLE new_people RENAME TO people;
        """,
        "mood",
        "good",
    ),
}


@pytest.mark.parametrize("what", LATER)
async def test_a_later_step_keeps_what_is_there_and_its_rules(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bot.db"
    await fill(path)
    before = contents(path)
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    sql, column, value = LATER[what]
    more(monkeypatch, sql)
    await (await Database.open(path, SystemClock())).close()
    after = contents(path)
    for table, rows in before.items():
        if table != "schema_migrations":
            kept = [{name: row[name] for name in rows[0]} for row in after[table]]
            assert kept == rows, table
    changed = [row[column] for rows in after.values() for row in rows if column in row]
    assert set(changed) == {value}
    for forbidden, statement in FORBIDDEN.items():
        assert is_refused(path, statement), forbidden


@pytest.mark.parametrize("what", FORBIDDEN)
async def test_the_schema_refuses_what_must_not_be(tmp_path: Path, what: str) -> None:
    await fill(tmp_path / "bot.db")
    assert is_refused(tmp_path / "bot.db", FORBIDDEN[what])


async def test_a_database_that_is_opened_again_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await fill(path)
    before = contents(path)
    await (await Database.open(path, SystemClock())).close()
    assert contents(path) == before


async def test_a_step_that_leaves_references_to_nothing_is_undone_with_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bot.db"
    await fill(path)
    before = contents(path)
    right, wrong = (LATER["a column more"][0], "DELETE FROM media; CREATE TABLE more (id INTEGER);")
    more(monkeypatch, right, wrong)
    with pytest.raises(MigrationFailed, match="9998_later"):
        await Database.open(path, SystemClock())
    assert contents(path) == before


def test_who_comes_second_finds_the_steps_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process has seen what is missing when another one takes all steps."""
    path, look = tmp_path / "bot.db", migrations.missing_migrations

    def overtaken(base: sqlite3.Connection) -> list[Migration]:
        missing = look(base)
        monkeypatch.setattr(migrations, "missing_migrations", look)
        migrations.migrate(path)
        return missing

    monkeypatch.setattr(migrations, "missing_migrations", overtaken)
    migrations.migrate(path)
    assert len(contents(path)["schema_migrations"]) == len(migrations.all_migrations())


def test_a_process_that_is_killed_between_two_statements_leaves_none_of_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bot.db"
    written = len(list(migrations.statements(migrations.all_migrations()[0].sql)))
    for survived in (1, written // 2, written - 1):
        words = [sys.executable, "-c", _KILLED, str(path), str(survived)]
        assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
        assert contents(path) == {}
    migrations.migrate(path)
    assert len(contents(path)["schema_migrations"]) == len(migrations.all_migrations())


_KILLED = """
import os, pathlib, sys
from storage.db import migrate
all_of, survived = migrate.statements, int(sys.argv[2])

def until_killed(sql):
    for number, statement in enumerate(all_of(sql)):
        if number == survived:
            os.kill(os.getpid(), 9)
        yield statement

migrate.statements = until_killed
migrate.migrate(pathlib.Path(sys.argv[1]))
"""


def more(monkeypatch: pytest.MonkeyPatch, *steps: str) -> None:
    """As in a later version of the program, which has these as well."""
    known = migrations.all_migrations()
    later = [Migration(9997 + n, f"{9997 + n}_later.sql", sql) for n, sql in enumerate(steps)]
    monkeypatch.setattr(migrations, "all_migrations", lambda: [*known, *later])


def is_refused(path: Path, sql: str) -> bool:
    with opened(path) as base:
        try:
            base.execute(sql)
        except sqlite3.IntegrityError:
            return True
    return False


async def fill(path: Path) -> None:
    """A database with rows in every table."""
    await (await Database.open(path, SystemClock())).close()
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.executescript(ROWS.read_text("utf-8"))


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
