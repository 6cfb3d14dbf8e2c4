"""The bot's packages over fake services: all that lies between the database and the outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

from pydantic import SecretStr

from bot.alerts import Operator
from bot.chat.messenger import Messenger
from bot.clock import Clock
from bot.common import CommonServices, TelegramServices, build_outbox
from bot.config.settings import Settings
from bot.delivery.earlier_videos import EarlierVideos
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.jobs.steps import JobSteps
from bot.limits import Limits, limits_of
from bot.media import calls
from bot.media.exchange import NormalisedPicture, NormalisedSound
from bot.outbox import OutboxRunner
from bot.task_pool import Work
from bot.telegram.destination import Destination
from bot.telegram.members import Members
from bot.telegram.sender import Sender
from bot.texts import Texts
from bot.wakeup import Wakeup
from bot.worker import Worker
from storage import media
from storage.db.database import Database
from storage.jobs import jobs, moves, tasks
from storage.jobs.jobs import Job, JobState
from storage.jobs.tasks import Task
from tests.storage import orders
from tests.support.clock import FakeClock
from tests.support.credentials import KEY, SECRET_TOKEN
from tests.support.deadlines import eventually
from tests.support.fakes import FakeFiles, FakeMedia, FakeSender
from tests.support.scripted_engine import ScriptedEngine

OPERATOR = 7_002
_LIMITS = limits_of(
    Settings(
        telegram_bot_token=SECRET_TOKEN,
        dashscope_api_key=SecretStr(KEY),
        longest_voice_seconds=Decimal("19.9"),
        keep_results_hours=Decimal(48),
    )
)


async def run_all(runner: OutboxRunner) -> None:
    """Until nothing is due."""
    while await runner.attempt_due():
        pass


def limits_with(**changed: Any) -> Limits:
    """What holds for everybody in tests that set nothing up, but for these."""
    return _LIMITS.model_copy(update=changed)


def common_services(
    database: Database,
    clock: Clock,
    limits: Limits,
    *,
    sender: Sender,
    members: Members | None,
    worker: FakeMedia,
) -> CommonServices:
    """What is not given is fake, or missing where no test needs it."""
    texts, missing = Texts(), cast(Any, None)
    return CommonServices(
        database=database,
        clock=clock,
        limits=limits,
        texts=texts,
        telegram=TelegramServices(
            bot_name="talking_photo_bot",
            sender=sender,
            members=members or missing,
            files=FakeFiles(),
        ),
        media=worker,
        operator=Operator(
            database=database, sender=sender, texts=texts, admin_ids=limits.admin_ids
        ),
        wakeup=Wakeup(),
    )


def _picture(data: bytes) -> NormalisedPicture:
    return NormalisedPicture(data, 400, 400, "", enlarged=False, faces=())


def _sound(data: bytes, *_: object) -> NormalisedSound:
    return NormalisedSound(data, 5_000, None)


class Services:
    """What the packages build on top of the common services, with one engine that is scripted."""

    def __init__(self, common: CommonServices, clock: FakeClock) -> None:
        self.common, self.clock = common, clock
        self.database, self.operator = common.database, common.operator
        self.results = common.limits.results_directory
        self.engine = ScriptedEngine(clock)
        self.engines = Engines(self.engine)
        self.outages = Outages(common=common, engine=self.engine)
        common.give(self.engines, self.outages)
        self.results.mkdir(parents=True, exist_ok=True)
        self.messenger = common.part(Messenger)
        self.steps = common.part(JobSteps)
        self.deliverer, self.finisher = self.steps.deliverer, self.steps.finisher
        self.earlier = common.part(EarlierVideos)
        self.watch, self.result = self.steps.watch, self.steps.result
        self.submission, self.preparation = self.steps.submission, self.steps.preparation
        self.outbox = build_outbox(common, [common.operator.kind])

    async def job(self, job_id: int) -> Job:
        """As it stands."""
        found = await jobs.get(self.database, job_id)
        assert found is not None
        return found

    async def ledger(self) -> dict[str, int]:
        """The sums of the books."""
        row = await self.database.fetch_one(
            "SELECT COALESCE(SUM(held_quota_milliseconds), 0) AS held, "
            "COALESCE(SUM(spent_quota_milliseconds), 0) AS quota, "
            "COALESCE(SUM(spent_micro_yuan), 0) AS money, MAX(flagged) AS flagged FROM ledger"
        )
        assert row is not None
        return row


class Fakes(Services):
    """With a fake Telegram, and a worker that has it all done but for intake and delivery."""

    def __init__(self, database: Database, clock: FakeClock, results: Path) -> None:
        self.looks = 0
        self.sender = FakeSender()
        self.media_worker = worker = FakeMedia(
            {calls.normalise_picture: _picture, calls.normalise_sound: _sound}
        )
        admins = frozenset({OPERATOR})
        limits = limits_with(admin_ids=admins, data_dir=results.parent, poll_seconds=0.0)
        common = common_services(
            database, clock, limits, sender=self.sender, members=None, worker=worker
        )
        super().__init__(common, clock)
        self.wakeup = common.wakeup
        self.steps.job_steps[JobState.DELIVERING] = self.deliver
        self.worker = Worker(common=common, background_tasks=[self], outbox=self.outbox)
        self.worker.intake = cast(Any, self)
        show, none_new = self.worker.progress.show, AsyncMock(return_value={})
        self.worker.progress = cast(Any, SimpleNamespace(show=show, due=none_new))

    async def conclude(self, media_id: int) -> None:
        """In the place of `Intake`: nothing is said about photos and voices."""
        async with self.database.transaction() as tx:
            item = await media.get(tx, media_id)
            assert item is not None
            await media.announced(tx, item)

    async def deliver(self, job: Job) -> None:
        """In the place of `Delivery`: the video arrives."""
        async with self.database.transaction() as tx:
            await moves.delivered(await orders.shown(tx, job), job)

    async def waiting_job(self, user_id: int = 1) -> Job:
        """A job that waits for its slot, with a status message and copies at the provider."""
        now = self.clock.now_milliseconds()
        job = await orders.start(self.database, user_id)
        sent = await self.sender.send_text(Destination(job.chat_id), "…")
        async with self.database.transaction() as tx:
            await moves.set_status_message(
                tx, job.id, chat_id=sent.chat_id, message_id=sent.message_id
            )
            for item in (job.photo_id, job.voice_id):
                await media.set_upload(tx, item, f"oss://{item}", now + 48 * 3600_000)
        await orders.make_ready(self.database, job)
        return await self.job(job.id)

    async def running_task(self) -> Task:
        """A task that the provider has."""
        await self.waiting_job()
        return await orders.run_next(self.database, slots=9)

    async def running_job(self) -> Job:
        """The job of such a task."""
        return await self.job((await self.running_task()).job_id)

    async def rendered_task(self, url: str | None) -> Task:
        """A task that succeeded, with that address."""
        task = await self.running_task()
        await orders.bill(self.database, task, url=url)
        return await self.task(task.id)

    async def task(self, number: int) -> Task:
        """As it stands."""
        found = await tasks.get(self.database, number)
        assert found is not None
        return found

    async def task_of(self, job: Job) -> Task:
        """The first task of a job, as it stands."""
        return await orders.task_of(self.database, job)

    async def post(self) -> None:
        """Send what the operator is to be told, as the worker does."""
        await run_all(self.outbox)

    def told(self) -> list[str]:
        """What the operator was told."""
        return self.sender.to(OPERATOR)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The worker at work."""
        stop = asyncio.Event()
        work = asyncio.create_task(self.worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            self.wakeup()
            await work

    async def until(self, seen: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
        """Wait for it, nudging; in real time it takes moments."""

        def look() -> Awaitable[bool] | bool:
            self.wakeup()
            self.clock.let_go()
            return seen()

        await eventually(look)

    async def rounds(self, number: int = 5) -> None:
        """Let the worker look so many times: what it would do, it has begun by then."""
        wanted = self.looks + number
        await self.until(lambda: self.looks >= wanted)

    async def due(self) -> dict[Hashable, Work]:
        """In the place of a `BackgroundTask`: counts how often the worker looked."""
        self.looks += 1
        return {}
