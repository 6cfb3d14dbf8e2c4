"""The pipeline's parts, wired for tests of one of them or of several."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from bot.chat.messenger import Messenger
from bot.chat.receipt import Receipts
from bot.chat.status import Progress
from bot.delivery.finish import Finisher
from bot.engines.face_check import Detection
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.intake.inputs import LongVoice
from bot.jobs.fetch import ResultFetch
from bot.jobs.prepare import Preparation
from bot.jobs.slots import Slots
from bot.jobs.steps import JobSteps
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from bot.media import calls
from bot.media.picture.normalise import NormalisedPicture
from bot.media.sound.normalise import NormalisedSound
from bot.outbox import Work
from bot.telegram.destination import Destination
from bot.worker import Worker
from storage import media
from storage.db.database import Database
from storage.jobs import jobs, moves, task_moves, tasks
from storage.jobs.jobs import Job, JobState
from storage.jobs.tasks import Task, TaskState
from tests.storage import orders
from tests.support.clock import FakeClock
from tests.support.common import common_services
from tests.support.deadlines import eventually
from tests.support.fakes import FakeSender, FakeWorker
from tests.support.limits import terms_with
from tests.support.scripted_engine import ScriptedEngine

OPERATOR = 7001
_tasks = itertools.count(1)


def _picture(data: bytes) -> NormalisedPicture:
    return NormalisedPicture(data, 400, 400, "", enlarged=False, faces=())


def _sound(data: bytes, *_: object) -> NormalisedSound:
    return NormalisedSound(data, 5_000, 5_000, False, -16.0, -1.0, None)


class Fakes:
    """The parts."""

    def __init__(self, database: Database, clock: FakeClock, results: Path) -> None:
        self.looks = 0
        self.database = database
        self.clock = clock
        self.engine = engine = ScriptedEngine(clock)
        self.engines = engines = Engines(engine)
        self.sender = FakeSender()
        self.media_worker = FakeWorker(
            {calls.normalise_picture: _picture, calls.normalise_sound: _sound}
        )
        results.mkdir(parents=True, exist_ok=True)
        limits = terms_with(admin_ids=frozenset({OPERATOR}), results=results, poll_seconds=0.0)
        self.common = common = common_services(
            database, clock, limits, sender=self.sender, worker=self.media_worker
        )
        self.wakeup, self.operator = common.wakeup, common.operator
        self.messenger = messenger = Messenger(common=common)
        self.finisher = finisher = Finisher(
            common=common, messenger=messenger, receipts=Receipts(common=common)
        )
        self.outages = outages = Outages(common=common, account=engine.account)
        self.watch = Watch(common=common, engines=engines, finisher=finisher, outages=outages)
        self.result = ResultFetch(common=common, engines=engines, finisher=finisher)
        self.preparation = preparation = Preparation(
            common=common,
            long_voice=LongVoice(300_000),
            engines=engines,
            detection=Detection(common=common, outages=outages),
        )
        self.submission = Submission(
            common=common,
            engines=engines,
            preparation=preparation,
            finisher=finisher,
            outages=outages,
        )
        self.slots = Slots(
            common=common, engines=engines, outages=outages, submission=self.submission
        )
        self.worker = Worker(
            common=common,
            intake=cast(Any, self),
            steps=JobSteps(
                common=common,
                engines=engines,
                outages=outages,
                preparation=preparation,
                task_steps={
                    TaskState.SUBMITTING: self.submission.reconcile,
                    TaskState.RUNNING: self.watch.watch,
                    TaskState.FETCHING: self.result.fetch,
                },
                job_steps={JobState.JOINING: self.join, JobState.DELIVERING: self.deliver},
                finisher=finisher,
            ),
            slots=self.slots,
            progress=Progress(
                common=common, messenger=messenger, slots=engine.slots, outages=outages
            ),
            background_tasks=[outages, self.operator, self],
        )

    async def conclude(self, media_id: int) -> None:
        """In the place of `Intake`: nothing is said about halves."""
        async with self.database.transaction() as tx:
            item = await media.get(tx, media_id)
            assert item is not None
            await media.announced(tx, item)

    async def join(self, job: Job) -> None:
        """In the place of `Joining`: the results are one video."""
        async with self.database.transaction() as tx:
            await moves.joined(tx, job.id)

    async def deliver(self, job: Job) -> None:
        """In the place of `Delivery`: the video arrives."""
        async with self.database.transaction() as tx:
            await moves.delivered(tx, job, chat_id=job.chat_id, message_id=99, file_id="v")

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

    async def waiting_task(self, user_id: int = 1) -> Task:
        """The task of such a job."""
        return await self.task_of(await self.waiting_job(user_id))

    async def running_task(self) -> Task:
        """A task that the provider has."""
        await self.waiting_job()
        async with self.database.transaction() as tx:
            engine = self.engine
            taken = await task_moves.take_slot(
                tx, account=engine.account, slots=9, engine=engine.name
            )
            assert taken is not None
            await task_moves.submitted(tx, taken, f"t-{next(_tasks)}")
        return await self.task(taken.id)

    async def running_job(self) -> Job:
        """The job of such a task."""
        return await self.job((await self.running_task()).job_id)

    async def rendered_task(self, url: str | None) -> Task:
        """A task that succeeded, with that address."""
        task = await self.running_task()
        async with self.database.transaction() as tx:
            await task_moves.rendered(tx, task, video_url=url, billed_milliseconds=5_000)
        return await self.task(task.id)

    async def task(self, number: int) -> Task:
        """As it stands."""
        found = await tasks.get(self.database, number)
        assert found is not None
        return found

    async def task_of(self, job: Job) -> Task:
        """The first task of a job, as it stands."""
        return await orders.task_of(self.database, job)

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

    async def post(self) -> None:
        """Send what the operator is to be told, as the pipeline does."""
        await self.operator.send_deliveries(OPERATOR)

    def told(self) -> list[str]:
        """What the operator was told."""
        return self.sender.to(OPERATOR)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The pipeline at work."""
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
        """Let the pipeline look so many times: what it would do, it has begun by then."""
        wanted = self.looks + number
        await self.until(lambda: self.looks >= wanted)

    async def due(self) -> dict[Hashable, Work]:
        """In the place of a `BackgroundTask`: counts how often the pipeline looked."""
        self.looks += 1
        return {}
