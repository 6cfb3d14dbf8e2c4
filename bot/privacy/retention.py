"""Retention: videos stay on disk for a while after their job's end, and are removed then."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import field
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.common import Component
from storage.jobs import jobs

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 600.0
_SHORTEST_PAUSE_SECONDS = 1.0
_OF_A_JOB = re.compile(r"(\d{1,18})(\.[a-z0-9]+)*\.mp4(\.[a-z]+)*")


class Retention(Component):
    """Sweeps the folder of results now and then, for as long as the `async with` lasts.

    A job that has not ended keeps its files, however old. Those of a job that the database does
    not know (it was restored, or is a new one) count from when they were written.
    """

    _task: asyncio.Task[None] | None = field(init=False, default=None)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="retention")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def sweep(self) -> int:
        """Remove what need not be kept any more; how many files that was."""
        files = await asyncio.to_thread(_files_by_job, self.limits.results)
        before = self.clock.now_milliseconds() - self.limits.keep_results_milliseconds
        ended = await jobs.endings(self.database, sorted(files))
        removed = 0
        for job_id, paths in files.items():
            at = ended[job_id] if job_id in ended else await asyncio.to_thread(_newest, paths)
            if at is not None and at < before:
                removed += await asyncio.to_thread(_remove, paths)
        return removed

    async def _run(self) -> None:
        pause_seconds = self.limits.keep_results_milliseconds / 1000 / 4
        pause_seconds = max(_SHORTEST_PAUSE_SECONDS, min(_LONGEST_PAUSE_SECONDS, pause_seconds))
        while True:
            removed = await self.sweep()
            if removed:
                logger.info("%d files of videos kept long enough were removed", removed)
            await self.clock.sleep(pause_seconds)


def _files_by_job(directory: Path) -> dict[int, list[Path]]:
    found: dict[int, list[Path]] = {}
    for path in directory.glob("*"):
        named = _OF_A_JOB.fullmatch(path.name)
        if named and path.is_file():
            found.setdefault(int(named[1]), []).append(path)
    return found


def _newest(paths: list[Path]) -> int | None:
    """When the newest was written (epoch, milliseconds); None when one is gone meanwhile."""
    try:
        return int(max(path.stat().st_mtime for path in paths) * 1000)
    except OSError:
        return None


def _remove(paths: list[Path]) -> int:
    removed = 0
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", path.name, error.strerror)
        else:
            removed += 1
    return removed
