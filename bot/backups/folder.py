"""BACKUP_DIR: which of its files are backups of this bot, how old they are, and which may go."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config.amounts import HOUR
from bot.config.folders import SettingsFolder

LATE_MILLISECONDS = 26 * HOUR
"""So long after the last one the operator is told."""

_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """Several bots may share one: each knows its own by their names, and touches nothing else."""

    path: Path
    bot_id: int

    def fault(self) -> str | None:
        """What is wrong with it, in one sentence.

        The operator makes it: one that is missing is on a disk that is not mounted, and a copy on
        this disk would be lost with the database.
        """
        if not os.path.lexists(self.path):
            missing = "it is not there: mount its disk, or make it"
            return f"BACKUP_DIR leads to {self.path}, but {missing}."
        return SettingsFolder("BACKUP_DIR", self.path).fault()

    def file_of(self, at_milliseconds: int) -> Path:
        """The name of one that is made at that moment."""
        at = datetime.fromtimestamp(at_milliseconds / 1000, UTC)
        return self.path / f"{self._prefix}{at:{_TIME}}.db"

    def newest(self, now_milliseconds: int) -> int | None:
        """When the newest was made (epoch, milliseconds); None where there is none.

        What is said to be of the future was made while the clock was wrong.
        """
        times = [at for at in self._times().values() if at <= now_milliseconds]
        return max(times, default=None)

    def remove_all_but(self, kept: int, now_milliseconds: int) -> int:
        """Remove the oldest, those of the future first; how many that was. Raises OSError."""
        times = self._times()
        newest_first = sorted(times, key=lambda p: (times[p] <= now_milliseconds, p), reverse=True)
        for path in newest_first[kept:]:
            path.unlink(missing_ok=True)
        return len(newest_first[kept:])

    def remove_unfinished(self) -> None:
        """Remove what a process left that was killed while it made one. Raises OSError."""
        for path in self.path.glob(f".{self._prefix}*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    @property
    def _prefix(self) -> str:
        return f"talking-photo-{self.bot_id}-"

    def _times(self) -> dict[Path, int]:
        named = {path: self._time_of(path.name) for path in self.path.glob(f"{self._prefix}*.db")}
        return {
            path: at
            for path, at in named.items()
            if at is not None and path.is_file() and not path.is_symlink()
        }

    def _time_of(self, name: str) -> int | None:
        stamp = name.removeprefix(self._prefix).removesuffix(".db")
        if not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
            return None
        try:
            return round(datetime.strptime(f"{stamp}+0000", f"{_TIME}%z").timestamp() * 1000)
        except ValueError:
            return None
