"""The folders that the settings lead to: can they be written, do they last, is there room."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.folders import LEAST_FREE_BYTES, SettingsFolder

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
_COMFORTABLE_BYTES = 1_000_000_000
_ELSEWHERE = "have DATABASE_URL and DATA_DIR lead to a disk that persists (a mounted volume)"


def check_disks(folders: Sequence[SettingsFolder]) -> list[Finding]:
    """Whether each folder can be used, and each disk that they are on persists and has room."""
    faults = [fault for each in folders if (fault := each.fault())]
    if faults:
        return [problem(f"disk: {fault}") for fault in faults]
    nearest = [each.nearest() for each in folders]
    disks = {place.stat().st_dev: place for place in reversed(nearest)}
    return [
        *(ok(f"disk: {each.folder} can be written") for each in folders),
        *map(check_persistence, disks.values()),
        *map(check_free_space, disks.values()),
        check_temporary(),
    ]


def check_temporary() -> Finding:
    """Whether there is a folder for what need not last."""
    try:
        with tempfile.TemporaryFile():
            return ok(f"disk: {tempfile.gettempdir()} takes temporary files")
    except OSError as error:
        return warning(
            f"disk: there is no folder for temporary files ({error.strerror})",
            "set TMPDIR to one: without, an alarm is repeated at every restart",
        )


def check_persistence(folder: Path) -> Finding:
    """Warn of places that are emptied by a restart."""
    folder = folder.resolve()
    for platform_mark, platform in _PLATFORMS.items():
        if platform_mark in os.environ and mount_of(folder)[0] == Path("/"):
            return warning(f"disk: {platform} empties this disk at every restart", _ELSEWHERE)
    passing = (*_PASSING_FOLDERS, os.environ.get("TMPDIR") or "/tmp")  # noqa: S108
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
    if free < LEAST_FREE_BYTES:
        return problem(told, "make room: at least 0.2 GB, better 1 GB")
    if free < _COMFORTABLE_BYTES:
        return warning(told, "make room: 1 GB is comfortable")
    return ok(told)


def mount_of(folder: Path, mounts: Path = _MOUNTS) -> tuple[Path, str]:
    """Where the file system of a folder begins, and its kind; the kind is empty if unknown."""
    found = (Path("/"), "")
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return found
    for line in lines:
        _, place, kind, *_ = line.split(" ")
        point = Path(place.replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= len(found[0].parts):
            found = (point, kind)
    return found
