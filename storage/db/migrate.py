"""Migrations: numbered SQL files, each applied once; an upgrade happens whole or not at all."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from bot import __version__
from storage.db.errors import DatabaseTrouble

logger = logging.getLogger(__name__)


class DatabaseTooNew(DatabaseTrouble):
    """The database was written by a newer version of this program; start that version instead."""


class MigrationFailed(Exception):
    """A step left references to rows that do not exist; nothing of it was kept."""


class Migration(NamedTuple):
    """One step of the schema."""

    version: int
    name: str
    sql: str


def all_migrations() -> list[Migration]:
    """The steps in order, from `storage/migrations/NNNN_name.sql`."""
    files = resources.files("storage") / "migrations"
    return sorted(
        Migration(int(file.name[:4]), file.name, file.read_text("utf-8"))
        for file in files.iterdir()
        if file.name.endswith(".sql")
    )


def migrate(path: Path) -> None:
    """Bring the schema up to date, in one transaction: whoever comes second finds it done.

    References are checked at the end of each step and not during it: a step that rebuilds a table
    has to take it away first (SQLite docs: "Making Other Kinds Of Table Schema Changes").

    Raises:
        DatabaseTooNew: the database knows a step this program does not.
        MigrationFailed: a step is wrong for the data that is there.
        sqlite3.Error: the file cannot be used.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        if not missing_migrations(base):
            return
        base.execute("PRAGMA foreign_keys = OFF")
        base.execute("BEGIN IMMEDIATE")
        for migration in missing_migrations(base):
            logger.info("bringing the database to schema %d", migration.version)
            _apply(base, migration)
        base.commit()


def missing_migrations(base: sqlite3.Connection) -> list[Migration]:
    """The steps that were not applied yet; raises DatabaseTooNew."""
    migrations = all_migrations()
    done = _applied(base)
    newest = max(done, default=0)
    if newest > migrations[-1].version:
        raise DatabaseTooNew(
            f"The database was written by version {done[newest]} of this program (schema "
            f"{newest}). This is version {__version__} (schema {migrations[-1].version}): start "
            "that version, or restore a backup made by this one."
        )
    return [migration for migration in migrations if migration.version not in done]


def steps_ahead(path: Path) -> list[Migration]:
    """What `migrate` would do; raises DatabaseTooNew."""
    with closing(sqlite3.connect(path)) as base:
        return missing_migrations(base)


def _applied(base: sqlite3.Connection) -> dict[int, str]:
    """By the numbers of the steps, with what version of the program."""
    is_there = "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"
    if base.execute(is_there).fetchone() is None:
        return {}
    return dict(base.execute("SELECT version, program FROM schema_migrations"))


def _apply(base: sqlite3.Connection, migration: Migration) -> None:
    for statement in statements(migration.sql):
        base.execute(statement)
    _record(base, migration)
    broken = base.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise MigrationFailed(f"{migration.name} leaves {broken[0]} with a reference to nothing")


def _record(base: sqlite3.Connection, migration: Migration) -> None:
    base.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER PRIMARY KEY, name TEXT NOT NULL, program TEXT NOT NULL)"
    )
    base.execute(
        "INSERT INTO schema_migrations (version, name, program) VALUES (?, ?, ?)",
        (migration.version, migration.name, __version__),
    )


def statements(sql: str) -> Iterator[str]:
    """One by one, as a script would end the transaction that it is run in."""
    statement = ""
    for fragment in sql.split(";"):
        statement += f"{fragment};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement.removesuffix(";")
