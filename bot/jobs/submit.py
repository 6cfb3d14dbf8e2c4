"""Submission: the one call that is billed and cannot be repeated blindly.

The intention is on disk before the call (state submitting, a slot, the time). Only an answer that
says so, or proof that nothing was sent, makes the job ready again; everything else is looked up in
the provider's list of tasks. What is refused again and again ends, and leaves the slot to others.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from bot.alerts import Operator
from bot.chat.provider_texts import failure_text
from bot.common import CommonServices, Component
from bot.dashscope import errors as service
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.delivery.finish import Finisher
from bot.engines.base import Engine, Ticket
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.jobs.prepare import MediaLost, Preparation
from bot.jobs.suspension import Suspension
from bot.retry import SUBMIT, SUBMIT_REFUSED, TASK_CHOICE, TASK_LIST
from storage.db.database import Transaction
from storage.jobs import candidates, jobs, moves
from storage.jobs.jobs import Job, JobState
from storage.outages import Work

logger = logging.getLogger(__name__)

CLOCK_SKEW_MILLISECONDS = 120_000
"""How far the clock that dates a task may be from that which dates the answers.

A Date is whole seconds, and as old as its answer is slow: up to a minute and a half.
"""
SETTLED_AFTER_MILLISECONDS = 180_000
"""A task that is not in the list so long after the intention was never created, and none is later.

The call itself may take 90 s; a gateway that held it may still pass it on after we gave up.
"""
FORGOTTEN_AFTER_MILLISECONDS = 23 * 3600 * 1000
"""The provider lists the tasks of 24 hours: what is older cannot be looked up any more."""

_SAME_TIME_MILLISECONDS = 10_000


@dataclass(kw_only=True)
class Submission(Component):
    """Brings a job from submitting to running, or back to ready."""

    common: CommonServices
    engines: Engines
    preparation: Preparation
    finisher: Finisher
    outages: Outages
    _seen: dict[int, tuple[int, int, int]] = field(init=False, default_factory=dict)
    _unreachable: Suspension = field(init=False)
    _throttled: dict[str, Suspension] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._unreachable = Suspension(self.clock)

    def may_begin(self, engine: str) -> bool:
        """Whether a job may be taken for that engine: nothing asks to wait just now."""
        return not (self._unreachable.is_on or self._throttled_of(engine).is_on)

    async def submit(self, job: Job) -> None:
        """Make the call for a job that has just taken a slot."""
        self._age_milliseconds(job)  # from here on it grows by what really passes
        try:
            if await self.preparation.is_outdated(job):
                await self._prepare_again(job)
                return
            ticket = await self.preparation.ticket(job)
            task_id = await self._call(job, ticket)
        except service.NotSent as failure:
            await self._back_to_ready(job, failure, SUBMIT.endless_delay_seconds(1))
        except service.Throttled as failure:
            await self._too_many(job, failure)
        except service.Declined as failure:
            await self._again_or_over(job, failure)
        except service.SubmitUnknown as failure:
            logger.warning("job %s: it is unknown whether a task exists: %s", job.id, failure)
            await self._look_again(job)
        except MediaLost as failure:
            await self.finisher.fail(job, "failed-gone", str(failure))
        except service.DashScopeError as failure:
            await self._refused(job, failure)
        else:
            await self._runs(job, task_id, adopted=False)

    async def _call(self, job: Job, ticket: Ticket) -> str:
        """The one call that is billed; the more often it cannot be made, the later the next."""
        engine = self.engines.of(job.engine)
        try:
            await self._date(job, engine)
            task_id = await engine.submit(ticket)
        except service.NotSent:
            self._unreachable.again()
            raise
        except service.DashScopeError as failure:
            self._answered(engine, failure)
            raise
        self._answered(engine, None)
        return task_id

    async def _date(self, job: Job, engine: Engine) -> None:
        """By the provider's clock, of which nothing may have been heard since the start."""
        try:
            await engine.learn_time()
        except service.TryAgain as failure:
            raise service.NotSent(f"the submission waits for the time: {failure}") from failure
        now = engine.now_milliseconds()
        if abs(now - (job.submitting_at_milliseconds or 0)) > _SAME_TIME_MILLISECONDS:
            async with self.database.transaction() as tx:
                await moves.date_submission(tx, job.id, now)

    def _answered(self, engine: Engine, failure: service.DashScopeError | None) -> None:
        self._unreachable.end()
        if not isinstance(failure, service.Throttled):
            self._throttled.pop(engine.name, None)

    def _throttled_of(self, engine: str) -> Suspension:
        return self._throttled.setdefault(engine, Suspension(self.clock))

    async def _too_many(self, job: Job, failure: service.Throttled) -> None:
        """It passes by itself; where it does not for minutes, the operator and all who wait are
        told, by a stop.
        """
        suspension = self._throttled_of(job.engine)
        delay_seconds = suspension.again(failure.retry_after_seconds)
        if suspension.lasts:
            stopped = service.ServiceStopped(str(failure), cause=service.StopCause.THROTTLED)
            await self.outages.of(job.engine).refused(Work.SUBMIT, stopped)
        await self._back_to_ready(job, failure, delay_seconds)

    async def reconcile(self, job: Job) -> None:
        """Find out from the list of tasks what became of a submission.

        Raises: `service.TryAgain`, `service.ServiceStopped`: the list cannot be had now.
        """
        tasks = await self._unowned_tasks(job)
        asked = await candidates.listed(self.database, job)
        if len(tasks) == 1 and not asked:
            await self._runs(job, tasks[0].task_id, adopted=True)
        elif self._age_milliseconds(job) > FORGOTTEN_AFTER_MILLISECONDS:
            await self._lost(job, len(tasks))
        elif tasks:
            await self._ask(job, [task.task_id for task in tasks])
        elif self._age_milliseconds(job) > SETTLED_AFTER_MILLISECONDS:
            await self._again_or_over(job, service.TryAgain("no task came of it"))
        else:
            await self._look_again(job)

    async def _unowned_tasks(self, job: Job) -> list[TaskSummary]:
        engine = self.engines.of(job.engine)
        submitted_at = job.submitting_at_milliseconds or engine.now_milliseconds()
        tasks = [task for task in await engine.recent_tasks() if may_be_of(submitted_at, task)]
        owned = await jobs.owned_tasks(
            self.database, engine.account, [task.task_id for task in tasks]
        )
        return [
            task
            for task in tasks
            if task.task_id not in owned and task.status is not TaskStatus.CANCELED
        ]

    def _age_milliseconds(self, job: Job) -> int:
        """What really passed since this process first saw the submission, and before that what
        the provider's clock says, which a list that was just had has told.
        """
        steady = round(self.clock.steady_seconds() * 1000)
        now = self.engines.of(job.engine).now_milliseconds()
        submitted_at = job.submitting_at_milliseconds or now
        seen = (submitted_at, steady, max(0, now - submitted_at))
        if self._seen.get(job.id, seen)[0] != submitted_at:
            del self._seen[job.id]
        _, since, age = self._seen.setdefault(job.id, seen)
        return age + steady - since

    async def _runs(self, job: Job, task_id: str, *, adopted: bool) -> None:
        """An adopted task fits by its time; `Watch` looks whether its video fits too."""
        async with self.database.transaction() as tx:
            await moves.submitted(tx, job.id, task_id, adopted=adopted)
        self._seen.pop(job.id, None)
        logger.info("job %s runs as task %s (adopted: %s)", job.id, task_id, adopted)
        await self.outages.of(job.engine).worked(Work.SUBMIT)

    async def _again_or_over(self, job: Job, failure: service.DashScopeError) -> None:
        """No task exists, and for no reason of the job's own: a few more times, then never."""
        delay_seconds = SUBMIT_REFUSED.delay_seconds(job.refusals + 1)
        if delay_seconds is not None or job.cancel_requested:
            await self._back_to_ready(job, failure, delay_seconds or 0.0, refused=True)
        else:
            await self._refused_too_often(job, failure)

    async def _refused_too_often(self, job: Job, failure: service.DashScopeError) -> None:
        """The slot is for others; the operator is told once of all the jobs that end so."""
        noting = self.operator.noting(
            f"declined:{job.engine}", "operator-declined", job=job.id, detail=str(failure)
        )
        await self.finisher.fail(job, failure_text(failure), failure.code, noting=noting)

    async def _back_to_ready(
        self, job: Job, reason: Exception, delay_seconds: float, *, refused: bool = False
    ) -> None:
        logger.info("job %s: no task exists (%s), it waits again", job.id, reason)
        async with self.database.transaction() as tx:
            current = await jobs.get(tx, job.id)
            # One that is to be cancelled must not be ready even for a moment.
            wished_away = current is not None and current.cancel_requested
            if not wished_away:
                await moves.not_submitted(tx, job.id, self._later(delay_seconds))
            if refused:
                await moves.refused(tx, job.id)
        if wished_away:
            await self.finisher.cancelled(job)

    async def _ask(self, job: Job, task_ids: list[str]) -> None:
        """The operator says which one it is; until then no task is taken, and none made."""
        async with self.database.transaction() as tx:
            if not await ask_which(tx, self.operator, job, task_ids):
                return
            await moves.postpone(tx, job.id, self._later(TASK_CHOICE.endless_delay_seconds(1)))

    async def _lost(self, job: Job, tasks: int) -> None:
        """It is not submitted again: whether it was can no longer be known."""
        detail = f"{tasks} tasks may be its own, and the provider forgets them after 24 h"
        noting = self.operator.noting(
            f"lost:{job.id}", "operator-lost", job=job.id, task="–", detail=detail
        )
        await self.finisher.fail(
            job, "failed-lost", detail, noting=noting, only_in=JobState.SUBMITTING
        )

    def _later(self, delay_seconds: float) -> int:
        return self.clock.now_milliseconds() + int(delay_seconds * 1000)

    async def _look_again(self, job: Job) -> None:
        async with self.database.transaction() as tx:
            current = await jobs.get(tx, job.id)
            if current is not None and current.state == JobState.SUBMITTING:
                await moves.postpone(tx, job.id, self._later(TASK_LIST.endless_delay_seconds(1)))

    async def _prepare_again(self, job: Job, *, refused: bool = False) -> None:
        async with self.database.transaction() as tx:
            await moves.prepare_again(tx, job.id)
            if refused:
                await moves.refused(tx, job.id)

    async def _refused(self, job: Job, failure: service.DashScopeError) -> None:
        """An answer that says no: there is no task."""
        match failure:
            case service.ServiceStopped():
                await self.outages.of(job.engine).refused(Work.SUBMIT, failure)
                await self._back_to_ready(job, failure, 0)
            case service.InputNotFetched() if SUBMIT_REFUSED.delay_seconds(job.refusals + 1):
                await self.preparation.expire(job)
                await self._prepare_again(job, refused=True)
            case service.InputNotFetched():
                await self._refused_too_often(job, failure)
            case service.ContentRefused():
                await self.finisher.fail(job, failure_text(failure), failure.code)
            case _:
                noting = self.operator.noting_of(failure, job.id)
                await self.finisher.fail(job, failure_text(failure), failure.code, noting=noting)


def may_be_of(submitted_at_milliseconds: int, task: TaskSummary) -> bool:
    """Whether this submission may have made the task: both times are by the provider's clock."""
    first = submitted_at_milliseconds - CLOCK_SKEW_MILLISECONDS
    last = submitted_at_milliseconds + SETTLED_AFTER_MILLISECONDS + CLOCK_SKEW_MILLISECONDS
    created_at = task.created_at_milliseconds
    return created_at is None or first <= created_at <= last


async def ask_which(tx: Transaction, operator: Operator, job: Job, task_ids: list[str]) -> bool:
    """Ask the operator which of these tasks is the job's; False when the job has moved on.

    From then on none is taken for its own but by the answer.
    """
    if not await candidates.store(tx, job, task_ids):
        return False
    await operator.note(
        tx,
        f"ambiguous:{job.id}",
        "operator-ambiguous",
        job=job.id,
        commands="\n".join(f"/adopt {job.id} {task_id}" for task_id in task_ids),
    )
    return True
