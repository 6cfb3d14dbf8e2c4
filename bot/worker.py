"""The worker: looks at the database for what is to be done, and has it done.

It keeps nothing that the database does not know: after any crash, `run` goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from bot.alerts import Operator
from bot.chat.provider_texts import failure_text
from bot.chat.status import Progress
from bot.clock import Clock
from bot.dashscope import errors as service
from bot.delivery.deliver import Delivery
from bot.delivery.finish import Finisher
from bot.engines.base import Engine
from bot.engines.outages import ACCOUNT_WIDE, NotDue, Outages
from bot.engines.registry import Engines
from bot.intake.intake import Intake
from bot.jobs.fetch import ResultFetch
from bot.jobs.join import Joining
from bot.jobs.prepare import MediaLost, PhotoUnsuitable, Preparation
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from bot.outbox import BackgroundTask, TaskPool, Wakeup
from bot.retry import RetrySchedule
from bot.telegram import errors as chat
from storage import media
from storage.db.database import Database
from storage.jobs import jobs, moves
from storage.jobs.jobs import FINAL, WAITING, Job, JobState
from storage.jobs.ledger import BudgetExhausted
from storage.outages import Work
from storage.verdicts import NoVerdict, TooManyChecks

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
_SHOW_EVERY_SECONDS = 1.0
_INTAKES_AT_ONCE = 4
_INTAKES_AHEAD = 32
_JOBS_AT_ONCE = 16
_DELIVERIES_AT_ONCE = 4
_GRACE_SECONDS = 3.0
_CRITICAL_GRACE_SECONDS = 15.0
_RETRIES = RetrySchedule(attempts=40, first_seconds=1.0, longest_seconds=60.0)
"""About half an hour, for a job that costs nothing yet."""


class Worker:
    """Runs until it is stopped."""

    def __init__(
        self,
        database: Database,
        engines: Engines,
        intake: Intake,
        preparation: Preparation,
        submission: Submission,
        watch: Watch,
        result: ResultFetch,
        joining: Joining,
        delivery: Delivery,
        finisher: Finisher,
        progress: Progress,
        operator: Operator,
        outages: Outages,
        background_tasks: Sequence[BackgroundTask],
        wakeup: Wakeup,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engines = engines
        self._intake = intake
        self._preparation = preparation
        self._submission = submission
        self._operator = operator
        self._outages = outages
        self._finisher = finisher
        self._progress = progress
        self._background_tasks = background_tasks
        self._wakeup = wakeup
        self._clock = clock
        self._watch = watch
        self._steps: dict[str, Callable[[Job], Awaitable[None]]] = {
            JobState.PREPARING: self._prepare,
            JobState.SUBMITTING: submission.reconcile,
            JobState.RUNNING: watch.watch,
            JobState.FETCHING: result.fetch,
            JobState.JOINING: joining.join,
            JobState.DELIVERING: delivery.deliver,
        }
        self._items = TaskPool(_INTAKES_AT_ONCE, wakeup)
        self._jobs = TaskPool(_JOBS_AT_ONCE, wakeup)
        self._critical = TaskPool(_JOBS_AT_ONCE, wakeup)
        self._deliveries = TaskPool(_DELIVERIES_AT_ONCE, wakeup)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then leave everything in a state to go on from.

        A start is a reason to try again what the provider refused: the key may be a new one.
        """
        await self._outages.resume(asked=False)
        shower = asyncio.create_task(self._keep_showing())
        try:
            while not stop.is_set():
                if shower.done():
                    shower.result()
                await self._begin_what_is_due()
                await self._wakeup.wait(_LOOK_EVERY_SECONDS)
        finally:
            shower.cancel()
            await asyncio.gather(shower, return_exceptions=True)
            await asyncio.gather(
                self._items.close(_GRACE_SECONDS),
                self._critical.close(_CRITICAL_GRACE_SECONDS),
                self._jobs.close(0),
                self._deliveries.close(_GRACE_SECONDS),
            )

    async def _begin_what_is_due(self) -> None:
        now = self._clock.now_milliseconds()
        for item in await media.due(self._database, now, _INTAKES_AHEAD):
            self._items.start(item.id, partial(self._receive, item.id))
        for item in await media.unannounced(self._database, now, _INTAKES_AHEAD):
            self._items.start(item.id, partial(self._intake.conclude, item.id))
        await self._begin_jobs(now)
        await self._outages.give_up_waiting()
        for job in await jobs.unannounced(self._database, now):
            self._start(self._jobs, job, partial(self._finisher.announce, job.id))
        if await self._outages.has_news():
            self._jobs.start("outages", self._outages.tell)
        for admin_id in await self._operator.waiting():
            self._deliveries.start(admin_id, partial(self._operator.send_deliveries, admin_id))
        for background_task in self._background_tasks:
            for key, work in (await background_task.due()).items():
                self._deliveries.start(key, work)
        await self._fill_slots()

    async def _begin_jobs(self, now_milliseconds: int) -> None:
        """The next step of each, and the end of those whose engine was switched off."""
        preparing = await self._preparing_engines()
        for job in await jobs.open_jobs(self._database):
            if job.state in WAITING and not self._engines.is_on(job.engine):
                self._start(self._jobs, job, partial(self._switched_off, job.id))
            elif _has_a_step(job, preparing) and job.not_before_milliseconds <= now_milliseconds:
                self._begin(job)

    def _begin(self, job: Job) -> None:
        """What must not be torn by a stop runs among the critical ones."""
        critical = job.state == JobState.DELIVERING
        workers = self._critical if critical else self._jobs
        self._start(workers, job, partial(self._step, job.id, job.state))

    def _start(
        self, workers: TaskPool, job: Job, work: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """At most one thing is done about a job at a time."""
        if not (self._critical.busy(job.id) or self._jobs.busy(job.id)):
            workers.start(job.id, work)

    async def _preparing_engines(self) -> set[str]:
        """Those for which handing files over may work."""
        names = [engine.name for engine in self._engines.on]
        return {name for name in names if await self._outages.of(name).may_prepare()}

    async def _switched_off(self, job_id: int) -> None:
        """It waits for an engine that the operator switched off: nothing of it was begun."""
        job = await jobs.get(self._database, job_id)
        if job is not None and job.state in WAITING:
            await self._finisher.fail(
                job, "failed-switched-off", job.engine, only_in=JobState(job.state)
            )

    async def _fill_slots(self) -> None:
        for engine in self._engines.on:
            await self._fill_slots_of(engine)

    async def _fill_slots_of(self, engine: Engine) -> None:
        while self._submission.may_begin(engine.name):
            try:
                job = await self._take_slot(engine)
            except NotDue:
                return
            if job is None:
                return
            self._critical.start(job.id, partial(self._submission.submit, job))

    async def _take_slot(self, engine: Engine) -> Job | None:
        """The next in turn; raises NotDue while the provider refuses to serve."""
        outages = self._outages.of(engine.name)
        async with self._database.transaction() as tx:
            probe = await outages.probe(tx)
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

    async def _receive(self, media_id: int) -> None:
        item = await media.get(self._database, media_id)
        if item is not None and item.state == media.MediaState.RECEIVED:
            await self._intake.receive(item)

    async def _step(self, job_id: int, state: str) -> None:
        """One step of a job, if it still is where it was seen."""
        job = await jobs.get(self._database, job_id)
        if job is None or job.state != state or job.state in FINAL:
            return
        try:
            await self._steps[job.state](job)
        except (service.TryAgain, service.InputNotFetched, chat.TryAgain) as failure:
            await self._later(job, failure)
        except service.ServiceStopped as failure:
            await self._stopped(job, failure)
        except service.DashScopeError as failure:
            await self._operator.tell_of(failure, job.id)
            await self._later(job, failure)

    async def _prepare(self, job: Job) -> None:
        try:
            await self._preparation.prepare(job)
        except (MediaLost, chat.FileGone, chat.FileTooBig) as failure:
            await self._finisher.fail(job, "failed-gone", str(failure))
            return
        except PhotoUnsuitable as failure:
            await self._finisher.fail(job, "failed-photo", failure.code)
            return
        except NoVerdict as failure:
            await self._operator.tell_of_no_verdict(failure)
            await self._finisher.fail(job, "failed-no-verdict", str(failure))
            return
        except (TooManyChecks, BudgetExhausted) as failure:
            await self._finisher.fail(job, "failed-unchecked", str(failure))
            return
        except (service.Moderated, service.InputRefused) as failure:
            await self._finisher.fail(job, failure_text(failure), failure.code)
            return
        async with self._database.transaction() as tx:
            await moves.prepared(tx, job.id)

    async def _later(self, job: Job, failure: Exception) -> None:
        """A job that costs nothing yet gives up in the end; one that is paid for never does."""
        delay_seconds = _RETRIES.delay_seconds(min(job.tries + 1, 7), _repeatable(failure))
        if job.state == JobState.PREPARING and job.tries + 1 >= _RETRIES.attempts:
            await self._finisher.fail(job, "failed-service", str(failure))
            return
        logger.warning("job %s: %s, again in %.0f s", job.id, failure, delay_seconds or 60)
        not_before = self._clock.now_milliseconds() + int((delay_seconds or 60.0) * 1000)
        async with self._database.transaction() as tx:
            await moves.postpone(tx, job.id, not_before)

    async def _stopped(self, job: Job, failure: service.ServiceStopped) -> None:
        """What waits is held back by the stop; what is paid for is looked at again and again."""
        if job.state == JobState.PREPARING or failure.cause in ACCOUNT_WIDE:
            await self._outages.of(job.engine).refused(Work.SUBMIT, failure)
        else:
            await self._operator.tell_of(failure, job.id)
        if job.state != JobState.PREPARING:
            await self._later(job, failure)

    async def _keep_showing(self) -> None:
        while True:
            await self._progress.show()
            await self._clock.sleep(_SHOW_EVERY_SECONDS)


def _has_a_step(job: Job, preparing: set[str]) -> bool:
    """A ready job waits for its slot, and of a whole in parts those are worked on."""
    if job.state in (JobState.READY, JobState.IN_PARTS):
        return False
    return job.state != JobState.PREPARING or job.engine in preparing


def _repeatable(failure: Exception) -> Exception:
    return failure if isinstance(failure, service.TryAgain) else service.TryAgain(str(failure))
