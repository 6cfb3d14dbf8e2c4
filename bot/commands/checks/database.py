"""The database: can it be written, is it whole, what will become of it, who works with it."""

from __future__ import annotations

from pathlib import Path

from bot.commands.checks.finding import Finding, ok, problem, warning
from storage.db.connection import look_through
from storage.db.errors import DatabaseTrouble
from storage.db.lock import AlreadyRunning, LockUnavailable, instance_lock
from storage.db.migrate import DatabaseTooNew, steps_ahead


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
        look_through(path)
    except DatabaseTrouble as trouble:
        return problem(f"database: {trouble}")
    return ok(f"database: {path} can be written and is whole")


def _schema(path: Path) -> Finding:
    try:
        missing = steps_ahead(path)
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
