"""After a restore: what was submitted after the backup is looked for before anything is paid."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.common import CommonServices, Component, build_outbox
from bot.dashscope.errors import DashScopeError
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.engines.base import Engine
from bot.engines.registry import Engines
from bot.jobs.submit import CLOCK_SKEW_MILLISECONDS, ask_which, may_be_of
from bot.retry import RESTORED
from storage.db import backup
from storage.db.database import Transaction
from storage.jobs import jobs, moves
from storage.jobs.jobs import WAITING, Job, JobState

logger = logging.getLogger(__name__)

_NEVER_BILLED = (TaskStatus.CANCELED, TaskStatus.FAILED)


@dataclass(frozen=True, kw_only=True)
class Restoration(Component):
    """Brings a restored database up to what can still be known."""

    common: CommonServices
    engines: Engines

    async def settle(self) -> None:
        """Look for tasks that this database does not know; nothing to do unless it is a copy.

        It returns only when the provider's list was had: until then nothing may be submitted.
        A waiting job may be what such a task was made for, and nobody can tell: it ends for
        nothing instead of being paid for twice, or of bringing somebody else's video. Of one whose
        submission was under way the operator says which task is its own, if one is.
        """
        if not await backup.is_copy(self.database):
            return
        since = await backup.newest_moment(self.database)
        tasks = await self._unknown_tasks(since)
        left = await jobs.open_jobs(self.database) if tasks else []
        doubtful = [job for job in left if job.state in WAITING]
        async with self.database.transaction() as tx:
            await self._report(tx, since, [task.task_id for task in tasks], doubtful)
            for job in left:
                await self._ask(tx, job, tasks)
            for job in doubtful:
                await moves.fail(tx, job, "failed-restored", "submitted after the backup?")
            await backup.forget_copying(tx)

    async def _ask(self, tx: Transaction, job: Job, tasks: list[TaskSummary]) -> None:
        """Its own task, or that of a job which the backup does not know: both fit by their time."""
        at = job.submitting_at_milliseconds
        if job.state != JobState.SUBMITTING or at is None:
            return
        fitting = [task.task_id for task in tasks if may_be_of(at, task)]
        if fitting:
            await ask_which(tx, self.operator, job, fitting)

    async def _unknown_tasks(self, since_milliseconds: int) -> list[TaskSummary]:
        while True:
            try:
                looks = [
                    await self._look(engine, since_milliseconds) for engine in self.engines.all
                ]
                return [task for tasks in looks for task in tasks]
            except DashScopeError as failure:
                logger.warning("restored, and the list of tasks cannot be had: %s", failure)
                await self.operator.tell("restoring", "operator-restoring", detail=str(failure))
                await self._send_at_once()
                await self.clock.sleep(RESTORED.endless_delay_seconds(1))

    async def _look(self, engine: Engine, since_milliseconds: int) -> list[TaskSummary]:
        """`since_milliseconds` may be by this machine's clock, or by the provider's."""
        tasks = await engine.recent_tasks()
        ahead = engine.now_milliseconds() - self.clock.now_milliseconds()
        first = since_milliseconds + min(0, ahead) - CLOCK_SKEW_MILLISECONDS
        billed = [
            task
            for task in tasks
            if task.status not in _NEVER_BILLED
            and (task.created_at_milliseconds is None or task.created_at_milliseconds >= first)
        ]
        owned = await jobs.owned_tasks(
            self.database, engine.account, [task.task_id for task in billed]
        )
        return [task for task in billed if task.task_id not in owned]

    async def _send_at_once(self) -> None:
        """The worker has not begun yet, and nothing else is to be done."""
        alert = self.operator.kind
        await build_outbox(self.common, [alert]).attempt_due(only=alert)

    async def _report(
        self, tx: Transaction, since: int, task_ids: list[str], ended: list[Job]
    ) -> None:
        at = datetime.fromtimestamp(since / 1000, UTC)
        await self.operator.note(
            tx,
            f"restored:{since}",
            "operator-restored",
            at=f"{at:%Y-%m-%d %H:%M} UTC",
            tasks=", ".join(task_ids) or "–",
            jobs=", ".join(str(job.id) for job in ended) or "–",
        )
