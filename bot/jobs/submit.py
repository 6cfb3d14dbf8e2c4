"""Submission: the one call that is billed and cannot be repeated blindly.

The intention is on disk before the call (state submitting, a slot, the time). Only an answer that
says so, or proof that nothing was sent, makes the task ready again; everything else is looked up in
the provider's list of tasks. What is refused again and again ends, and leaves the slot to others.
"""

from __future__ import annotations

import logging
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Set
from dataclasses import field
from functools import partial

from bot.alerts import Operator
from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.config.folders import LEAST_FREE_BYTES
from bot.dashscope import errors as service
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.delivery.finish import Finisher
from bot.engines.base import Engine, Ticket
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.jobs.prepare import Preparation
from bot.jobs.refusals import Refusals
from bot.jobs.suspension import Suspension
from bot.retry import SUBMIT, TASK_CHOICE, TASK_LIST
from bot.task_pool import Work
from storage import due
from storage.db.database import Transaction
from storage.due import ALL, Due
from storage.jobs import candidates, task_moves, tasks
from storage.jobs.tasks import Task
from storage.outages import Work as RefusedWork

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


class Submission(Component):
    """Gives free slots to the tasks that are next: as many as each engine takes at once. Brings a
    task from ready to submitting, and from there to running or back.
    """

    engines = Part(Engines)
    preparation = Part(Preparation)
    finisher = Part(Finisher)
    outages = Part(Outages)
    refusals = Part(Refusals)
    _seen: dict[int, tuple[int, int, int]] = field(init=False, default_factory=dict)
    _unreachable: Suspension = field(init=False)
    _full: Suspension = field(init=False)
    """The disk has no room."""
    _throttled: defaultdict[str, Suspension] = field(init=False)
    """By the engine that takes no more."""

    def __post_init__(self) -> None:
        self._unreachable, self._full = Suspension(self.clock), Suspension(self.clock)
        self._throttled = defaultdict(partial(Suspension, self.clock))

    def _may_begin(self, engine: str) -> bool:
        """Whether a task may be taken for that engine: nothing asks to wait just now."""
        return not (self._unreachable.is_on or self._throttled[engine].is_on)

    async def fill(self, kinds: Set[Due] = ALL) -> AsyncIterator[tuple[Task, Work]]:
        """Each task that has just taken a free slot, with its submission."""
        for engine in self.engines.on if Due.READY_TASKS in kinds else ():
            while self._may_begin(engine.name) and await self._could_be_kept(engine):
                task = await self.take(engine)
                if task is None:
                    break
                yield task, partial(self._submit, task)

    async def _could_be_kept(self, engine: Engine) -> bool:
        """Whether the disk has room for what is paid for: nothing is ordered that would be lost."""
        if ENGINES[engine.name].is_local:
            return True
        if self._full.is_on:
            return False
        free_bytes = self._free_bytes()
        if free_bytes >= LEAST_FREE_BYTES:
            self._full.end()
            return True
        self._full.again()
        megabytes = free_bytes // 1_000_000
        await self.operator.tell("disk-low", "operator-disk-low", megabytes=megabytes)
        return False

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self.limits.results_directory).free
        except OSError:  # no folder: nothing can be kept there either
            return 0

    async def take(self, engine: Engine) -> Task | None:
        """The next in turn; None also while the provider refuses to serve."""
        outages, there = self.outages.of(engine.name), (engine.account, engine.slots, engine.name)
        if await task_moves.free_slot(self.database, *there) is None:
            return None
        async with self.database.transaction() as tx:
            if not await outages.may_submit(tx):
                return None
            task = await task_moves.take_slot(
                tx,
                *there,
                submitting_at_milliseconds=engine.time.now_milliseconds(),
                dated=engine.time.is_known,
            )
            if task is not None:
                await outages.begin_probe(tx)
        return task

    async def _submit(self, task: Task) -> None:
        async with self.about_job(task.job_id, task=task.name):
            await self.submit(task)

    async def submit(self, task: Task) -> None:
        """Make the call for a task that has just taken a slot."""
        self._age_milliseconds(task)  # from here on it grows by what really passes
        try:
            ticket = await self.preparation.ticket(task)
            if ticket is None:
                await self.refusals.prepare_again(task, "its copies were gone")
                return
            task_id = await self._call(task, ticket)
        except service.Unsent as failure:
            await self.refusals.wait_again(task, failure, SUBMIT.endless_delay_seconds(1))
        except service.Throttled as failure:
            await self._too_many(task, failure)
        except service.SubmitUnknown as failure:
            logger.warning(
                "task %s: it is unknown whether the provider has it: %s", task.name, failure
            )
            await self._look_again(task)
        except service.DashScopeError as failure:
            await self.refusals.refused(task, failure)
        else:
            await self._runs(task, task_id, adopted=False)

    async def _call(self, task: Task, ticket: Ticket) -> str:
        """The one call that is billed; the more often it cannot be made, the later the next."""
        engine = self.engines.of(task.engine)
        try:
            await self._date(task, engine)
            task_id = await engine.submit(ticket)
        except service.Unsent:
            self._unreachable.again()
            raise
        except service.DashScopeError as failure:
            self._answered(engine, failure)
            raise
        self._answered(engine, None)
        return task_id

    async def _date(self, task: Task, engine: Engine) -> None:
        """By the provider's clock, of which nothing may have been heard since the start."""
        try:
            await engine.learn_time()
        except service.Unanswered as failure:
            raise service.Unsent(f"the submission waits for the time: {failure}") from failure
        now, dated = engine.time.now_milliseconds(), engine.time.is_known
        ahead = abs(now - (task.submitting_at_milliseconds or 0))
        if ahead > _SAME_TIME_MILLISECONDS or dated != bool(task.dated):
            await self.database.do(task_moves.date_submission, task, now, dated=dated)

    def _answered(self, engine: Engine, failure: service.DashScopeError | None) -> None:
        self._unreachable.end()
        if not isinstance(failure, service.Throttled):
            self._throttled.pop(engine.name, None)

    async def _too_many(self, task: Task, failure: service.Throttled) -> None:
        """It passes by itself; where it does not for minutes, the operator and all who wait are
        told, by a stop.
        """
        suspension = self._throttled[task.engine]
        delay_seconds = suspension.again(failure.retry_after_seconds)
        if suspension.lasts:
            stopped = service.ServiceStopped(str(failure), cause=service.StopCause.THROTTLED)
            await self.outages.of(task.engine).refused(RefusedWork.SUBMIT, stopped)
        await self.refusals.wait_again(task, failure, delay_seconds)

    async def reconcile(self, task: Task) -> None:
        """Find out from the list of tasks what became of a submission.

        Raises: `service.Unanswered`, `service.ServiceStopped`: the list cannot be had now.
        """
        found = await self._possible(task)
        asked = await candidates.listed(self.database, task)
        if len(found) == 1 and may_be_of(task.submitting_at_milliseconds, found[0]) and not asked:
            await self._runs(task, found[0].task_id, adopted=True)
        elif self._is_forgotten(task):
            await self.finisher.lose_task(task, ["lost-among-several"])
        elif found:
            await self._ask(task, [summary.task_id for summary in found])
        elif self._age_milliseconds(task) > SETTLED_AFTER_MILLISECONDS:
            await self.refusals.again_or_over(task, service.Unanswered("no task came of it"))
        else:
            await self._look_again(task)

    async def _possible(self, task: Task) -> list[TaskSummary]:
        """The provider's tasks that this submission may have made, and that are nobody's yet.

        Where it is not known what time it is for the provider, their times say nothing.
        """
        engine = self.engines.of(task.engine)
        listed = [
            summary
            for summary in await engine.recent_tasks()
            if summary.status is not TaskStatus.CANCELED
        ]
        counts = time_counts(task, engine)
        at = task.submitting_at_milliseconds if counts else None
        listed = [found for found in listed if may_be_of(at, found)]
        task_ids = [summary.task_id for summary in listed]
        owned = await tasks.owned(self.database, engine.account, task_ids)
        return [summary for summary in listed if summary.task_id not in owned]

    def _is_forgotten(self, task: Task) -> bool:
        """By whatever clock says so: what is over for nothing is not paid for twice."""
        now = self.engines.of(task.engine).time.now_milliseconds()
        by_clock = now - (task.submitting_at_milliseconds or now)
        return max(by_clock, self._age_milliseconds(task)) > FORGOTTEN_AFTER_MILLISECONDS

    def _age_milliseconds(self, task: Task) -> int:
        """What really passed since this process first saw the submission, and before that what
        the provider's clock says, if it is known: a list that was just had may have told.
        """
        steady = round(self.clock.steady_seconds() * 1000)
        engine = self.engines.of(task.engine)
        now = engine.time.now_milliseconds()
        submitted_at = task.submitting_at_milliseconds or now
        seen = (
            submitted_at,
            steady,
            max(0, now - submitted_at) if time_counts(task, engine) else 0,
        )
        if self._seen.get(task.id, seen)[0] != submitted_at:
            del self._seen[task.id]
        _, since, age = self._seen.setdefault(task.id, seen)
        return age + steady - since

    async def _runs(self, task: Task, task_id: str, *, adopted: bool) -> None:
        """An adopted task fits by its time; `Watch` looks whether its video fits too."""
        await self.database.do(task_moves.submitted, task, task_id, adopted=adopted)
        self._seen.pop(task.id, None)
        logger.info("task %s runs as %s (adopted: %s)", task.name, task_id, adopted)
        await self.outages.of(task.engine).worked(RefusedWork.SUBMIT)

    async def _ask(self, task: Task, task_ids: list[str]) -> None:
        """The operator says which one it is; until then no task is taken, and none made."""
        async with self.database.transaction() as tx:
            if await ask_which(tx, self.operator, task, task_ids):
                await due.postpone(tx, task, TASK_CHOICE.endless_delay_seconds(1))

    async def _look_again(self, task: Task) -> None:
        await self.database.do(due.postpone, task, TASK_LIST.endless_delay_seconds(1))


def time_counts(task: Task, engine: Engine) -> bool:
    """Whether its submission and the provider's tasks are dated by one clock."""
    return engine.time.is_known and bool(task.dated)


def may_be_of(submitted_at: int | None, found: TaskSummary) -> bool:
    """Whether that submission may have made the task, if both times are by the provider's clock."""
    created_at = found.created_at_milliseconds
    if created_at is None or submitted_at is None:
        return True
    first = submitted_at - CLOCK_SKEW_MILLISECONDS
    last = submitted_at + SETTLED_AFTER_MILLISECONDS + CLOCK_SKEW_MILLISECONDS
    return first <= created_at <= last


async def ask_which(tx: Transaction, operator: Operator, task: Task, task_ids: list[str]) -> bool:
    """Ask the operator which of the provider's tasks it is; False when it has moved on.

    From then on none is taken for its own but by the answer.
    """
    if not await candidates.store(tx, task, task_ids):
        return False
    await operator.note(
        tx,
        f"ambiguous:{task.name}",
        "operator-ambiguous",
        job=task.job_id,
        commands="\n".join(f"/adopt {task.job_id} {task_id}" for task_id in task_ids),
    )
    return True
