"""The result: a paid video is copied from the provider, checked, labelled and kept.

Where the address does not give the video, the task is asked for a fresh one.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from bot.common import Component, Part
from bot.dashscope import errors as service
from bot.dashscope.tasks import TaskStatus
from bot.delivery.finish import Finisher
from bot.engines.registry import Engines
from bot.jobs.mend import Mending
from bot.limits import Limits
from bot.media.errors import MediaNotNow, MediaUnusable
from bot.retry import RESULT, RESULT_UNUSABLE, RetryPolicy
from storage import due
from storage.jobs import jobs, task_moves, tasks
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task, TaskState

logger = logging.getLogger(__name__)


class ResultFetch(Component):
    """Brings a task from fetching to fetched."""

    engines = Part(Engines)
    finisher = Part(Finisher)
    mending = Part(Mending)

    async def fetch(self, task: Task) -> None:
        """Copy, check, mend, label; a passing fault is tried again later, and again.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        try:
            if not await self._is_had(task):
                await self._copy(task, await self._address(task))
        except (MediaNotNow, OSError) as failure:
            await self.operator.tell_of_machine(failure)
            await self._again(task, failure, RESULT)
        except service.Unanswered as failure:
            await self._again(task, failure, RESULT)
        except (MediaUnusable, service.ResultGone, service.ResultRefused) as failure:
            await self._again(task, failure, RESULT_UNUSABLE)
        else:
            await self.database.do(task_moves.fetched, task)

    async def _is_had(self, task: Task) -> bool:
        """Whether an earlier job had fetched it: then it has the file from there."""
        earlier = None if task.reuses is None else await tasks.get(self.database, task.reuses)
        if earlier is None or earlier.state != TaskState.FETCHED:
            return False
        paths = [self.limits.part_of(each.job_id, each.number) for each in (earlier, task)]
        return await asyncio.to_thread(_moved, *paths)

    async def _address(self, task: Task) -> str:
        """The address that came with the success; a fresh one, where that was of no use.

        A provider that does not answer now does not make the old one worse.
        Raises: `service.Unanswered`, `service.ServiceStopped`, `service.ResultGone`.
        """
        if task.video_url is not None and task.tries == 0:
            return task.video_url
        try:
            fresh = await self._fresh_address(task)
        except (service.Unanswered, service.ServiceStopped):
            if task.video_url is None:
                raise
            return task.video_url
        address = fresh or task.video_url
        if address is None:
            raise service.Unanswered("the task succeeded and has no address for its video")
        return address

    async def _fresh_address(self, task: Task) -> str | None:
        assert task.task_id is not None  # noqa: S101
        found = await self.engines.of(task.engine).query(task.task_id)
        if found.status is TaskStatus.UNKNOWN and task.video_url is None:
            raise service.ResultGone("the provider does not know the task any more")
        return found.video_url

    async def _copy(self, task: Task, url: str) -> None:
        job = await jobs.of_task(self.database, task)
        raw = self.limits.results_directory / f"{task.name}.part.mp4"
        await self.engines.of(task.engine).fetch(url, raw)
        target = result_of(self.limits, job, task)
        await self.mending.keep(task, job, raw, target)
        raw.unlink(missing_ok=True)

    async def _again(self, task: Task, failure: Exception, policy: RetryPolicy) -> None:
        logger.warning("result of task %s: %r", task.name, failure)
        delay_seconds = policy.delay_seconds(task.tries + 1)
        if delay_seconds is None:
            await self.finisher.lose_task(task, repr(failure))
            return
        await self.database.do(due.postpone, task, delay_seconds)


def result_of(limits: Limits, job: Job, task: Task) -> Path:
    """Where a task's result is kept: that of a job's only task is its video."""
    if job.is_made_by(task):
        return limits.video_of(job.id)
    return limits.part_of(job.id, task.number)


def _moved(source: Path, target: Path) -> bool:
    """Whether the file is there: the move may have been made before a crash."""
    with suppress(FileNotFoundError):
        source.replace(target)
    return target.is_file()
