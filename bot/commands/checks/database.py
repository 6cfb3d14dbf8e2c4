"""The database: can it be written, is it whole, does another bot work with it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.commands.checks.disk import check_free_space, check_persistence
from bot.commands.checks.finding import Finding, ok, problem, warning
from storage.instance import AlreadyRunning, LockUnavailable, instance_lock

_BUSY_SECONDS = 3.0


def check_database(path: Path) -> list[Finding]:
    """Look at the file, or, before the first start, at its folder."""
    folder = _existing_folder(path)
    disk = [check_persistence(folder), check_free_space(folder)]
    if not os.access(folder, os.W_OK):
        return [
            problem(f"database: {folder} cannot be written to", "let this user write there"),
            *disk,
        ]
    if not path.exists():
        return [ok(f"database: {path} will be made at the first start"), *disk]
    return [_second_instance(path), _whole(path), *disk]


def check_data_directory(path: Path) -> Finding:
    """Whether videos can wait there for their delivery."""
    folder = path if path.is_dir() else _existing_folder(path)
    if os.access(folder, os.W_OK):
        return ok(f"videos: {path} can be written")
    return problem(f"videos: {folder} cannot be written to", "let this user write there")


def _existing_folder(path: Path) -> Path:
    return next(folder for folder in path.resolve().parents if folder.is_dir())


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
