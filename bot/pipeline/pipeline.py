"""The pipeline: looks at the database for what is to be done, and has it done.

It keeps nothing that the database does not know: after any crash, `run` goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.dashscope.retry import RetrySchedule
from bot.pipeline.chores import Chore
from bot.pipeline.delivery import Delivery
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine
from bot.pipeline.engines import Engines
from bot.pipeline.intake import Intake
from bot.pipeline.joining import Joining
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.preparation import HalfLost, PhotoUnsuitable, Preparation
from bot.pipeline.progress import Progress
from bot.pipeline.reasons import failure_text
from bot.pipeline.result import ResultFetch
from bot.pipeline.stops import ACCOUNT_WIDE, NotDue, Stops
from bot.pipeline.submission import Submission
from bot.pipeline.watching import Watch
from bot.pipeline.workers import Workers
from bot.telegram import errors as chat
from storage import jobs, media, moves
from storage.database import Database
from storage.jobs import FINAL, WAITING, Job, JobState
from storage.ledger import BudgetExhausted
from storage.stops import Work
from storage.verdicts import NoVerdict, TooManyChecks

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
_SHOW_EVERY_SECONDS = 1.0
_INTAKES_AT_ONCE = 4
_INTAKES_AHEAD = 32
_JOBS_AT_ONCE = 16
_LETTERS_AT_ONCE = 4
_GRACE_SECONDS = 3.0
_CRITICAL_GRACE_SECONDS = 15.0
_RETRIES = RetrySchedule(attempts=40, first_seconds=1.0, longest_seconds=60.0)
"""About half an hour, for a job that costs nothing yet."""


class Pipeline:
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
        ending: Ending,
        progress: Progress,
        operator: Operator,
        stops: Stops,
        chores: Sequence[Chore],
        nudge: Nudge,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engines = engines
        self._intake = intake
        self._preparation = preparation
        self._submission = submission
        self._operator = operator
        self._stops = stops
        self._ending = ending
        self._progress = progress
        self._chores = chores
        self._nudge = nudge
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
        self._halves = Workers(_INTAKES_AT_ONCE, nudge)
        self._jobs = Workers(_JOBS_AT_ONCE, nudge)
        self._critical = Workers(_JOBS_AT_ONCE, nudge)
        self._letters = Workers(_LETTERS_AT_ONCE, nudge)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then leave everything in a state to go on from.

        A start is a reason to try again what the provider refused: the key may be a new one.
        """
        await self._stops.resume(asked=False)
        shower = asyncio.create_task(self._keep_showing())
        try:
            while not stop.is_set():
                if shower.done():
                    shower.result()
                await self._begin_what_is_due()
                await self._nudge.wait(_LOOK_EVERY_SECONDS)
        finally:
            shower.cancel()
            await asyncio.gather(shower, return_exceptions=True)
            await asyncio.gather(
                self._halves.close(_GRACE_SECONDS),
                self._critical.close(_CRITICAL_GRACE_SECONDS),
                self._jobs.close(0),
                self._letters.close(_GRACE_SECONDS),
            )

    async def _begin_what_is_due(self) -> None:
        now = self._clock.now_milliseconds()
        for half in await media.due(self._database, now, _INTAKES_AHEAD):
            self._halves.start(half.id, partial(self._take, half.id))
        for half in await media.unannounced(self._database, now, _INTAKES_AHEAD):
            self._halves.start(half.id, partial(self._intake.conclude, half.id))
        await self._begin_jobs(now)
        await self._stops.give_up_waiting()
        for job in await jobs.unannounced(self._database, now):
            self._start(self._jobs, job, partial(self._ending.announce, job.id))
        if await self._stops.has_news():
            self._jobs.start("stops", self._stops.tell)
        for admin_id in await self._operator.waiting():
            self._letters.start(admin_id, partial(self._operator.send_letters, admin_id))
        for chore in self._chores:
            for key, work in (await chore.due()).items():
                self._letters.start(key, work)
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
        self, workers: Workers, job: Job, work: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """At most one thing is done about a job at a time."""
        if not (self._critical.busy(job.id) or self._jobs.busy(job.id)):
            workers.start(job.id, work)

    async def _preparing_engines(self) -> set[str]:
        """Those for which handing files over may work."""
        names = [engine.name for engine in self._engines.on]
        return {name for name in names if await self._stops.of(name).may_prepare()}

    async def _switched_off(self, job_id: int) -> None:
        """It waits for an engine that the operator switched off: nothing of it was begun."""
        job = await jobs.get(self._database, job_id)
        if job is not None and job.state in WAITING:
            await self._ending.fail(
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
        stops = self._stops.of(engine.name)
        async with self._database.transaction() as tx:
            trial = await stops.trial(tx)
            job = await moves.take_slot(
                tx,
                account=engine.account,
                slots=engine.slots,
                engine=engine.name,
                now_milliseconds=self._clock.now_milliseconds(),
                submitting_at_milliseconds=engine.now_milliseconds(),
            )
            if job is not None and trial is not None:
                await stops.begin_trial(tx, trial)
        return job

    async def _take(self, half_id: int) -> None:
        half = await media.get(self._database, half_id)
        if half is not None and half.state == media.MediaState.RECEIVED:
            await self._intake.take(half)

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
        except (HalfLost, chat.FileGone, chat.FileTooBig) as failure:
            await self._ending.fail(job, "failed-gone", str(failure))
            return
        except PhotoUnsuitable as failure:
            await self._ending.fail(job, "failed-photo", failure.code)
            return
        except NoVerdict as failure:
            await self._operator.tell_of_no_verdict(failure)
            await self._ending.fail(job, "failed-no-verdict", str(failure))
            return
        except (TooManyChecks, BudgetExhausted) as failure:
            await self._ending.fail(job, "failed-unchecked", str(failure))
            return
        except (service.Moderated, service.InputRefused) as failure:
            await self._ending.fail(job, failure_text(failure), failure.code)
            return
        async with self._database.transaction() as tx:
            await moves.prepared(tx, job.id)

    async def _later(self, job: Job, failure: Exception) -> None:
        """A job that costs nothing yet gives up in the end; one that is paid for never does."""
        delay_seconds = _RETRIES.delay_seconds(min(job.tries + 1, 7), _repeatable(failure))
        if job.state == JobState.PREPARING and job.tries + 1 >= _RETRIES.attempts:
            await self._ending.fail(job, "failed-service", str(failure))
            return
        logger.warning("job %s: %s, again in %.0f s", job.id, failure, delay_seconds or 60)
        not_before = self._clock.now_milliseconds() + int((delay_seconds or 60.0) * 1000)
        async with self._database.transaction() as tx:
            await moves.postpone(tx, job.id, not_before)

    async def _stopped(self, job: Job, failure: service.ServiceStopped) -> None:
        """What waits is held back by the stop; what is paid for is looked at again and again."""
        if job.state == JobState.PREPARING or failure.cause in ACCOUNT_WIDE:
            await self._stops.of(job.engine).refused(Work.SUBMIT, failure)
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
