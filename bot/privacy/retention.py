"""Retention: what was kept long enough is removed, now and then."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import Hashable
from dataclasses import field
from pathlib import Path

from bot.common import Component
from bot.dashscope.upload import KEPT_MILLISECONDS
from bot.privacy.files import sweep, sweep_uploads, written_at
from bot.task_pool import Work
from storage.groups import reports
from storage.jobs import jobs
from storage.people import pseudonyms

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 600.0
_SHORTEST_PAUSE_SECONDS = 1.0
_OF_A_JOB = re.compile(r"(\d{1,18})(\.[a-z0-9]+)*\.mp4(\.[a-z]+)*")


class Retention(Component):
    """A background task. Videos stay on disk for a while after their job's end; what the preview
    engine wrote and the numbers that stand for people have times of their own.

    A job that has not ended keeps its files, however old. Those of a job that the database does
    not know (it was restored, or is a new one) count from when they were written.
    """

    _swept_at_seconds: float = field(init=False, default=-math.inf)

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        pause = min(_LONGEST_PAUSE_SECONDS, self.limits.agreement.keep_milliseconds / 4_000)
        pause = max(_SHORTEST_PAUSE_SECONDS, pause)
        waited = self.clock.steady_seconds() - self._swept_at_seconds
        return {"retention": self._sweep} if waited >= pause else {}

    async def _sweep(self) -> None:
        self._swept_at_seconds = self.clock.steady_seconds()
        now = self.clock.now_milliseconds()
        await self.database.do(pseudonyms.expire)
        await self.database.do(reports.expire)
        before = now - KEPT_MILLISECONDS
        uploads = asyncio.to_thread(sweep_uploads, self.limits, before)
        for sweeping in (uploads, self.sweep_videos()):
            try:
                removed = await sweeping
            except OSError as error:  # the other folder may be readable
                logger.error("what was kept long enough stays: %s", error)
            else:
                logger.debug("%d files that were kept long enough were removed", removed)

    async def sweep_videos(self) -> int:
        """Remove those that need not be kept any more; how many files that was."""
        files = await asyncio.to_thread(_files_by_job, self.limits.results_directory)
        before = self.clock.now_milliseconds() - self.limits.agreement.keep_milliseconds
        ended = await jobs.endings(self.database, sorted(files))
        removed = 0
        for job_id, paths in files.items():
            at = ended[job_id] if job_id in ended else await asyncio.to_thread(_newest, paths)
            if at is not None and at < before:
                removed += await asyncio.to_thread(sweep, paths)
        return removed


def _files_by_job(directory: Path) -> dict[int, list[Path]]:
    found: dict[int, list[Path]] = {}
    for path in directory.glob("*"):
        named = _OF_A_JOB.fullmatch(path.name)
        if named and path.is_file():
            found.setdefault(int(named[1]), []).append(path)
    return found


def _newest(paths: list[Path]) -> int | None:
    """When the newest was written (epoch, milliseconds); None when one is gone meanwhile."""
    written = [written_at(path) for path in paths]
    return None if None in written else max(filter(None, written), default=None)
