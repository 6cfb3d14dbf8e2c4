"""Watching: a running task is looked at until it ends; a wish to cancel is sent on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from bot.chat.estimates import Experience, PollSchedule
from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.dashscope import errors as service
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of
from bot.delivery.finish import Finisher
from bot.engines.registry import Engines
from bot.jobs.refusals import Refusals
from bot.logs import SELDOM
from bot.wakeup import Wakeup
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task, TaskState

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.5 * 3600
"""From the beginning of the rendering; the provider gives up after 3 hours by itself."""
FORGOTTEN_SECONDS = 24 * 3600.0
"""So long after its submission the provider forgets a task and its video."""
UNKNOWN_SECONDS = 60.0
"""So long a task may be unknown: it is not known everywhere at once, and a server may be behind."""
_SAME_LENGTH_MILLISECONDS = 1_000
"""Bills of whole seconds and encoders that end on a frame are no reason for doubt."""
_NEWS_MILLISECONDS = 50
"""Bills are rounded, to a hundredth of a second or to a frame: what differs by less is as held."""
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


class Watch(Component):
    """Watches one task at a time; many may be watched side by side."""

    engines = Part(Engines)
    finisher = Part(Finisher)
    refusals = Part(Refusals)
    experience = Part(Experience)
    _wakeups: dict[int, tuple[int, Wakeup]] = field(init=False, default_factory=dict)

    def wakeup(self, job_id: int) -> None:
        """Look at the tasks of this job now: its owner wants it stopped."""
        for belongs_to, wakeup in self._wakeups.values():
            if job_id == belongs_to:
                wakeup()

    async def watch(self, task: Task) -> None:
        """Until it ended, one way or the other.

        Raises: `service.ServiceStopped`: nothing can be asked now; the task goes on.
        """
        _, wakeup = self._wakeups.setdefault(task.id, (task.job_id, Wakeup()))
        schedule = await self._schedule(task)
        progress = _Progress(self._elapsed_seconds(task), self.clock.steady_seconds())
        first = schedule.first_seconds(task.length_milliseconds) - progress.age_seconds
        wait_seconds = 0.0 if task.cancel_requested == 1 else max(0.0, first)
        try:
            while True:
                await wakeup.wait(wait_seconds)
                if await self._look(task, progress):
                    return
                age = self._age_seconds(progress)
                wait_seconds = schedule.next_seconds(task.length_milliseconds, age)
        finally:
            self._wakeups.pop(task.id, None)

    async def _schedule(self, task: Task) -> PollSchedule:
        interval_seconds = ENGINES[task.engine].look_seconds or self.limits.poll_seconds
        return PollSchedule(await self.experience.of(task.engine), interval_seconds)

    def _elapsed_seconds(self, task: Task) -> float:
        """By the machine's clock, which may have been set back meanwhile."""
        now = self.clock.now_milliseconds()
        return max(0.0, (now - (task.running_since_milliseconds or now)) / 1000)

    def _age_seconds(self, progress: _Progress) -> float:
        return progress.age_seconds + self.clock.steady_seconds() - progress.began_seconds

    async def _look(self, task: Task, progress: _Progress) -> bool:
        """One look; whether the watch is over."""
        assert task.task_id is not None  # noqa: S101
        await self._send_cancel_on(task)
        try:
            found = await self.engines.of(task.engine).query(task.task_id)
        except service.Unanswered as failure:
            logger.info("task %s: a look at it failed: %s", task.name, failure, extra=SELDOM)
            return await self._not_over(task, None, progress)
        if found.status is TaskStatus.UNKNOWN:
            return await self._unknown(task, progress)
        progress.unknown_since_seconds = None
        match found.status:
            case TaskStatus.SUCCEEDED:
                return await self._succeeded(task, found, progress)
            case TaskStatus.FAILED:
                await self.refusals.refused(task, failure_of(found))
            case TaskStatus.CANCELED:
                await self.finisher.cancelled(task)
            case _:
                return await self._not_over(task, found, progress)
        return True

    async def _not_over(self, task: Task, found: ProviderTask | None, progress: _Progress) -> bool:
        """It runs, waits or did not answer: all of them end some day."""
        if self._age_seconds(progress) >= FORGOTTEN_SECONDS:
            await self.finisher.lose_task(task, ["lost-forgotten"])
        elif found is not None and self._rendering_seconds(found, progress) >= DEADLINE_SECONDS:
            await self.finisher.lose_task(task, ["lost-late"])
        else:
            return False
        return True

    def _rendering_seconds(self, found: ProviderTask, progress: _Progress) -> float:
        """As this watch saw it; waiting behind tasks of other programs does not count.

        What passed before this process began is not believed: the clock may have been set, and a
        task that still runs is not given up for that.
        """
        if found.status is TaskStatus.PENDING:
            return 0.0
        watched = self.clock.steady_seconds() - progress.began_seconds
        if found.scheduled_at_milliseconds is None:
            return watched
        now = self.clock.now_milliseconds()
        return min(watched, (now - found.scheduled_at_milliseconds) / 1000)

    async def _unknown(self, task: Task, progress: _Progress) -> bool:
        now_seconds = self.clock.steady_seconds()
        if progress.unknown_since_seconds is None:
            progress.unknown_since_seconds = now_seconds
        if now_seconds - progress.unknown_since_seconds < UNKNOWN_SECONDS:
            return False
        await self.finisher.lose_task(task, ["lost-unknown"])
        return True

    async def _send_cancel_on(self, task: Task) -> None:
        current = await tasks.get(self.database, task.id)
        if current is None or current.state != TaskState.RUNNING or current.cancel_requested != 1:
            return
        assert task.task_id is not None  # noqa: S101
        try:
            await self.engines.of(task.engine).cancel(task.task_id)
        except service.NotCancellable:
            await self.database.do(task_moves.cancel_refused, task)
        except service.Unanswered as failure:
            logger.info("task %s could not be cancelled now: %s", task.name, failure, extra=SELDOM)

    async def _succeeded(self, task: Task, found: ProviderTask, progress: _Progress) -> bool:
        """A success without an address may be an answer cut short: looked at a few times more."""
        if found.video_url is None and progress.unaddressed_looks < _UNADDRESSED_LOOKS:
            progress.unaddressed_looks += 1
            return False
        if _is_foreign(task, found):
            noting = self.operator.noting(
                f"foreign:{task.name}",
                "operator-foreign",
                job=task.job_id,
                task=found.task_id,
                billed=found.billed_milliseconds or 0,
                length=task.length_milliseconds,
            )
            detail = f"{found.task_id} bills {found.billed_milliseconds} ms"
            await self.finisher.fail_task(task, "failed-lost", detail, noting=noting)
            return True
        await self._rendered(task, found)
        return True

    async def _rendered(self, task: Task, found: ProviderTask) -> None:
        """A bill that is missing is taken to be the hold; one above it is the operator's."""
        billed = task.length_milliseconds
        if found.billed_milliseconds is not None:
            billed = found.billed_milliseconds
        async with self.database.transaction() as tx:
            await task_moves.rendered(
                tx,
                task,
                video_url=found.video_url,
                billed_milliseconds=billed,
                took_milliseconds=found.took_milliseconds,
            )
            subject = f"bill:{task.name}"
            about = {"job": task.job_id, "held": task.length_milliseconds}
            if found.billed_milliseconds is None:
                await self.operator.note(tx, subject, "operator-unbilled", **about)
            elif billed - task.length_milliseconds >= _NEWS_MILLISECONDS:
                await self.operator.note(tx, subject, "operator-unsettled", **about, billed=billed)
        self.experience.learn(task.engine)
        logger.info("task %s is rendered: %s ms billed", task.name, billed)


def _is_foreign(task: Task, found: ProviderTask) -> bool:
    """Whether an adopted task is somebody else's: a video is as long as the voice it was made of.

    Without this, a person could be given a stranger's video.
    """
    if not task.adopted or found.billed_milliseconds is None:
        return False
    return abs(found.billed_milliseconds - task.length_milliseconds) > _SAME_LENGTH_MILLISECONDS
