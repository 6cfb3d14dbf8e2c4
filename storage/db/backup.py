"""Copies of the database: made while it is in use, restored once to see that they can be, and known
as copies ever after.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.db.connection import told_as_trouble
from storage.db.database import Queryable, Transaction
from storage.db.errors import DatabaseTrouble, DatabaseUnusable, damaged, is_busy
from storage.db.migrate import DatabaseTooNew, missing_migrations

_COPIED = 1
"""`user_version` in a copy: what happened after it was made is not in it."""
_UNWRITTEN = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR_WRITE: errno.EIO,
    sqlite3.SQLITE_IOERR_FSYNC: errno.EIO,
    sqlite3.SQLITE_IOERR_TRUNCATE: errno.EIO,
}
_BESIDE = ("-wal", "-shm")
"""What SQLite keeps in files of its own; those of one database ruin another."""


class NoBackup(DatabaseTrouble):
    """The file is no copy of a database of this program."""


def make_backup(database: Path, target: Path) -> None:
    """Copy the database, which may be in use, and restore the copy beside it for a moment.

    One that only a later version could restore is made all the same. Raises as `copy_database`;
    NoBackup: what is there is no database of this program.
    """
    try:
        copy_database(database, target, _see_restored)
    except NoBackup as error:
        raise NoBackup(f"{database} is no database of this bot: mend DATABASE_URL.") from error


def copy_database(
    source: Path, target: Path, check: Callable[[Path], None] = lambda _: None
) -> None:
    """Make `target` a whole copy of `source`, which may be in use; nothing is left on failure.

    The copy has its name only after the `check`.

    Raises:
        FileExistsError: there is something at `target`.
        FileNotFoundError: there is nothing at `source`, or no folder for `target`.
        DatabaseUnusable, DatabaseLocked: `source` cannot be read whole.
        OSError: `target` cannot be written, or its disk is full.
    """
    if target.exists():
        raise FileExistsError(target)
    if not source.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.touch(mode=0o600, exist_ok=False)
    try:
        with told_as_trouble(source):
            _copy(source, part)
        check(part)
        _put(part, target)
    finally:
        part.unlink(missing_ok=True)


def replace_database(backup: Path, database: Path, now_milliseconds: int) -> Path | None:
    """Put a copy of `backup` in the place of `database`, which nobody may be using.

    What was there is kept beside it; its new name, or None. Raises NoBackup, DatabaseTooNew, and
    as `copy_database`.
    """
    _refuse_others(backup)
    fresh = database.with_name(f"{database.name}.restoring")
    fresh.unlink(missing_ok=True)
    copy_database(backup, fresh)
    aside = _kept_aside(database, now_milliseconds) if database.exists() else None
    for suffix in _BESIDE:
        _beside(database, suffix).unlink(missing_ok=True)
    fresh.replace(database)
    _sync(database.parent)
    return aside


def _see_restored(copy: Path) -> None:
    """Restore it in a folder of its own, which looks through all of it as `restore` does."""
    with tempfile.TemporaryDirectory(
        dir=copy.parent, prefix=f"{copy.name}.", ignore_cleanup_errors=True
    ) as folder:
        database = Path(folder) / "restored.db"
        try:
            replace_database(copy, database, now_milliseconds=0)
        except DatabaseTooNew:
            return
        except DatabaseUnusable as trouble:  # the database itself was read whole
            raise _failing(copy) from trouble
        with closing(sqlite3.connect(database)) as base:
            if base.execute("PRAGMA user_version").fetchone()[0] != _COPIED:
                raise _failing(copy)


async def is_copy(database: Queryable) -> bool:
    """Whether this database was copied, and what it lacks was not yet looked for."""
    row = await database.fetch_one("PRAGMA user_version")
    return row is not None and row["user_version"] == _COPIED


async def newest_moment(database: Queryable) -> int:
    """The last moment (milliseconds) that this database knows of; 0 when it is empty."""
    sql = """
        SELECT MAX(at) AS at FROM (
            SELECT 0 AS at
            UNION ALL SELECT MAX(received_at_milliseconds) FROM inbox
            UNION ALL SELECT MAX(handled_at_milliseconds) FROM inbox
            UNION ALL SELECT MAX(submitting_at_milliseconds) FROM tasks
            UNION ALL SELECT MAX(ended_at_milliseconds) FROM tasks
            UNION ALL SELECT MAX(ended_at_milliseconds) FROM jobs
            UNION ALL SELECT MAX(at_milliseconds) FROM ledger)
        """
    return await database.number(sql)


async def forget_copying(tx: Transaction) -> None:
    """What the copy lacks was looked for: from now on it is the database."""
    await tx.execute("PRAGMA user_version = 0")


def _refuse_others(backup: Path) -> None:
    try:
        with closing(sqlite3.connect(backup)) as copy:
            copy.execute("SELECT version FROM schema_migrations")
            missing_migrations(copy)
    except sqlite3.DatabaseError as error:
        if not is_busy(error):
            raise NoBackup(
                f"{backup} is no backup of this bot: name a file that `talking-photo backup` made."
            ) from error


def _copy(source: Path, part: Path) -> None:
    """In one step: then what others write meanwhile neither waits nor disturbs."""
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as original,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        _write(original, copy, part)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(f"PRAGMA user_version = {_COPIED}")
        if not _is_whole(copy):
            raise _failing(part) if _is_whole(original) else damaged(source)


def _is_whole(base: sqlite3.Connection) -> bool:
    whole: bool = base.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
    return whole


def _failing(copy: Path) -> OSError:
    """What was written there is not what is read there."""
    return OSError(errno.EIO, os.strerror(errno.EIO), str(copy))


def _write(original: sqlite3.Connection, copy: sqlite3.Connection, part: Path) -> None:
    """What cannot be written is no fault of the original, which is only read."""
    try:
        original.backup(copy)
    except sqlite3.OperationalError as error:
        number = _UNWRITTEN.get(error.sqlite_errorcode)
        if number is None:
            raise
        raise OSError(number, os.strerror(number), str(part)) from error


def _put(part: Path, target: Path) -> None:
    """At once or not at all, and never over something."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(target) from None
        part.replace(target)
    _sync(target.parent)


def _kept_aside(database: Path, now_milliseconds: int) -> Path:
    at = datetime.fromtimestamp(now_milliseconds / 1000, UTC)
    aside = database.with_name(f"{database.name}.replaced-{at:%Y%m%dT%H%M%SZ}")
    for suffix in ("", *_BESIDE):
        if _beside(database, suffix).exists():
            shutil.copy2(_beside(database, suffix), _beside(aside, suffix))
    return aside


def _beside(database: Path, suffix: str) -> Path:
    return database.with_name(f"{database.name}{suffix}")


def _sync(folder: Path) -> None:
    """A new name is on disk when its folder is; not every system can say so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
