"""Watching: a running task is looked at until it ends; a wish to cancel is sent on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from bot.chat.estimates import PollSchedule, ServiceTimes
from bot.chat.provider_texts import failure_text
from bot.common import CommonServices, Component
from bot.dashscope import errors as service
from bot.dashscope.tasks import Task, TaskStatus, failure_of
from bot.delivery.finish import Finisher
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.task_pool import Wakeup
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job, JobState
from storage.outages import Work

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.5 * 3600
"""From the beginning of the rendering; the provider gives up after 3 hours by itself."""
FORGOTTEN_SECONDS = 24 * 3600.0
"""So long after its submission the provider forgets a task and its video."""
UNKNOWN_SECONDS = 60.0
"""So long a task may be unknown: it is not known everywhere at once, and a server may be behind."""
_LEARN_FROM_NEWEST = 50
_SAME_LENGTH_MILLISECONDS = 1_000
"""Bills of whole seconds and encoders that end on a frame are no reason for doubt."""
_UNADDRESSED_LOOKS = 5


@dataclass(slots=True)
class _Progress:
    """What the looks of one watch have seen.

    `age_seconds` was the task's age when the watch began, at `began_seconds` of the steady clock:
    from then on the age grows by what really passes, however the machine's clock is set.
    """

    age_seconds: float
    began_seconds: float
    unknown_since_seconds: float | None = None
    unaddressed_looks: int = 0


@dataclass(frozen=True, kw_only=True)
class Watch(Component):
    """Watches one job's task at a time; many may be watched side by side."""

    common: CommonServices
    engines: Engines
    finisher: Finisher
    outages: Outages
    _wakeups: dict[int, tuple[int, Wakeup]] = field(init=False, default_factory=dict)

    def wakeup(self, job_id: int) -> None:
        """Look at the tasks of this job, or of its parts, now: its owner wants it stopped."""
        for watched, (belongs_to, wakeup) in self._wakeups.items():
            if job_id in (watched, belongs_to):
                wakeup()

    async def watch(self, job: Job) -> None:
        """Until the task ended, one way or the other, and the job with it.

        Raises: `service.ServiceStopped`: nothing can be asked now; the task goes on.
        """
        _, wakeup = self._wakeups.setdefault(job.id, (job.whole_id or job.id, Wakeup()))
        schedule = await self._schedule(job)
        progress = _Progress(self._elapsed_seconds(job), self.clock.steady_seconds())
        first = schedule.first_seconds(job.held_milliseconds) - progress.age_seconds
        wait_seconds = 0.0 if job.cancel_requested == 1 else max(0.0, first)
        try:
            while True:
                await wakeup.wait(wait_seconds)
                if await self._look(job, progress):
                    return
                age = self._age_seconds(progress)
                wait_seconds = schedule.next_seconds(job.held_milliseconds, age)
        finally:
            self._wakeups.pop(job.id, None)

    async def _schedule(self, job: Job) -> PollSchedule:
        ratios = await jobs.durations(self.database, job.engine, _LEARN_FROM_NEWEST)
        return PollSchedule(ServiceTimes(ratios), self.limits.poll_seconds)

    def _elapsed_seconds(self, job: Job) -> float:
        """By the machine's clock, which may have been set back meanwhile."""
        now = self.clock.now_milliseconds()
        return max(0.0, (now - (job.running_since_milliseconds or now)) / 1000)

    def _age_seconds(self, progress: _Progress) -> float:
        return progress.age_seconds + self.clock.steady_seconds() - progress.began_seconds

    async def _look(self, job: Job, progress: _Progress) -> bool:
        """One look; whether the watch is over."""
        assert job.task_id is not None  # noqa: S101
        await self._send_cancel_on(job)
        try:
            task = await self.engines.of(job.engine).query(job.task_id)
        except service.TryAgain as failure:
            logger.info("job %s: a look at its task failed: %s", job.id, failure)
            return await self._not_over(job, None, progress)
        if task.status is TaskStatus.UNKNOWN:
            return await self._unknown(job, progress)
        progress.unknown_since_seconds = None
        match task.status:
            case TaskStatus.SUCCEEDED:
                return await self._succeeded(job, task, progress)
            case TaskStatus.FAILED:
                await self._failed(job, task)
            case TaskStatus.CANCELED:
                await self.finisher.cancelled(job)
            case _:
                return await self._not_over(job, task, progress)
        return True

    async def _not_over(self, job: Job, task: Task | None, progress: _Progress) -> bool:
        """It runs, waits or did not answer: all of them end some day."""
        if self._age_seconds(progress) >= FORGOTTEN_SECONDS:
            await self._lost(job, "the provider has forgotten the task by now")
        elif task is not None and self._rendering_seconds(task, progress) >= DEADLINE_SECONDS:
            await self._lost(job, "the task did not end in time")
        else:
            return False
        return True

    def _rendering_seconds(self, task: Task, progress: _Progress) -> float:
        """As this watch saw it; waiting behind tasks of other programs does not count.

        What passed before this process began is not believed: the clock may have been set, and a
        task that still runs is not given up for that.
        """
        if task.status is TaskStatus.PENDING:
            return 0.0
        watched = self.clock.steady_seconds() - progress.began_seconds
        if task.scheduled_at_milliseconds is None:
            return watched
        now = self.clock.now_milliseconds()
        return min(watched, (now - task.scheduled_at_milliseconds) / 1000)

    async def _unknown(self, job: Job, progress: _Progress) -> bool:
        now_seconds = self.clock.steady_seconds()
        if progress.unknown_since_seconds is None:
            progress.unknown_since_seconds = now_seconds
        if now_seconds - progress.unknown_since_seconds < UNKNOWN_SECONDS:
            return False
        await self._lost(job, "the provider does not know the task any more")
        return True

    async def _send_cancel_on(self, job: Job) -> None:
        current = await jobs.get(self.database, job.id)
        if current is None or current.state != JobState.RUNNING or current.cancel_requested != 1:
            return
        assert job.task_id is not None  # noqa: S101
        try:
            await self.engines.of(job.engine).cancel(job.task_id)
        except service.NotCancellable:
            async with self.database.transaction() as tx:
                await moves.cancel_refused(tx, job.id)
        except service.TryAgain as failure:
            logger.info("job %s: its task could not be cancelled now: %s", job.id, failure)

    async def _succeeded(self, job: Job, task: Task, progress: _Progress) -> bool:
        """A success without an address may be an answer cut short: looked at a few times more."""
        if task.video_url is None and progress.unaddressed_looks < _UNADDRESSED_LOOKS:
            progress.unaddressed_looks += 1
            return False
        if _is_foreign(job, task):
            detail = (
                f"it bills {task.billed_milliseconds} ms for a voice of {job.held_milliseconds}"
            )
            noting = self.operator.noting(
                f"foreign:{job.id}",
                "operator-foreign",
                job=job.id,
                task=task.task_id,
                detail=detail,
            )
            await self.finisher.fail(job, "failed-service", detail, noting=noting)
            return True
        await self._rendered(job, task)
        return True

    async def _rendered(self, job: Job, task: Task) -> None:
        """A bill that is missing is taken to be the hold; one above it is the operator's."""
        billed = job.held_milliseconds
        if task.billed_milliseconds is not None:
            billed = task.billed_milliseconds
        async with self.database.transaction() as tx:
            await moves.rendered(tx, job.id, video_url=task.video_url, billed_milliseconds=billed)
            if task.billed_milliseconds is None or billed > job.held_milliseconds:
                detail = f"billed {task.billed_milliseconds} ms, held {job.held_milliseconds} ms"
                await self.operator.note(
                    tx, f"bill:{job.id}", "operator-unsettled", job=job.id, detail=detail
                )
        logger.info("job %s is rendered: %s ms billed", job.id, billed)

    async def _failed(self, job: Job, task: Task) -> None:
        """Not charged; what only the operator can mend is told there too."""
        failure = failure_of(task)
        noting = None
        if isinstance(failure, service.ServiceStopped):
            await self.outages.of(job.engine).refused(Work.SUBMIT, failure)
        elif isinstance(failure, service.RequestInvalid):
            noting = self.operator.noting_of(failure, job.id)
        await self.finisher.fail(job, failure_text(failure), task.code, noting=noting)

    async def _lost(self, job: Job, detail: str) -> None:
        noting = self.operator.noting(
            f"lost:{job.id}", "operator-lost", job=job.id, task=job.task_id or "", detail=detail
        )
        await self.finisher.fail(job, "failed-lost", detail, noting=noting)


def _is_foreign(job: Job, task: Task) -> bool:
    """Whether an adopted task is somebody else's: a video is as long as the voice it was made of.

    Without this, a person could be given a stranger's video.
    """
    if not job.adopted or task.billed_milliseconds is None:
        return False
    return abs(task.billed_milliseconds - job.held_milliseconds) > _SAME_LENGTH_MILLISECONDS
