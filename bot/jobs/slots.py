"""Slots: as many tasks are handed to each engine as it takes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Set
from functools import partial

from bot.common import Component, Part
from bot.engines.base import Engine
from bot.engines.outages import NotDue, Outages
from bot.engines.registry import Engines
from bot.jobs.submit import Submission
from bot.logs import log_context
from bot.task_pool import Work
from storage.due import ALL, Due
from storage.jobs import task_moves
from storage.jobs.tasks import Task


class Slots(Component):
    """Gives free slots to the tasks that are next."""

    engines = Part(Engines)
    outages = Part(Outages)
    submission = Part(Submission)

    async def open(self) -> None:
        """A start is a reason to try again what the provider refused: the key may be a new one."""
        await self.outages.resume(asked=False)

    async def fill(self, kinds: Set[Due] = ALL) -> AsyncIterator[tuple[Task, Work]]:
        """Each task that has just taken a slot, with its submission."""
        for engine in self.engines.on if Due.READY_TASKS in kinds else ():
            while self.submission.may_begin(engine.name):
                task = await self.take(engine)
                if task is None:
                    break
                yield task, partial(self._submit, task)

    async def _submit(self, task: Task) -> None:
        with log_context(task=task.name):
            await self.submission.submit(task)

    async def take(self, engine: Engine) -> Task | None:
        """The next in turn; None also while the provider refuses to serve."""
        outages, there = self.outages.of(engine.name), (engine.account, engine.slots, engine.name)
        if await task_moves.free_slot(self.database, *there) is None:
            return None
        async with self.database.transaction() as tx:
            try:
                probe = await outages.probe(tx)
            except NotDue:
                return None
            task = await task_moves.take_slot(
                tx,
                *there,
                submitting_at_milliseconds=engine.now_milliseconds(),
                dated=engine.knows_time,
            )
            if task is not None and probe is not None:
                await outages.begin_probe(tx, probe)
        return task
