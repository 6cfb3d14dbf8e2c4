"""Migrations: numbered SQL files, each applied once, inside its own transaction."""

from __future__ import annotations

import sqlite3
from importlib import resources
from typing import NamedTuple

import aiosqlite

from storage.db.errors import DatabaseTrouble


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


async def migrate(connection: aiosqlite.Connection) -> None:
    """Bring the schema up to date.

    References are checked at the end of each step and not during it: a step that rebuilds a table
    has to take it away first (SQLite docs: "Making Other Kinds Of Table Schema Changes").

    Raises:
        DatabaseTooNew: the database knows a step this program does not.
        MigrationFailed: a step is wrong for the data that is there.
    """
    missing = await missing_migrations(connection)
    if not missing:
        return
    await connection.execute("PRAGMA foreign_keys = OFF")
    try:
        for migration in missing:
            await apply(connection, migration)
    finally:
        await connection.execute("PRAGMA foreign_keys = ON")


async def missing_migrations(connection: aiosqlite.Connection) -> list[Migration]:
    """The steps that were not applied yet; raises DatabaseTooNew."""
    migrations = all_migrations()
    done = await _applied(connection)
    if max(done, default=0) > migrations[-1].version:
        raise DatabaseTooNew(
            f"The database has schema {max(done)}, this version knows {migrations[-1].version}. "
            "Start the newer version, or restore a backup made by this one."
        )
    return [migration for migration in migrations if migration.version not in done]


async def _applied(connection: aiosqlite.Connection) -> set[int]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER PRIMARY KEY, name TEXT NOT NULL)"
    )
    async with connection.execute("SELECT version FROM schema_migrations") as cursor:
        return {row[0] for row in await cursor.fetchall()}


async def apply(connection: aiosqlite.Connection, migration: Migration) -> None:
    """One step, whole or not at all.

    `executescript` ends an open transaction first, so the script carries its own.
    """
    record = f"INSERT INTO schema_migrations VALUES ({migration.version}, '{migration.name}');"  # noqa: S608
    try:
        await connection.executescript(f"BEGIN IMMEDIATE;\n{migration.sql}\n{record}")
        await _check_references(connection, migration)
        await connection.commit()
    except (sqlite3.Error, MigrationFailed):
        await connection.rollback()
        raise


async def _check_references(connection: aiosqlite.Connection, migration: Migration) -> None:
    async with connection.execute("PRAGMA foreign_key_check") as cursor:
        row = await cursor.fetchone()
    if row is not None:
        raise MigrationFailed(f"{migration.name} leaves {row[0]} with a reference to nothing")
