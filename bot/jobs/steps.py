"""The next step of each task and job, and what becomes of it where a step fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Set
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from bot.chat.provider_texts import failure_detail, failure_text
from bot.common import Component, Part
from bot.dashscope import errors as service
from bot.delivery.deliver import Deliverer
from bot.delivery.finish import Finisher
from bot.engines.outages import ACCOUNT_WIDE, Outages
from bot.engines.registry import Engines
from bot.gate import RuleRefused
from bot.jobs.fetch import ResultFetch
from bot.jobs.join import Joining
from bot.jobs.prepare import PhotoUnsuitable, Preparation
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from bot.logs import SELDOM
from bot.media.errors import MediaNotNow, MediaUnusable
from bot.retry import PROVIDER
from bot.task_pool import Work
from bot.telegram import errors as chat
from storage import due
from storage import outages as stored
from storage.due import ALL, Due
from storage.jobs import jobs, line, task_moves, tasks
from storage.jobs.jobs import Job, JobState
from storage.jobs.tasks import Task, TaskState
from storage.verdicts import NoVerdict

logger = logging.getLogger(__name__)

_AT_ONCE = 64
_OFF = "failed-switched-off"
_WAITING = {Due.READY_TASKS, Due.PREPARING_TASKS}


class StepPool(Enum):
    """Steps have so many places for each of these: what takes long holds up no other sort."""

    SUBMITTING = auto()
    WATCHING = auto()
    DELIVERING = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, by a key."""

    key: Hashable
    work: Work
    pool: StepPool = StepPool.OTHER


class JobSteps(Component):
    """What is to be done for each state."""

    engines = Part(Engines)
    outages = Part(Outages)
    preparation = Part(Preparation)
    submission = Part(Submission)
    watch = Part(Watch)
    result = Part(ResultFetch)
    joining = Part(Joining)
    deliverer = Part(Deliverer)
    finisher = Part(Finisher)

    def __post_init__(self) -> None:
        self.task_steps: dict[str, Callable[[Task], Awaitable[None]]] = {
            TaskState.PREPARING: self._prepare,
            TaskState.SUBMITTING: self.submission.reconcile,
            TaskState.RUNNING: self.watch.watch,
            TaskState.FETCHING: self.result.fetch,
        }
        self.job_steps: dict[str, Callable[[Job], Awaitable[None]]] = {
            JobState.JOINING: self.joining.join,
            JobState.DELIVERING: self.deliverer.deliver,
        }

    async def due(self, kinds: Set[Due] = ALL, begun: int = 0, broken: int = 0) -> list[Step]:
        """What is to be done now about what is under way, and about ends that were not said.

        So much at a time; beyond what was begun and is still seen here, and what is left alone for
        a moment because it is broken: neither hides the rest.
        """
        limit = _AT_ONCE + begun + broken
        rows, steps = partial(due.rows, self.database), []
        if Due.TASKS_UNDER_WAY in kinds:
            steps += [self._step(t) for t in await rows(Task, Due.TASKS_UNDER_WAY, limit)]
        if Due.PREPARING_TASKS in kinds:
            steps += await self._to_prepare(_AT_ONCE + broken)
        if Due.MADE_JOBS in kinds:
            steps += [self._step_of(j) for j in await rows(Job, Due.MADE_JOBS, limit)]
        if Due.OUTAGES in kinds:
            await self.outages.give_up_waiting()
        if Due.UNANNOUNCED_JOBS in kinds:
            steps += [
                Step(("job", j.id), partial(self.finisher.announce, j.id))
                for j in await rows(Job, Due.UNANNOUNCED_JOBS, limit)
            ]
        return [*steps, *(await self._without_engine() if kinds & _WAITING else ())]

    async def _to_prepare(self, limit: int) -> list[Step]:
        """Of those engines for which handing files over may work."""
        return [
            self._step(task)
            for engine in self.engines.on
            if await self.outages.of(engine.name).may_submit(self.database)
            for task in await tasks.preparing(self.database, engine.name, limit)
        ]

    async def _without_engine(self) -> list[Step]:
        """The end of what waits for an engine that was switched off."""
        return [
            Step(("task", task.id), partial(self.finisher.fail_task, task, _OFF, task.engine))
            for engine in await line.engines(self.database)
            if not self.engines.is_on(engine)
            for task in await line.first(self.database, engine, _AT_ONCE)
        ]

    def _step(self, task: Task) -> Step:
        pool = StepPool.WATCHING if task.state == TaskState.RUNNING else StepPool.OTHER
        return Step(("task", task.id), partial(self._task_step, task.id, task.state), pool)

    def _step_of(self, job: Job) -> Step:
        pool = StepPool.DELIVERING if job.state == JobState.DELIVERING else StepPool.OTHER
        return Step(("job", job.id), partial(self._job_step, job.id, job.state), pool)

    async def _task_step(self, number: int, state: str) -> None:
        """One step of a task, if it still is where it was seen."""
        task = await tasks.get(self.database, number)
        if task is not None and task.state == state:
            async with self.about_job(task.job_id, task=task.name):
                await self._step_of_task(task)

    async def _step_of_task(self, task: Task) -> None:
        try:
            await self.task_steps[task.state](task)
        except (service.Transient, chat.TryAgain) as failure:
            await self._later(task, failure, failure.retry_after_seconds)
        except service.ServiceStopped as failure:
            await self._stopped(task, failure)
        except service.DashScopeError as failure:
            await self.operator.tell_of(failure, task.job_id)
            await self._later(task, failure)
        except MediaNotNow as failure:
            await self.operator.tell_of_machine(failure)
            await self._later(task, failure)

    async def _job_step(self, job_id: int, state: str) -> None:
        """One step of a job, if it still is where it was seen."""
        job = await jobs.get(self.database, job_id)
        if job is not None and job.state == state:
            async with self.about_job(job.id):
                await self._step_of_job(job)

    async def _step_of_job(self, job: Job) -> None:
        try:
            await self.job_steps[job.state](job)
        except chat.TryAgain as failure:
            seconds = PROVIDER.endless_delay_seconds(job.tries + 1, failure.retry_after_seconds)
            logger.warning("job %s: %s, again in %.0f s", job.id, failure, seconds, extra=SELDOM)
            await self.database.do(due.postpone, job, seconds)

    async def _prepare(self, task: Task) -> None:
        try:
            await self.preparation.prepare(task)
        except NoVerdict as failure:
            await self.operator.tell_of_no_verdict(failure)
            await self.finisher.fail_task(task, "failed-no-verdict", str(failure))
        except PhotoUnsuitable as failure:
            await self.finisher.fail_task(task, "failed-photo", failure.code)
        except service.ContentRefused as failure:
            await self.finisher.fail_task(task, failure_text(failure), failure_detail(failure))
        except (MediaUnusable, chat.FormRefused) as failure:
            await self.finisher.fail_task(task, "failed-gone", repr(failure))
        except RuleRefused as failure:
            await self.finisher.fail_task(task, "failed-unchecked", str(failure))
        else:
            await self.database.do(task_moves.prepared, task)

    async def _later(
        self, task: Task, failure: Exception, asked_seconds: float | None = None
    ) -> None:
        """A task that costs nothing yet gives up in the end; one that is paid for never does."""
        attempt = task.tries + 1
        if task.state == TaskState.PREPARING and PROVIDER.delay_seconds(attempt) is None:
            key = "failed-here" if isinstance(failure, MediaNotNow) else "failed-service"
            await self.finisher.fail_task(task, key, str(failure))
            return
        seconds = PROVIDER.endless_delay_seconds(attempt, asked_seconds)
        logger.warning("task %s: %s, again in %.0f s", task.name, failure, seconds, extra=SELDOM)
        await self.database.do(due.postpone, task, seconds)

    async def _stopped(self, task: Task, failure: service.ServiceStopped) -> None:
        """What waits is held back by the stop; what is paid for is looked at again and again."""
        if task.state == TaskState.PREPARING or failure.cause in ACCOUNT_WIDE:
            await self.outages.of(task.engine).refused(stored.Work.SUBMIT, failure)
        else:
            await self.operator.tell_of(failure, task.job_id)
        if task.state != TaskState.PREPARING:
            await self._later(task, failure)
