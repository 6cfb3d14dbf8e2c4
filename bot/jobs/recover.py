"""After a restore: what was submitted after the backup is looked for before anything is paid."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from bot.common import Component, Part, build_outbox
from bot.dashscope.errors import DashScopeError
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.engines.base import Engine
from bot.engines.registry import Engines
from bot.jobs.submit import CLOCK_SKEW_MILLISECONDS, ask_which, may_be_of, time_counts
from bot.logs import SELDOM
from bot.retry import RESTORED
from storage.db import backup
from storage.db.database import Transaction
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import WAITING, Task, TaskState

logger = logging.getLogger(__name__)

_NEVER_BILLED = (TaskStatus.CANCELED, TaskStatus.FAILED)


class Restoration(Component):
    """Brings a restored database up to what can still be known."""

    engines = Part(Engines)

    async def settle(self) -> None:
        """Look for tasks that this database does not know; nothing to do unless it is a copy.

        It returns only when the provider's list was had: until then nothing may be submitted.
        Such a task may have been made for one that waits here, and nobody can tell: that ends for
        nothing instead of being paid for twice, or of bringing somebody else's video. Of one whose
        submission was under way the operator says which it is, if it is any.
        """
        if not await backup.is_copy(self.database):
            return
        since = await backup.newest_moment(self.database)
        unknown = await self._unknown_tasks(since)
        left = await tasks.of_open_jobs(self.database) if unknown else []
        doubtful = [task for task in left if task.state in WAITING]
        async with self.database.transaction() as tx:
            await self._report(tx, since, [found.task_id for found in unknown], doubtful)
            for task in left:
                await self._ask(tx, task, unknown)
            for task in doubtful:
                await task_moves.fail(tx, task, "failed-restored", "submitted after the backup?")
            await backup.forget_copying(tx)

    async def _ask(self, tx: Transaction, task: Task, unknown: list[TaskSummary]) -> None:
        """Its own, or that of a task which the backup does not know: both fit by their time."""
        if task.state != TaskState.SUBMITTING:
            return
        counts = time_counts(task, self.engines.of(task.engine))
        at = task.submitting_at_milliseconds if counts else None
        fitting = [found.task_id for found in unknown if may_be_of(at, found)]
        if fitting:
            await ask_which(tx, self.operator, task, fitting)

    async def _unknown_tasks(self, since_milliseconds: int) -> list[TaskSummary]:
        while True:
            try:
                looks = [
                    await self._look(engine, since_milliseconds) for engine in self.engines.all
                ]
                return [found for look in looks for found in look]
            except DashScopeError as failure:
                logger.warning("restored, but no list of tasks: %s", failure, extra=SELDOM)
                await self.operator.tell("restoring", "operator-restoring", detail=str(failure))
                await self._send_at_once()
                await self.clock.sleep(RESTORED.endless_delay_seconds(1))

    async def _look(self, engine: Engine, since_milliseconds: int) -> list[TaskSummary]:
        """`since_milliseconds` may be by this machine's clock, or by the provider's; all that are
        listed count where that is not known.
        """
        recent = await engine.recent_tasks()
        ahead = engine.time.now_milliseconds() - self.clock.now_milliseconds()
        first = since_milliseconds + min(0, ahead) - CLOCK_SKEW_MILLISECONDS
        billed = [
            found
            for found in recent
            if found.status not in _NEVER_BILLED
            and (not engine.time.is_known or (found.created_at_milliseconds or first) >= first)
        ]
        task_ids = [found.task_id for found in billed]
        owned = await tasks.owned(self.database, engine.account, task_ids)
        return [found for found in billed if found.task_id not in owned]

    async def _send_at_once(self) -> None:
        """The worker has not begun yet, and nothing else is to be done."""
        alert = self.operator.kind
        await build_outbox(self.common, [alert]).attempt_due(only=alert)

    async def _report(
        self, tx: Transaction, since: int, task_ids: list[str], ended: list[Task]
    ) -> None:
        at = datetime.fromtimestamp(since / 1000, UTC)
        await self.operator.note(
            tx,
            f"restored:{since}",
            "operator-restored",
            at=f"{at:%Y-%m-%d %H:%M} UTC",
            tasks=", ".join(task_ids) or "–",
            jobs=", ".join(map(str, sorted({task.job_id for task in ended}))) or "–",
        )
