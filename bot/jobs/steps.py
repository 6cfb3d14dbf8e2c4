"""The next step of each job, and what becomes of a job whose step fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.chat.provider_texts import failure_text
from bot.common import CommonServices, Component
from bot.dashscope import errors as service
from bot.delivery.finish import Finisher
from bot.engines.outages import ACCOUNT_WIDE, Outages
from bot.engines.registry import Engines
from bot.jobs.prepare import MediaLost, PhotoUnsuitable, Preparation
from bot.retry import PROVIDER
from bot.task_pool import Work
from bot.telegram import errors as chat
from storage import outages as stored
from storage.jobs import jobs, moves
from storage.jobs.jobs import FINAL, WAITING, Job, JobState
from storage.jobs.ledger import BudgetExhausted
from storage.verdicts import NoVerdict, TooManyChecks

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class JobSteps(Component):
    """`steps` are those of the states after preparing."""

    common: CommonServices
    engines: Engines
    outages: Outages
    preparation: Preparation
    steps: Mapping[str, Callable[[Job], Awaitable[None]]]
    finisher: Finisher

    async def due(self) -> list[tuple[Job, Work]]:
        """What is to be done now about jobs that are open, or whose end was not said."""
        found = await self._next_steps()
        await self.outages.give_up_waiting()
        for job in await jobs.unannounced(self.database):
            found.append((job, partial(self.finisher.announce, job.id)))
        return found

    async def _next_steps(self) -> list[tuple[Job, Work]]:
        """Of each, and the end of those whose engine was switched off."""
        preparing, now = await self._preparing_engines(), self.database.now_milliseconds
        found: list[tuple[Job, Work]] = []
        for job in await jobs.open_jobs(self.database):
            if job.state in WAITING and not self.engines.is_on(job.engine):
                found.append((job, partial(self._switched_off, job.id)))
            elif _has_a_step(job, preparing) and job.not_before_milliseconds <= now:
                found.append((job, partial(self._step, job.id, job.state)))
        return found

    async def _preparing_engines(self) -> set[str]:
        """Those for which handing files over may work."""
        names = [engine.name for engine in self.engines.on]
        return {name for name in names if await self.outages.of(name).may_prepare()}

    async def _switched_off(self, job_id: int) -> None:
        """It waits for an engine that the operator switched off: nothing of it was begun."""
        job = await jobs.get(self.database, job_id)
        if job is not None and job.state in WAITING:
            await self.finisher.fail(
                job, "failed-switched-off", job.engine, only_in=JobState(job.state)
            )

    async def _step(self, job_id: int, state: str) -> None:
        """One step of a job, if it still is where it was seen."""
        job = await jobs.get(self.database, job_id)
        if job is None or job.state != state or job.state in FINAL:
            return
        try:
            await (self.steps.get(job.state) or self._prepare)(job)
        except (service.Transient, chat.TryAgain) as failure:
            await self._later(job, failure, failure.retry_after_seconds)
        except service.ServiceStopped as failure:
            await self._stopped(job, failure)
        except service.DashScopeError as failure:
            await self.operator.tell_of(failure, job.id)
            await self._later(job, failure)

    async def _prepare(self, job: Job) -> None:
        try:
            await self.preparation.prepare(job)
        except (MediaLost, chat.FormRefused) as failure:
            await self.finisher.fail(job, "failed-gone", str(failure))
            return
        except PhotoUnsuitable as failure:
            await self.finisher.fail(job, "failed-photo", failure.code)
            return
        except NoVerdict as failure:
            await self.operator.tell_of_no_verdict(failure)
            await self.finisher.fail(job, "failed-no-verdict", str(failure))
            return
        except (TooManyChecks, BudgetExhausted) as failure:
            await self.finisher.fail(job, "failed-unchecked", str(failure))
            return
        except service.ContentRefused as failure:
            await self.finisher.fail(job, failure_text(failure), failure.code)
            return
        async with self.database.transaction() as tx:
            await moves.prepared(tx, job.id)

    async def _later(
        self, job: Job, failure: Exception, asked_seconds: float | None = None
    ) -> None:
        """A job that costs nothing yet gives up in the end; one that is paid for never does."""
        attempt = job.tries + 1
        if job.state == JobState.PREPARING and PROVIDER.delay_seconds(attempt) is None:
            await self.finisher.fail(job, "failed-service", str(failure))
            return
        delay_seconds = PROVIDER.endless_delay_seconds(attempt, asked_seconds)
        logger.warning("job %s: %s, again in %.0f s", job.id, failure, delay_seconds)
        not_before = self.clock.now_milliseconds() + int(delay_seconds * 1000)
        async with self.database.transaction() as tx:
            await moves.postpone(tx, job.id, not_before)

    async def _stopped(self, job: Job, failure: service.ServiceStopped) -> None:
        """What waits is held back by the stop; what is paid for is looked at again and again."""
        if job.state == JobState.PREPARING or failure.cause in ACCOUNT_WIDE:
            await self.outages.of(job.engine).refused(stored.Work.SUBMIT, failure)
        else:
            await self.operator.tell_of(failure, job.id)
        if job.state != JobState.PREPARING:
            await self._later(job, failure)


def _has_a_step(job: Job, preparing: set[str]) -> bool:
    """A ready job waits for its slot, and of a whole in parts those are worked on."""
    if job.state in (JobState.READY, JobState.IN_PARTS):
        return False
    return job.state != JobState.PREPARING or job.engine in preparing
