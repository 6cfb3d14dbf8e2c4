"""The worker: looks at the database for what is to be done, and has it done.

It keeps nothing that the database does not know: after any crash, `run` goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence, Set
from functools import partial

from bot.chat.status import Progress
from bot.clock_watch import ClockWatch
from bot.common import Component, Part
from bot.engines.outages import Outages
from bot.intake.intake import Intake
from bot.jobs.steps import JobSteps, Step, StepPool
from bot.jobs.submit import Submission
from bot.outbox import OutboxRunner
from bot.task_pool import BackgroundTask, TaskPool
from storage import due
from storage.due import Due
from storage.media import Media

_LOOK_EVERY_SECONDS = 1.0
_SHOW_EVERY_SECONDS = 1.0
_INTAKES_AT_ONCE = 4
_INTAKES_AHEAD = 32
_JOBS_AT_ONCE = 16
_DELIVERIES_AT_ONCE = 4
_IN_BACKGROUND_AT_ONCE = 8
"""More than there are: a backup takes its time, and nothing waits for it."""
_GRACE_SECONDS = 3.0
_STEP_GRACE_SECONDS = {StepPool.SUBMITTING: 15.0, StepPool.DELIVERING: 15.0}
"""What must not be torn by a stop; other steps are begun again after the next start."""


class Worker(Component):
    """Runs until it is stopped."""

    intake = Part(Intake)
    steps = Part(JobSteps)
    submission = Part(Submission)
    outages = Part(Outages)
    progress = Part(Progress)
    clock_watch = Part(ClockWatch)
    background_tasks: Sequence[BackgroundTask]
    outbox: OutboxRunner
    on_round: Callable[[], None] = lambda: None
    """Called after every look."""

    def __post_init__(self) -> None:
        wakeup = self.common.wakeup
        self._items = TaskPool(_INTAKES_AT_ONCE, wakeup)
        self._pools = {pool: TaskPool(_JOBS_AT_ONCE, wakeup) for pool in StepPool}
        self._deliveries = TaskPool(_DELIVERIES_AT_ONCE, wakeup)
        self._background = TaskPool(_IN_BACKGROUND_AT_ONCE, wakeup)

    @property
    def loads(self) -> dict[str, float]:
        """How many places are taken of each pool, 0..1, by its name."""
        pools = {pool.name.lower(): tasks.load for pool, tasks in self._pools.items()}
        pools |= {"intake": self._items.load, "background": self._deliveries.load}
        return {**pools, "outbox": self.outbox.pool.load}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then leave everything in a state to go on from."""
        # A start is a reason to try again what the provider refused: the key may be a new one.
        await self.outages.resume(asked=False)
        shower = asyncio.create_task(self._keep_showing())
        try:
            while not stop.is_set():
                if shower.done():
                    shower.result()
                await self._begin_what_is_due()
                self.on_round()
                await self.common.wakeup.wait(_LOOK_EVERY_SECONDS)
        finally:
            shower.cancel()
            await asyncio.gather(shower, return_exceptions=True)
            closing = [
                pool.close(_STEP_GRACE_SECONDS.get(of, 0)) for of, pool in self._pools.items()
            ]
            others = (self._items, self._deliveries, self._background, self.outbox.pool)
            await asyncio.gather(*closing, *(pool.close(_GRACE_SECONDS) for pool in others))

    async def _begin_what_is_due(self) -> None:
        """Free slots first: the service stands still while one is."""
        await self.clock_watch.look()
        kinds = await due.kinds(self.database)
        async for task, work in self.submission.fill(kinds):
            self._pools[StepPool.SUBMITTING].start(("task", task.id), work)
        await self._begin_intakes(kinds)
        begun = sum(pool.begun for pool in self._pools.values())
        broken = sum(pool.broken for pool in self._pools.values())
        for step in await self.steps.due(kinds, begun, broken):
            self._begin(step)
        if Due.JOBS_WITHOUT_STATUS in kinds:
            await self._begin_background(self.progress, self._deliveries)
        for background_task in self.background_tasks:
            await self._begin_background(background_task, self._background)
        if Due.OUTBOX in kinds:
            await self.outbox.begin_what_is_due()

    async def _begin_intakes(self, kinds: Set[Due]) -> None:
        if Due.MEDIA in kinds:
            for item in await due.rows(self.database, Media, Due.MEDIA, _INTAKES_AHEAD):
                self._items.start(item.id, partial(self.intake.receive, item.id))
        if Due.UNANNOUNCED_MEDIA in kinds:
            unsaid = Due.UNANNOUNCED_MEDIA
            for item in await due.rows(self.database, Media, unsaid, _INTAKES_AHEAD):
                self._items.start(item.id, partial(self.intake.conclude, item.id))

    async def _begin_background(self, background_task: BackgroundTask, pool: TaskPool) -> None:
        for key, work in (await background_task.due()).items():
            pool.start(key, work)

    def _begin(self, step: Step) -> None:
        """At most one thing at a time."""
        if not any(pool.busy(step.key) for pool in self._pools.values()):
            self._pools[step.pool].start(step.key, step.work)

    async def _keep_showing(self) -> None:
        while True:
            await self.progress.show()
            await self.clock.sleep(_SHOW_EVERY_SECONDS)
