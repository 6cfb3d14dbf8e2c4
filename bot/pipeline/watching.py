"""Watching: a running task is looked at until it ends; a wish to cancel is sent on."""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.dashscope.failure import failure_of
from bot.dashscope.task import Task, TaskStatus
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine
from bot.pipeline.estimates import Experience, PollSchedule
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.reasons import failure_text
from storage import jobs, moves
from storage.database import Database
from storage.jobs import Job, JobState

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.5 * 3600
"""The provider gives up after 3 hours by itself."""
_LEARN_FROM_NEWEST = 50
_UNADDRESSED_LOOKS = 5
_KNOWN_AFTER_SECONDS = 60.0
"""Until then an accepted task may not be known everywhere at the provider's."""


class Watch:
    """Watches one job's task at a time; many may be watched side by side."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        ending: Ending,
        operator: Operator,
        poll_seconds: float | None,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engine = engine
        self._ending = ending
        self._operator = operator
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._nudges: dict[int, Nudge] = {}

    def nudge(self, job_id: int) -> None:
        """Look at this job's task now: its owner wants it stopped."""
        if job_id in self._nudges:
            self._nudges[job_id]()

    async def watch(self, job: Job) -> None:
        """Until the task ended, one way or the other, and the job with it.

        Raises: `service.ServiceStopped`: nothing can be asked now; the task goes on.
        """
        nudge = self._nudges.setdefault(job.id, Nudge())
        schedule = await self._schedule(job)
        first = schedule.first_seconds(job.held_milliseconds) - self._elapsed_seconds(job)
        wait_seconds = 0.0 if job.cancel_requested == 1 else max(0.0, first)
        try:
            while True:
                await nudge.wait(wait_seconds)
                if await self._look(job):
                    return
                elapsed = self._elapsed_seconds(job)
                wait_seconds = schedule.next_seconds(job.held_milliseconds, elapsed)
        finally:
            self._nudges.pop(job.id, None)

    async def _schedule(self, job: Job) -> PollSchedule:
        ratios = await jobs.durations(self._database, job.engine, _LEARN_FROM_NEWEST)
        return PollSchedule(Experience(ratios), self._poll_seconds)

    def _elapsed_seconds(self, job: Job) -> float:
        now = self._clock.now_milliseconds()
        return (now - (job.running_since_milliseconds or now)) / 1000

    async def _look(self, job: Job) -> bool:
        """One look; whether the watch is over."""
        assert job.task_id is not None  # noqa: S101
        await self._send_cancel_on(job)
        try:
            task = await self._engine.query(job.task_id)
        except service.TryAgain as failure:
            logger.info("job %s: a look at its task failed: %s", job.id, failure)
            return False
        match task.status:
            case TaskStatus.SUCCEEDED:
                return await self._succeeded(job, task)
            case TaskStatus.FAILED:
                await self._failed(job, task)
            case TaskStatus.CANCELED:
                await self._ending.cancelled(job)
            case TaskStatus.UNKNOWN if self._elapsed_seconds(job) > _KNOWN_AFTER_SECONDS:
                await self._lost(job, "the provider does not know the task any more")
            case _:
                return await self._still_running(job)
        return True

    async def _still_running(self, job: Job) -> bool:
        if self._elapsed_seconds(job) < DEADLINE_SECONDS:
            return False
        await self._lost(job, "the task did not end in time")
        return True

    async def _send_cancel_on(self, job: Job) -> None:
        current = await jobs.get(self._database, job.id)
        if current is None or current.state != JobState.RUNNING or current.cancel_requested != 1:
            return
        assert job.task_id is not None  # noqa: S101
        try:
            await self._engine.cancel(job.task_id)
        except service.NotCancellable:
            async with self._database.transaction() as tx:
                await moves.cancel_refused(tx, job.id)
        except service.TryAgain as failure:
            logger.info("job %s: its task could not be cancelled now: %s", job.id, failure)

    async def _succeeded(self, job: Job, task: Task) -> bool:
        if task.video_url is None:
            return await self._without_address(job)
        if task.billed_milliseconds is None or task.billed_milliseconds > job.held_milliseconds:
            detail = f"billed {task.billed_milliseconds} ms, held {job.held_milliseconds} ms"
            await self._operator.tell(
                f"bill:{job.id}", "operator-unsettled", job=job.id, detail=detail
            )
        billed = job.held_milliseconds
        if task.billed_milliseconds is not None:
            billed = task.billed_milliseconds
        async with self._database.transaction() as tx:
            await moves.rendered(
                tx,
                job.id,
                video_url=task.video_url,
                billed_milliseconds=billed,
                now_milliseconds=self._clock.now_milliseconds(),
            )
        logger.info("job %s is rendered: %s ms billed", job.id, billed)
        return True

    async def _without_address(self, job: Job) -> bool:
        """A success without a video may be an answer cut short: look a few times more."""
        current = await jobs.get(self._database, job.id)
        if current is not None and current.tries < _UNADDRESSED_LOOKS:
            async with self._database.transaction() as tx:
                await moves.postpone(tx, job.id, 0)
            return False
        await self._lost(job, "the task succeeded and has no video")
        return True

    async def _failed(self, job: Job, task: Task) -> None:
        """Not charged; what only the operator can mend is told there too."""
        failure = failure_of(task)
        if isinstance(failure, service.ServiceStopped | service.RequestInvalid):
            await self._operator.tell_of(failure, job.id)
        await self._ending.fail(job, failure_text(failure), task.code)

    async def _lost(self, job: Job, detail: str) -> None:
        await self._operator.tell(
            f"lost:{job.id}", "operator-lost", job=job.id, task=job.task_id or "", detail=detail
        )
        await self._ending.fail(job, "failed-lost", detail)
