"""Outages: while the provider refuses to serve, nothing is submitted but a probe now and then.

Waiting jobs stay in the queue. Only the work itself proves that it works again: reading is free
and goes on when an account is unpaid or a model retired, so the next job is the trial.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.alerts import Operator
from bot.clock import Clock
from bot.dashscope.errors import ServiceStopped, StopCause
from storage import outages
from storage.db.database import Database, Transaction
from storage.jobs import jobs, moves
from storage.jobs.jobs import WAITING, Job
from storage.outages import Outage, Work

logger = logging.getLogger(__name__)

PATIENCE_MILLISECONDS = 24 * 3600 * 1000
"""A job that waited so long for the provider to serve again waits no longer."""

ACCOUNT_WIDE = frozenset({StopCause.KEY, StopCause.UNPAID})
"""Causes that concern everything an account does, not one model."""
_ACCOUNT_WIDE_NAMES = frozenset(cause.value for cause in ACCOUNT_WIDE)


class NotDue(Exception):
    """The provider refuses to serve, and it is too early for a trial."""


class Outages:
    """The stops of one account: noted, tried, told, ended.

    A model may be refused while the others work: each of several engines has its own, and `others`
    are those of the engines beside this one.
    """

    def __init__(
        self,
        database: Database,
        operator: Operator,
        account: str,
        clock: Clock,
        *,
        engine: str | None = None,
        others: Sequence[Outages] = (),
    ) -> None:
        self._database = database
        self._operator = operator
        self._account = account
        self._clock = clock
        self._engine = engine
        self._others = others

    def of(self, engine: str) -> Outages:
        """Those of that engine; these, where it has none of its own."""
        return next((other for other in self._others if other.is_of(engine)), self)

    def is_of(self, engine: str) -> bool:
        """Whether they concern that engine."""
        return self._engine in (None, engine)

    async def refused(self, work: Work, failure: ServiceStopped) -> None:
        """Note that the provider refused this work."""
        logger.warning("%s is refused: %s", work, failure)
        cause, now = failure.cause.value, self._clock.now_milliseconds()
        async with self._database.transaction() as tx:
            await outages.refused(tx, self._account, work, cause, str(failure), now)

    @asynccontextmanager
    async def noting(self, work: Work) -> AsyncIterator[None]:
        """Within it a refusal of this work is noted, and its success."""
        try:
            yield
        except ServiceStopped as failure:
            await self.refused(work, failure)
            raise
        await self.worked(work)

    async def worked(self, work: Work) -> None:
        """Note that the provider did this work: its stop is over.

        A submission also proves that key and bill are in order; anything else that works again is
        a reason to try a submission now.
        """
        if not await outages.all_of(self._database, self._account):
            return
        async with self._database.transaction() as tx:
            found = await outages.all_of(tx, self._account)
            ended = [outage for outage in found if not outage.over and _is_proof(work, outage)]
            for outage in ended:
                logger.info("%s works again", outage.work)
                await outages.end(tx, outage)
            if ended and work != Work.SUBMIT:
                await outages.hurry(tx, self._account, self._clock.now_milliseconds(), asked=False)

    async def is_stopped(self) -> bool:
        """Whether videos wait for the provider to serve again."""
        return await outages.current(self._database, self._account, Work.SUBMIT) is not None

    async def may_prepare(self) -> bool:
        """Whether handing files over may work: nothing is stopped, or a trial is due."""
        outage = await outages.current(self._database, self._account, Work.SUBMIT)
        return outage is None or outage.is_due(self._clock.now_milliseconds())

    async def probe(self, tx: Transaction) -> Outage | None:
        """The stop that the next submission would be a trial of; None where nothing is stopped.

        Raises: NotDue: nothing may be submitted yet.
        """
        outage = await outages.current(tx, self._account, Work.SUBMIT)
        if outage is not None and not outage.is_due(self._clock.now_milliseconds()):
            raise NotDue
        return outage

    async def begin_probe(self, tx: Transaction, outage: Outage) -> None:
        """A job was taken for the trial: no other is, until the next one is due."""
        await outages.begin_probe(tx, outage, self._clock.now_milliseconds())

    async def resume(self, *, asked: bool) -> bool:
        """Try at once; with `asked` the operator is told how it went. False: nothing is stopped."""
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            stopped = await outages.hurry(tx, self._account, now, asked=asked)
        return any([stopped, *[await other.resume(asked=asked) for other in self._others]])

    async def has_news(self) -> bool:
        """Whether the operator is to be told something."""
        found = await outages.all_of(self._database, self._account)
        return any(
            [
                *[outage.over or not outage.told for outage in found],
                *[await other.has_news() for other in self._others],
            ]
        )

    async def tell(self) -> None:
        """Tell the operator of stops that began, once for each cause, and of their ends."""
        for outage in await outages.all_of(self._database, self._account):
            if outage.over:
                await self._tell_end(outage)
            elif not outage.told:
                await self._tell_begin(outage)
        for other in self._others:
            await other.tell()

    async def give_up_waiting(self) -> None:
        """Jobs that waited out their patience fail, without charge; who asks is told why."""
        for other in self._others:
            await other.give_up_waiting()
        outage = await outages.current(self._database, self._account, Work.SUBMIT)
        now = self._clock.now_milliseconds()
        if outage is None or now - outage.since_milliseconds < PATIENCE_MILLISECONDS:
            return
        for job in await jobs.open_jobs(self._database):
            since = max(outage.since_milliseconds, job.created_at_milliseconds)
            waits = job.state in WAITING and self.is_of(job.engine)
            if waits and now - since >= PATIENCE_MILLISECONDS:
                await self._give_up(job, outage)

    async def _give_up(self, job: Job, outage: Outage) -> None:
        """Only what still waits: a job that was taken meanwhile may be paid for."""
        async with self._database.transaction() as tx:
            current = await jobs.get(tx, job.id)
            if current is None or current.state not in WAITING:
                return
            now = self._clock.now_milliseconds()
            await moves.fail(tx, current, "failed-waited", outage.cause, now)
        logger.warning("job %s waited too long for the provider (%s)", job.id, outage.cause)

    async def _tell_begin(self, outage: Outage) -> None:
        """A second stop of a cause that was told is no news, but how a trial went is."""
        async with self._database.transaction() as tx:
            others = await outages.all_of(tx, self._account)
            known = any(other.told and other.cause == outage.cause for other in others)
            if outage.trials or not known:
                await self._operator.note(
                    tx,
                    f"stopped:{self._named(outage.work)}:{outage.trial_at_milliseconds}",
                    "operator-service-stopped",
                    cause=outage.cause,
                    detail=self._named(outage.detail),
                )
            await outages.was_told(tx, outage)

    def _named(self, detail: str) -> str:
        """Of several engines the operator is told which one it is."""
        return detail if self._engine is None else f"{self._engine}: {detail}"

    async def _tell_end(self, outage: Outage) -> None:
        subject = f"works:{self._named(outage.work)}:{outage.since_milliseconds}"
        async with self._database.transaction() as tx:
            await self._operator.note(tx, subject, "operator-service-works", cause=outage.cause)
            await outages.forget(tx, outage)


def _is_proof(work: Work, outage: Outage) -> bool:
    """Whether doing this work shows that the stop is over; uploads are for the video's model."""
    if work != Work.SUBMIT:
        return outage.work == work
    return outage.work != Work.CHECK or outage.cause in _ACCOUNT_WIDE_NAMES
