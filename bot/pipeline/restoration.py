"""After a restore: what was submitted after the backup is looked for before anything is paid."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from bot.clock import Clock
from bot.dashscope.errors import DashScopeError
from bot.dashscope.task import TaskStatus
from bot.pipeline.engine import Engine
from bot.pipeline.operator import Operator
from bot.pipeline.submission import CLOCK_SKEW_MILLISECONDS
from storage import copies, jobs, moves
from storage.database import Database
from storage.jobs import WAITING, Job

logger = logging.getLogger(__name__)

_KEPT_MILLISECONDS = 24 * 3600 * 1000
"""DashScope docs: a task can be asked about for 24 hours."""
_AGAIN_SECONDS = 10.0
_NEVER_BILLED = (TaskStatus.CANCELED, TaskStatus.FAILED)


class Restoration:
    """Brings a restored database up to what can still be known."""

    def __init__(
        self, database: Database, engine: Engine, operator: Operator, clock: Clock
    ) -> None:
        self._database = database
        self._engine = engine
        self._operator = operator
        self._clock = clock

    async def settle(self) -> None:
        """Look for tasks that this database does not know; nothing to do unless it is a copy.

        It returns only when the provider's list was had: until then nothing may be submitted.
        A waiting job may be what such a task was made for, and nobody can tell: it ends for
        nothing instead of being paid for twice, or of bringing somebody else's video.
        """
        if not await copies.is_copy(self._database):
            return
        since = await copies.newest_moment(self._database)
        task_ids = await self._unknown_tasks(since)
        waiting = [j for j in await jobs.open_jobs(self._database) if j.state in WAITING]
        doubtful = waiting if task_ids else []
        await self._report(since, task_ids, doubtful)
        now = self._clock.now_milliseconds()
        async with self._database.transaction() as tx:
            for job in doubtful:
                await moves.fail(tx, job, "failed-restored", "submitted after the backup?", now)
            await copies.forget_copying(tx)

    async def _unknown_tasks(self, since_milliseconds: int) -> list[str]:
        while True:
            try:
                return await self._look(since_milliseconds)
            except DashScopeError as failure:
                logger.warning("restored, and the list of tasks cannot be had: %s", failure)
                await self._operator.tell("restoring", "operator-restoring", detail=str(failure))
                await self._clock.sleep(_AGAIN_SECONDS)

    async def _look(self, since_milliseconds: int) -> list[str]:
        now = self._clock.now_milliseconds()
        begin = max(since_milliseconds - CLOCK_SKEW_MILLISECONDS, now - _KEPT_MILLISECONDS)
        tasks = await self._engine.submitted_between(
            min(begin, now - CLOCK_SKEW_MILLISECONDS), now + CLOCK_SKEW_MILLISECONDS
        )
        billed = [task.task_id for task in tasks if task.status not in _NEVER_BILLED]
        owned = await jobs.owned_tasks(self._database, self._engine.account, billed)
        return [task_id for task_id in billed if task_id not in owned]

    async def _report(self, since: int, task_ids: list[str], ended: list[Job]) -> None:
        at = datetime.fromtimestamp(since / 1000, UTC)
        await self._operator.tell(
            f"restored:{since}",
            "operator-restored",
            at=f"{at:%Y-%m-%d %H:%M} UTC",
            tasks=", ".join(task_ids) or "–",
            jobs=", ".join(str(job.id) for job in ended) or "–",
        )
