"""Backups by themselves: `talking-photo backup` now and then, and so many of them kept."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from bot.backups.folder import LATE_MILLISECONDS, BackupFolder
from bot.common import Component
from bot.config.amounts import HOUR, whole
from bot.logs import SELDOM
from bot.retry import DISK
from bot.task_pool import Work

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 600.0
_UNDER_WAY_SECONDS = 3600.0
_TELL_EVERY_SECONDS = 24 * 3600.0
_LONGEST_SECONDS = 3 * 3600.0
_KILL_SECONDS = 2.0
_LOWEST_PRIORITY = 19


class BackupFailed(Exception):
    """None was made; the text is the sentence that says why."""


class Backups(Component):
    """A background task. Each is made by a process of its own: neither a big database nor a disk
    that hangs holds up the bot, and one that takes too long can be ended.

    What there is says the folder, whoever was down for however long.
    """

    _look_at_seconds: float = field(init=False, default=-math.inf)
    _told_at_seconds: float = field(init=False, default=-math.inf)
    _under_way_since_seconds: float = field(init=False, default=math.inf)
    newest_milliseconds: int = field(init=False, default=0)
    """When the newest was made, as far as is known (epoch); 0: none is."""
    _failures: int = field(init=False, default=0)
    _fault: str = field(init=False, default="")

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`; the disk, which may hang, is not looked at here."""
        now = self.clock.steady_seconds()
        if now >= self._look_at_seconds:
            return {"backup": self._look}
        return {"late backup": self._tell} if self._is_to_be_told(now) else {}

    def _is_to_be_told(self, now_seconds: float) -> bool:
        """Late, and not about to be made, as after a clock was set or a bot was down."""
        late = self.clock.now_milliseconds() - self.newest_milliseconds > LATE_MILLISECONDS
        hangs = now_seconds - self._under_way_since_seconds >= _UNDER_WAY_SECONDS
        told = now_seconds - self._told_at_seconds < _TELL_EVERY_SECONDS
        return late and (hangs or self._failures > 0) and not told

    async def _tell(self) -> None:
        self._told_at_seconds = self.clock.steady_seconds()
        detail = self._fault or ["backup-under-way"]
        await self.operator.tell("backup", "operator-backup-late", detail=detail)

    async def _look(self) -> None:
        self._under_way_since_seconds = self.clock.steady_seconds()
        self._look_at_seconds, pause = math.inf, _LOOK_EVERY_SECONDS
        try:
            await self._make_if_due()
        except (OSError, BackupFailed) as failure:
            logger.error("no backup: %s", failure, extra=SELDOM)
            self._failures, self._fault = self._failures + 1, str(failure)
            pause = DISK.endless_delay_seconds(self._failures)
        else:
            self._failures, self._fault, self._told_at_seconds = 0, "", -math.inf
        finally:
            self._under_way_since_seconds = math.inf
            self._look_at_seconds = self.clock.steady_seconds() + pause

    async def _make_if_due(self) -> None:
        now, folder = self.clock.now_milliseconds(), self._folder
        newest = await asyncio.to_thread(folder.newest, now)
        self.newest_milliseconds = newest or 0
        if now - self.newest_milliseconds < whole(self.limits.backup_hours, HOUR):
            return
        fault = await asyncio.to_thread(folder.fault)
        if fault is not None:
            raise BackupFailed(fault)
        await asyncio.to_thread(folder.remove_unfinished)
        file = folder.file_of(now)
        try:
            await self._make(file)
        finally:
            await asyncio.to_thread(folder.remove_unfinished)
        self.newest_milliseconds = now
        removed = await asyncio.to_thread(folder.remove_all_but, self.limits.backups_kept, now)
        logger.info("%s is a whole copy of the database; %d older ones were removed", file, removed)

    async def _make(self, file: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command(file),
            env={**os.environ, "DATABASE_URL": self.limits.database_url, "ENV_FILE": ""},
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,
        )
        try:
            _give_way(process)
            async with asyncio.timeout(_LONGEST_SECONDS):
                _, said = await process.communicate()
        except TimeoutError:
            raise BackupFailed("it took longer than three hours and was ended.") from None
        finally:
            await _end(process)
        if process.returncode:
            raise BackupFailed(said.decode("utf-8", "replace").strip() or "its process was ended.")

    def _command(self, file: Path) -> tuple[str, ...]:
        return (sys.executable, "-m", "bot", "backup", str(file))

    @property
    def _folder(self) -> BackupFolder:
        assert self.limits.backup_dir is not None  # noqa: S101
        return BackupFolder(self.limits.backup_dir, self.limits.bot_id)


def _give_way(process: Process) -> None:
    """The bot comes first."""
    with suppress(OSError, AttributeError):  # it is over already, or this is Windows
        os.setpriority(os.PRIO_PROCESS, process.pid, _LOWEST_PRIORITY)


async def _end(process: Process) -> None:
    """At once; one that hangs in the disk is not waited for."""
    if process.returncode is None:
        with suppress(ProcessLookupError, TimeoutError):
            process.kill()
            await asyncio.wait_for(process.wait(), _KILL_SECONDS)
