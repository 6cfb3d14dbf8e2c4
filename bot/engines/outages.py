"""Outages: while the provider refuses to serve, nothing is submitted but a probe now and then.

Waiting jobs stay in the queue. Only the work itself proves that it works again: reading is free
and goes on when an account is unpaid or a model retired, so the next job is the probe.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.alerts import CAUSE_TEXTS
from bot.common import Component, Part
from bot.dashscope.errors import ServiceStopped, StopCause
from bot.engines.base import Engine
from bot.engines.registry import Engines
from bot.logs import SELDOM
from bot.retry import PROBE
from storage import outages
from storage.db.database import Queryable, Transaction
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task
from storage.outages import Outage, Work

logger = logging.getLogger(__name__)

LONGEST_WAIT_MILLISECONDS = 24 * 3600 * 1000
"""A job that waited so long for the provider to serve again waits no longer."""

_AT_ONCE = 20
"""So many are given up at one look."""

ACCOUNT_WIDE = frozenset({StopCause.KEY, StopCause.UNPAID})
"""Causes that concern everything an account does, not one model."""
_ACCOUNT_WIDE_NAMES = frozenset(cause.value for cause in ACCOUNT_WIDE)


class Outages(Component):
    """The outages of one account: noted, told, tried, ended.

    A model may be refused while the others work: each of several engines has its own, and `others`
    are those of the engines beside this one.
    """

    engine: Engine
    others: Sequence[Outages] = ()
    engines = Part(Engines)

    @property
    def account(self) -> str:
        """What names them: a model can be refused while the account's others work."""
        return f"{self.engine.account}:{self.engine.name}"

    def of(self, engine: str) -> Outages:
        """Those of that engine; these, where it has none of its own."""
        return next((other for other in self.others if other.engine.name == engine), self)

    async def refused(self, work: Work, failure: ServiceStopped) -> None:
        """Note that the provider refused this work."""
        logger.warning("%s is refused: %s", work, failure, extra=SELDOM)
        cause, detail = failure.cause.value, self._named(str(failure))
        async with self.database.transaction() as tx:
            found = await outages.all_of(tx, self.account)
            outage = next((outage for outage in found if outage.work == work), None)
            probe_at = _probe_at(tx, outage)
            await outages.refused(tx, self.account, work, cause, outage, probe_at)
            if _is_news(found, outage, cause):
                subject, key = f"stopped:{self._named(work)}:{probe_at}", "operator-service-stopped"
                words = [CAUSE_TEXTS[cause]]
                await self.operator.note(tx, subject, key, cause=words, detail=detail)

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
        """Note that the provider did this work: its outage is over.

        A submission also proves that key and bill are in order; anything else that works again is
        a reason to try a submission now.
        """
        if not await outages.all_of(self.database, self.account):
            return
        async with self.database.transaction() as tx:
            found = await outages.all_of(tx, self.account)
            ended = [outage for outage in found if _is_proof(work, outage)]
            for outage in ended:
                await self._end(tx, outage)
            if ended and work != Work.SUBMIT:
                await outages.hurry(tx, self.account, asked=False)

    async def _end(self, tx: Transaction, outage: Outage) -> None:
        """Told when the last outage of its cause is over."""
        logger.info("%s works again", outage.work)
        await outages.end(tx, outage)
        left = await outages.all_of(tx, self.account)
        if all(other.cause != outage.cause for other in left):
            subject = f"works:{self._named(outage.work)}:{outage.since_milliseconds}"
            cause = [CAUSE_TEXTS[outage.cause]]
            await self.operator.note(tx, subject, "operator-service-works", cause=cause)

    async def is_stopped(self) -> bool:
        """Whether videos wait for the provider to serve again."""
        return await self._of_videos(self.database) is not None

    async def is_served(self) -> bool:
        """Whether the provider does all that it is asked, by all engines, as far as is known."""
        served = not await outages.all_of(self.database, self.account)
        return served and all([await other.is_served() for other in self.others])

    async def may_submit(self, database: Queryable) -> bool:
        """Whether that may work: there is no outage, or a probe is due."""
        outage = await self._of_videos(database)
        return outage is None or outage.is_due(database.now_milliseconds)

    async def begin_probe(self, tx: Transaction) -> None:
        """A job was taken, which in an outage is the probe: no other is, until the next is due."""
        outage = await self._of_videos(tx)
        if outage is not None:
            await outages.begin_probe(tx, outage, _probe_at(tx, outage))

    async def _of_videos(self, database: Queryable) -> Outage | None:
        return await outages.current(database, self.account, Work.SUBMIT)

    async def resume(self, *, asked: bool) -> bool:
        """Try at once; with `asked` the operator is told how it went. False: there is no outage."""
        hurried = await self.database.do(outages.hurry, self.account, asked=asked)
        return any([hurried, *[await other.resume(asked=asked) for other in self.others]])

    async def give_up_waiting(self) -> None:
        """Jobs that waited too long fail, without charge; who asks is told why."""
        for other in self.others:
            await other.give_up_waiting()
        outage = await self._of_videos(self.database)
        since = self.clock.now_milliseconds() - LONGEST_WAIT_MILLISECONDS
        if outage is None or outage.since_milliseconds > since:
            return
        name = self.engine.name
        for task in await tasks.waiting_too_long(self.database, name, since, _AT_ONCE):
            await self._give_up(task, outage)

    async def _give_up(self, task: Task, outage: Outage) -> None:
        """Only what still waits: a task that was taken meanwhile may be paid for."""
        given_up = await self.database.do(task_moves.fail, task, "failed-waited", outage.cause)
        if given_up:
            logger.warning("task %s waited too long for the provider (%s)", task.name, outage.cause)

    def _named(self, detail: str) -> str:
        """Of several engines the operator is told which one it is."""
        several = len(self.engines.all) > 1
        return f"{self.engine.name}: {detail}" if several else detail


def _is_news(found: list[Outage], outage: Outage | None, cause: str) -> bool:
    """A second outage of a cause that was told is none; how a probe went that was asked for is."""
    is_known = any(other.cause == cause for other in found)
    if outage is None:
        return not is_known
    return bool(outage.asked) or (outage.cause != cause and bool(outage.probes or not is_known))


def _is_proof(work: Work, outage: Outage) -> bool:
    """Whether doing this work shows that the outage is over; uploads are for the video's model."""
    if work != Work.SUBMIT:
        return outage.work == work
    return outage.work != Work.CHECK or outage.cause in _ACCOUNT_WIDE_NAMES


def _probe_at(tx: Transaction, outage: Outage | None) -> int:
    """When the next one is due, after a refusal or after a probe."""
    delay_seconds = PROBE.endless_delay_seconds(1 if outage is None else outage.probes + 2)
    return tx.later(delay_seconds)
