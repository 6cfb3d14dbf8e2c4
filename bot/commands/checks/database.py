"""The database: can it be written, is it whole, what will become of it, who works with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.commands.checks.finding import Finding, ok, problem, warning
from storage.db.lock import AlreadyRunning, LockUnavailable, instance_lock
from storage.db.migrate import DatabaseTooNew, missing_migrations

_BUSY_SECONDS = 3.0


def check_database(path: Path) -> list[Finding]:
    """Look at the file, in a folder that can be used."""
    if not path.exists():
        return [ok(f"database: {path} will be made at the first start")]
    whole = _whole(path)
    return [_second_instance(path), whole, *([_schema(path)] if whole.level == "ok" else [])]


def _second_instance(path: Path) -> Finding:
    try:
        with instance_lock(path):
            return ok("instance: no bot is running with this database")
    except AlreadyRunning:
        return warning("instance: a bot is running with this database", "do not start a second one")
    except LockUnavailable as error:
        return problem("instance: the lock cannot be taken", str(error))


def _whole(path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("ROLLBACK")
            result = base.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return problem(
            f"database: {path} cannot be used ({error})",
            "let this user write to it; if it is damaged, restore a backup",
        )
    if result != "ok":
        return problem(f"database: {path} is damaged ({result})", "restore a backup")
    return ok(f"database: {path} can be written and is whole")


def _schema(path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(path)) as base:
            missing = missing_migrations(base)
    except DatabaseTooNew as newer:
        return problem(f"schema: {newer}")
    if not missing:
        return ok("schema: nothing will be changed at the next start")
    names = ", ".join(migration.name for migration in missing)
    return warning(
        f"schema: the next start takes {len(missing)} step(s) that older versions cannot undo "
        f"({names})",
        "make a backup first: `talking-photo backup FILE`",
    )
