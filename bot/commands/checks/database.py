"""The database: can it be written, is it whole, does another bot work with it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

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
    if faults := [fault for each in folders if (fault := each.fault())]:
        return Finding("problem", f"videos: {faults[0]}")
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


_PASSING_KINDS = ("tmpfs", "ramfs", "overlay", "aufs")
_PASSING_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 (warned of, not used)
_PLATFORMS = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT": "Railway",
    "VERCEL": "Vercel",
}
_MOUNTS = Path("/proc/mounts")
_LEAST_BYTES = 200_000_000
_COMFORTABLE_BYTES = 1_000_000_000
_ELSEWHERE = "set DATABASE_URL to a file on a disk that persists (a mounted volume)"


def check_persistence(folder: Path) -> Finding:
    """Warn of places that are emptied by a restart."""
    folder = folder.resolve()
    for platform_mark, platform in _PLATFORMS.items():
        if platform_mark in os.environ and mount_of(folder)[0] == Path("/"):
            return warning(f"disk: {platform} empties this disk at every restart", _ELSEWHERE)
    passing = (*_PASSING_FOLDERS, tempfile.gettempdir())
    if any(folder.is_relative_to(each) for each in passing):
        return warning(f"disk: {folder} is a place for temporary files", _ELSEWHERE)
    kind = mount_of(folder)[1]
    if kind in _PASSING_KINDS:
        return warning(f"disk: {folder} is on a {kind}, which is lost with its machine", _ELSEWHERE)
    return ok(f"disk: {folder} persists, as far as can be told")


def check_free_space(folder: Path) -> Finding:
    """Warn before the disk is full."""
    free = shutil.disk_usage(folder).free
    told = f"disk: {free / 1e9:.1f} GB are free"
    if free < _LEAST_BYTES:
        return problem(told, "make room: at least 0.2 GB, better 1 GB")
    if free < _COMFORTABLE_BYTES:
        return warning(told, "make room: 1 GB is comfortable")
    return ok(told)


def mount_of(folder: Path, mounts: Path = _MOUNTS) -> tuple[Path, str]:
    """Where the file system of a folder begins, and its kind; the kind is empty if unknown."""
    found = (Path("/"), "")
    if not mounts.exists():
        return found
    for line in mounts.read_text("utf-8", "replace").splitlines():
        _, place, kind, *_ = line.split(" ")
        point = Path(place.replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= len(found[0].parts):
            found = (point, kind)
    return found
