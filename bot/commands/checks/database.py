"""The database: can it be written, is it whole, does another bot work with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bot.commands.checks.disk import check_free_space, check_persistence
from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.folders import SettingsFolder
from storage.db.lock import AlreadyRunning, LockUnavailable, instance_lock

_BUSY_SECONDS = 3.0
_ANOTHER_FILE = "name another file in DATABASE_URL"


def check_database(path: Path, settings_folder: SettingsFolder) -> list[Finding]:
    """Look at the file, or, before the first start, at its folder."""
    fault = settings_folder.fault()
    if fault is not None:
        return [Finding("problem", f"database: {fault}")]
    folder = _existing_folder(path)
    return [*_file(path), check_persistence(folder), check_free_space(folder)]


def check_videos(folders: Sequence[SettingsFolder]) -> Finding:
    """Whether videos can wait there for their delivery."""
    for settings_folder in folders:
        fault = settings_folder.fault()
        if fault is not None:
            return Finding("problem", f"videos: {fault}")
    return ok(f"videos: {folders[0].folder} can be written")


def _existing_folder(path: Path) -> Path:
    return next(folder for folder in path.resolve().parents if folder.is_dir())


def _file(path: Path) -> list[Finding]:
    try:
        path.stat()
    except FileNotFoundError:
        return [ok(f"database: {path} will be made at the first start")]
    except OSError as error:
        return [problem(f"database: {path} cannot be used ({error.strerror})", _ANOTHER_FILE)]
    if not path.is_file():
        return [problem(f"database: {path} is not a file", _ANOTHER_FILE)]
    return [_second_instance(path), _whole(path)]


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
