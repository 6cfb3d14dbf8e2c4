"""Migrations: numbered SQL files, each applied once, inside its own transaction."""

from __future__ import annotations

import sqlite3
from importlib import resources
from typing import NamedTuple

import aiosqlite


class DatabaseTooNew(Exception):
    """The database was written by a newer version of this program; start that version instead."""


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

    Raises:
        DatabaseTooNew: the database knows a step this program does not.
    """
    migrations = all_migrations()
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER PRIMARY KEY, name TEXT NOT NULL)"
    )
    done = await _applied(connection)
    if max(done, default=0) > migrations[-1].version:
        raise DatabaseTooNew(
            f"The database has schema {max(done)}, this version knows {migrations[-1].version}. "
            "Start the newer version, or restore a backup made by this one."
        )
    for migration in migrations:
        if migration.version not in done:
            await _apply(connection, migration)


async def _applied(connection: aiosqlite.Connection) -> set[int]:
    async with connection.execute("SELECT version FROM schema_migrations") as cursor:
        return {row[0] for row in await cursor.fetchall()}


async def _apply(connection: aiosqlite.Connection, migration: Migration) -> None:
    """`executescript` ends an open transaction first, so the script carries its own."""
    record = f"INSERT INTO schema_migrations VALUES ({migration.version}, '{migration.name}');"  # noqa: S608
    try:
        await connection.executescript(f"BEGIN IMMEDIATE;\n{migration.sql}\n{record}\nCOMMIT;")
    except sqlite3.Error:
        await connection.rollback()
        raise
