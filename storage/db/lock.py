"""One bot per database: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.db.errors import DatabaseTrouble, is_busy


class AlreadyRunning(DatabaseTrouble):
    """Another process works with this database: stop that one, or give this one its own."""


class LockUnavailable(DatabaseTrouble):
    """The lock's file cannot be made, or something else has its name."""


def lock_of(database_path: Path) -> Path:
    """The file that is locked while a process works with this database."""
    return database_path.with_name(f"{database_path.name}.lock")


@contextmanager
def instance_lock(database_path: Path) -> Iterator[None]:
    """Hold the only right to work with this database; raises AlreadyRunning or LockUnavailable.

    SQLite's own file lock on an empty file next to the database does it: the same on every
    platform, freed by the system at any end of the process, even a violent one.
    """
    lock_path = lock_of(database_path)
    connection = _open(lock_path)
    try:
        _lock(connection, lock_path)
        yield
    finally:
        connection.close()


def _open(lock_path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(lock_path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.DatabaseError as error:
        raise _unavailable(lock_path) from error


def _lock(connection: sqlite3.Connection, lock_path: Path) -> None:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            raise AlreadyRunning(
                f"Another bot is running with this database ({lock_path.with_suffix('')}): stop it "
                "first, or set DATABASE_URL to a file of its own."
            ) from error
        raise _unavailable(lock_path) from error


def _unavailable(lock_path: Path) -> LockUnavailable:
    return LockUnavailable(
        f"The file {lock_path} cannot be made or locked: create its folder, let this user write "
        "there, or move away what is in its place."
    )
