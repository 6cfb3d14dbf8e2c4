"""Slots: as many jobs are handed to each engine as it takes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from bot.clock import Clock
from bot.engines.base import Engine
from bot.engines.outages import NotDue, Outages
from bot.engines.registry import Engines
from bot.jobs.submit import Submission
from bot.outbox import Work
from storage.db.database import Database
from storage.jobs import moves
from storage.jobs.jobs import Job


class Slots:
    """Gives free slots to the jobs that are next."""

    def __init__(
        self,
        *,
        database: Database,
        engines: Engines,
        outages: Outages,
        submission: Submission,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engines = engines
        self._outages = outages
        self._submission = submission
        self._clock = clock

    async def open(self) -> None:
        """A start is a reason to try again what the provider refused: the key may be a new one."""
        await self._outages.resume(asked=False)

    async def fill(self) -> AsyncIterator[tuple[Job, Work]]:
        """Each job that has just taken a slot, with its submission."""
        for engine in self._engines.on:
            while self._submission.may_begin(engine.name):
                job = await self.take(engine)
                if job is None:
                    break
                yield job, partial(self._submission.submit, job)

    async def take(self, engine: Engine) -> Job | None:
        """The next in turn; None also while the provider refuses to serve."""
        outages = self._outages.of(engine.name)
        async with self._database.transaction() as tx:
            try:
                probe = await outages.probe(tx)
            except NotDue:
                return None
            job = await moves.take_slot(
                tx,
                account=engine.account,
                slots=engine.slots,
                engine=engine.name,
                now_milliseconds=self._clock.now_milliseconds(),
                submitting_at_milliseconds=engine.now_milliseconds(),
            )
            if job is not None and probe is not None:
                await outages.begin_probe(tx, probe)
        return job
