"""Trouble with the database's file, as opposed to a mistake in what was asked of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_PRIMARY = 0xFF
"""SQLite's extended codes keep the primary one in the low byte."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk of the database {path} is full: make room and start again.",
    sqlite3.SQLITE_READONLY: (
        "The database {path} cannot be written: let this user write to it and to its folder, and "
        "start again."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The database {path} is damaged: keep it aside, restore a backup and start again."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk of the database {path} fails, or has no room: look at the disk and start again."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The database {path} cannot be opened: DATABASE_URL has to name a file in a folder where "
        "this user may write; mend that and start again."
    ),
}
_SAME_AS = {
    sqlite3.SQLITE_PERM: sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOTADB: sqlite3.SQLITE_CORRUPT,
}


class DatabaseTrouble(Exception):
    """The database cannot be worked with; its text says to the operator what to do."""


class DatabaseUnusable(DatabaseTrouble):
    """Nothing can be recorded until the operator acts: stop. Its text says what to do."""


class DatabaseLocked(DatabaseTrouble):
    """Another program keeps the database locked: later it works again."""


def damaged(path: Path) -> DatabaseUnusable:
    """What a failed check of the whole file is raised as."""
    return DatabaseUnusable(_SENTENCES[sqlite3.SQLITE_CORRUPT].format(path=path))


def displaced(path: Path) -> DatabaseUnusable:
    """What is raised where somebody took away the file that is still written to."""
    return DatabaseUnusable(
        f"The database {path}, or its .lock, was moved, deleted or replaced while the bot worked "
        "with it: put it back, or restore a backup, and start again."
    )


def locked(path: Path) -> DatabaseLocked:
    """What a lock that is not waited for (any more) is raised as."""
    return DatabaseLocked(f"Another program keeps the database {path} locked: end it.")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program has the database just now."""
    return _code(error) in _BUSY


def trouble_of(
    error: sqlite3.Error, path: Path, *, written: bool = True
) -> DatabaseUnusable | None:
    """The trouble that this error speaks of; None when the file is not to blame.

    Who only reads is never stopped by a file that cannot be written.
    """
    code = _SAME_AS.get(_code(error), _code(error))
    if code not in _SENTENCES or (code == sqlite3.SQLITE_READONLY and not written):
        return None
    return DatabaseUnusable(_SENTENCES[code].format(path=path))


def _code(error: sqlite3.Error) -> int:
    """Errors of Python's own module carry no code."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY
