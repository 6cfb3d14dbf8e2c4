"""The folders that the settings lead to: they have to be there, or be makeable, and take files."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.config.engines import ENGINES
from bot.config.sentences import SettingsInvalid
from bot.config.settings import DatabaseSettings, Settings

LEAST_FREE_BYTES = 200_000_000
"""With less, a video may not find room: two files of five minutes, and its copy with the label."""

_PROBE = bytes(64 * 1024)
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class SettingsFolder:
    """A folder, the setting that leads to it, and the file in it that the setting names, if any."""

    setting: str
    folder: Path
    file: Path | None = None

    def fault(self) -> str | None:
        """What is wrong with it and what to do, in one sentence; nothing is left behind."""
        nearest = self.folder
        try:
            nearest = self.nearest()
            if not nearest.is_dir():
                return self._sentence(f"{nearest} is not a folder: move it away, or name another")
            if self.file and self.file.exists() and not self.file.is_file():
                return self._sentence(f"{self.file} is not a file: name another")
            with tempfile.TemporaryFile(dir=nearest, buffering=0) as probe:
                probe.write(_PROBE)
            return None
        except OSError as error:
            return self._unusable(nearest, error)

    def nearest(self) -> Path:
        """The folder, or the innermost one around it that is there; raises OSError."""
        absolute = self.folder.absolute()
        for each in (absolute, *absolute.parents):
            try:
                each.lstat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            return each
        return absolute

    def make(self) -> str | None:
        """Make it where it is missing; what is wrong, as `fault`."""
        fault = self.fault()
        if fault is None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                return self._unusable(self.folder, error)
        return fault

    def _unusable(self, folder: Path, error: OSError) -> str:
        remedy = "make room" if error.errno in _FULL else "let this user write there"
        return self._sentence(
            f"{folder} cannot be written to ({error.strerror}): {remedy}, or name another folder"
        )

    def _sentence(self, fault: str) -> str:
        return f"{self.setting} leads to {self.folder}, but {fault}."


def database_folder(settings: DatabaseSettings) -> SettingsFolder:
    """Where the database is."""
    path = settings.database_path
    return SettingsFolder("DATABASE_URL", path.parent, path)


def video_folders(settings: Settings) -> tuple[SettingsFolder, ...]:
    """Where videos wait for delivery, and where previews are made."""
    setting = "DATA_DIR" if settings.data_dir else "DATA_DIR (not set: next to the database)"
    previews = [settings.previews_directory for name in settings.engines if ENGINES[name].is_local]
    return tuple(SettingsFolder(setting, each) for each in (settings.results_directory, *previews))


def make_folders(folders: Iterable[SettingsFolder]) -> None:
    """Make those that are missing; raises SettingsInvalid with a sentence for the first bad one."""
    for settings_folder in folders:
        fault = settings_folder.make()
        if fault is not None:
            raise SettingsInvalid(fault)


def room_for_backup(database: Path, folder: Path) -> int:
    """How many bytes a backup takes there: it is restored once, for a moment. Raises OSError."""
    files = (database, database.with_name(f"{database.name}-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    is_same_disk = folder.stat().st_dev == database.parent.stat().st_dev
    return 2 * size + (LEAST_FREE_BYTES if is_same_disk else 0)
