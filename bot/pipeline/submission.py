"""Submission: the one call that is billed and cannot be repeated blindly.

The intention is on disk before the call (state submitting, a slot, the time). Only an answer that
says so, or proof that nothing was sent, makes the job ready again; everything else is looked up in
the provider's list of tasks.
"""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.dashscope.task import TaskStatus, TaskSummary
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine
from bot.pipeline.operator import Operator
from bot.pipeline.preparation import HalfLost, Preparation
from bot.pipeline.reasons import failure_text
from bot.pipeline.stops import Stops
from storage import jobs, moves
from storage.database import Database
from storage.jobs import Job
from storage.stops import Work

logger = logging.getLogger(__name__)

CLOCK_SKEW_MILLISECONDS = 120_000
"""How far the provider's clock may be from ours."""
SETTLED_AFTER_MILLISECONDS = 180_000
"""A task that is not in the list so long after the intention was never created, and none is later.

The call itself may take 90 s; a gateway that held it may still pass it on after we gave up.
"""
FORGOTTEN_AFTER_MILLISECONDS = 23 * 3600 * 1000
"""The provider lists the tasks of 24 hours: what is older cannot be looked up any more."""

_REUPLOADS = 2
_LOOK_AGAIN_MILLISECONDS = 5_000
_ASK_AGAIN_MILLISECONDS = 300_000
_UNSENT_MILLISECONDS = 5_000


class Submission:
    """Brings a job from submitting to running, or back to ready."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        preparation: Preparation,
        ending: Ending,
        operator: Operator,
        stops: Stops,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engine = engine
        self._preparation = preparation
        self._ending = ending
        self._operator = operator
        self._stops = stops
        self._clock = clock
        self._seen: dict[int, tuple[int, int, int]] = {}

    async def submit(self, job: Job) -> None:
        """Make the call for a job that has just taken a slot."""
        self._age_milliseconds(job)  # from here on it grows by what really passes
        try:
            if await self._preparation.is_outdated(job):
                await self._prepare_again(job)
                return
            task_id = await self._engine.submit(await self._preparation.ticket(job))
        except service.NotSent as failure:
            await self._back_to_ready(job, failure, _UNSENT_MILLISECONDS)
        except service.Throttled as failure:
            seconds = failure.retry_after_seconds or _UNSENT_MILLISECONDS / 1000
            await self._back_to_ready(job, failure, int(seconds * 1000))
        except service.SubmitUnknown as failure:
            logger.warning("job %s: it is unknown whether a task exists: %s", job.id, failure)
            await self._look_again(job, _LOOK_AGAIN_MILLISECONDS)
        except HalfLost as failure:
            await self._ending.fail(job, "failed-gone", str(failure))
        except service.DashScopeError as failure:
            await self._refused(job, failure)
        else:
            await self._runs(job, task_id, adopted=False)

    async def reconcile(self, job: Job) -> None:
        """Find out from the list of tasks what became of a submission.

        Raises: `service.TryAgain`, `service.ServiceStopped`: the list cannot be had now.
        """
        candidates = await self._unowned_tasks(job)
        if len(candidates) == 1:
            await self._runs(job, candidates[0].task_id, adopted=True)
        elif self._age_milliseconds(job) > FORGOTTEN_AFTER_MILLISECONDS:
            await self._lost(job, len(candidates))
        elif candidates:
            names = ", ".join(task.task_id for task in candidates)
            await self._operator.tell(
                f"ambiguous:{job.id}", "operator-ambiguous", job=job.id, detail=names
            )
            await self._look_again(job, _ASK_AGAIN_MILLISECONDS)
        elif self._age_milliseconds(job) > SETTLED_AFTER_MILLISECONDS:
            await self._back_to_ready(job, None, 0)
        else:
            await self._look_again(job, _LOOK_AGAIN_MILLISECONDS)

    async def _unowned_tasks(self, job: Job) -> list[TaskSummary]:
        noted, counted = self._submitted_at(job)
        span = min(self._age_milliseconds(job), SETTLED_AFTER_MILLISECONDS)
        tasks = await self._engine.submitted_between(
            min(noted, counted) - CLOCK_SKEW_MILLISECONDS,
            max(noted, counted) + span + CLOCK_SKEW_MILLISECONDS,
        )
        owned = await jobs.owned_tasks(
            self._database, self._engine.account, [task.task_id for task in tasks]
        )
        return [
            task
            for task in tasks
            if task.task_id not in owned and task.status is not TaskStatus.CANCELED
        ]

    def _submitted_at(self, job: Job) -> tuple[int, int]:
        """As the machine's clock said then, and as it says now: it may have been set meanwhile."""
        now = self._clock.now_milliseconds()
        return job.submitting_at_milliseconds or now, now - self._age_milliseconds(job)

    def _age_milliseconds(self, job: Job) -> int:
        """What really passed since this process first saw the submission, and before that what
        the machine's clock says: setting it makes no submission older than it is.
        """
        steady = round(self._clock.steady_seconds() * 1000)
        now = self._clock.now_milliseconds()
        submitted_at = job.submitting_at_milliseconds or now
        seen = (submitted_at, steady, max(0, now - submitted_at))
        if self._seen.get(job.id, seen)[0] != submitted_at:
            del self._seen[job.id]
        _, since, age = self._seen.setdefault(job.id, seen)
        return age + steady - since

    async def _runs(self, job: Job, task_id: str, *, adopted: bool) -> None:
        """An adopted task fits by its time; `Watch` looks whether its video fits too."""
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            await moves.submitted(tx, job.id, task_id, now, adopted=adopted)
        self._seen.pop(job.id, None)
        logger.info("job %s runs as task %s (adopted: %s)", job.id, task_id, adopted)
        await self._stops.worked(Work.SUBMIT)

    async def _back_to_ready(
        self, job: Job, reason: Exception | None, wait_milliseconds: int
    ) -> None:
        logger.info("job %s: no task exists (%s), it waits again", job.id, reason)
        async with self._database.transaction() as tx:
            current = await jobs.get(tx, job.id)
            # One that is to be cancelled must not be ready even for a moment.
            wished_away = current is not None and current.cancel_requested
            if not wished_away:
                not_before = self._clock.now_milliseconds() + wait_milliseconds
                await moves.not_submitted(tx, job.id, not_before)
        if wished_away:
            await self._ending.cancelled(job)

    async def _lost(self, job: Job, candidates: int) -> None:
        """It is not submitted again: whether it was can no longer be known."""
        detail = f"{candidates} tasks may be its own, and the provider forgets them after 24 h"
        await self._operator.tell(
            f"lost:{job.id}", "operator-lost", job=job.id, task="–", detail=detail
        )
        await self._ending.fail(job, "failed-lost", detail)

    async def _look_again(self, job: Job, wait_milliseconds: int) -> None:
        async with self._database.transaction() as tx:
            not_before = self._clock.now_milliseconds() + wait_milliseconds
            await moves.postpone(tx, job.id, not_before)

    async def _prepare_again(self, job: Job) -> None:
        async with self._database.transaction() as tx:
            await moves.prepare_again(tx, job.id)

    async def _refused(self, job: Job, failure: service.DashScopeError) -> None:
        """An answer that says no: there is no task."""
        match failure:
            case service.ServiceStopped():
                await self._stops.refused(Work.SUBMIT, failure)
                await self._back_to_ready(job, failure, 0)
            case service.InputNotFetched() if job.tries < _REUPLOADS:
                await self._preparation.expire(job)
                await self._prepare_again(job)
            case service.Moderated() | service.InputRefused() | service.InputNotFetched():
                await self._ending.fail(job, failure_text(failure), failure.code)
            case _:
                await self._operator.tell_of(failure, job.id)
                await self._ending.fail(job, failure_text(failure), failure.code)
