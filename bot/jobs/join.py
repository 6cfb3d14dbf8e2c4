"""Joining: the results of several tasks become one video, under the voice as it was recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.delivery.finish import Finisher
from bot.intake.inputs import LongVoice
from bot.jobs.fetch import result_of
from bot.media.calls import inspect_video, join_and_label, join_preview
from bot.media.errors import MediaFailure, MediaNotNow, MediaUnusable
from bot.media.exchange import TaskVideo
from bot.retry import JOIN
from storage import due
from storage.jobs import moves, tasks
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task, TaskState

logger = logging.getLogger(__name__)


class Joining(Component):
    """Brings a job from joining to delivering."""

    long_voice = Part(LongVoice)
    finisher = Part(Finisher)

    async def join(self, job: Job) -> None:
        """Join what was fetched; a result whose file is gone or broken is fetched once more.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        try:
            await self._join(job)
        except (MediaFailure, OSError) as failure:
            await self._again(job, failure)

    async def _join(self, job: Job) -> None:
        """Raises MediaFailure, OSError."""
        made = await tasks.of_job(self.database, job.id)
        results = {
            task: result_of(self.limits, job, task)
            for task in made
            if task.state == TaskState.FETCHED
        }
        lost = [task for task, path in results.items() if not await self._is_there(path)]
        if lost:
            await self._fetch_again(job, lost)
            return
        await self.join_results(job, results)
        await self.database.do(moves.joined, job.id)
        logger.info("job %s: %d results are joined", job.id, len(results))

    async def join_results(self, job: Job, results: Mapping[Task, Path]) -> None:
        """Make one video of these; raises MediaFailure, OSError."""
        videos = tuple(TaskVideo(path, task.span) for task, path in results.items())
        target = self.limits.video_of(job.id)
        sound, label = await self.long_voice.of_job(job), f"job-{job.id}"
        call = join_preview if ENGINES[job.engine].is_local else join_and_label
        await self.common.media.run(call, videos, sound, target, label)

    async def _is_there(self, path: Path) -> bool:
        if not await asyncio.to_thread(path.is_file):
            return False
        try:
            await self.common.media.run(inspect_video, path)
        except MediaUnusable:
            return False
        return True

    async def _fetch_again(self, job: Job, lost: list[Task]) -> None:
        logger.warning("job %s: %d results are not on disk, fetched again", job.id, len(lost))
        for task in lost:
            path = result_of(self.limits, job, task)
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self.database.do(moves.fetch_tasks_again, job.id, lost)

    async def _again(self, job: Job, failure: Exception) -> None:
        """What is paid for is not given up lightly."""
        logger.warning("job %s cannot be joined: %r", job.id, failure)
        if isinstance(failure, MediaNotNow | OSError):
            await self.operator.tell_of_machine(failure)
        if not isinstance(failure, OSError) and JOIN.delay_seconds(job.tries + 1) is None:
            await self.finisher.lose(job, failure, "failed-here")
            return
        delay_seconds = JOIN.endless_delay_seconds(job.tries + 1)
        await self.database.do(due.postpone, job, delay_seconds)
