"""A job that is rendered and kept on disk, a local Telegram, and all of delivery between them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from telegram import Bot

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.chat.receipt import Receipts
from bot.common import CommonServices, build_outbox
from bot.delivery.deliver import Delivery
from bot.delivery.finish import Finisher
from bot.delivery.last_video import LastVideo
from bot.delivery.package import Packager
from bot.delivery.private_fallback import PrivateFallbacks
from bot.telegram.connection import build_bot
from bot.telegram.destination import Destination
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender
from storage.db.database import Database
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from tests.storage import orders
from tests.support.bot_api import Json
from tests.support.clock import FakeClock
from tests.support.common import common_services, run_all
from tests.support.credentials import SECRET_TOKEN
from tests.support.fakes import FakeWorker
from tests.support.limits import terms_with
from tests.support.local_telegram import PRIVATE, LocalTelegram, local_telegram

ADA, OLGA = PRIVATE, PRIVATE + 1
STATUS = 1
"""The id of Ada's status message: the first message of her chat."""

BILLED_MILLISECONDS = 5_000


@dataclass
class Setup:
    """Everything, and hands and eyes of the people."""

    telegram: LocalTelegram
    database: Database
    results: Path
    clock: FakeClock
    sender: Sender
    worker: FakeWorker
    packager: Packager
    delivery: Delivery
    last: LastVideo
    video: bytes
    common: CommonServices

    async def videos(self, chat_id: int = ADA) -> list[Json]:
        """The messages with a video."""
        return [message for message in await self.telegram.seen(chat_id) if "video" in message]

    async def rendered(self, user_id: int = ADA) -> Job:
        """A job whose video is on disk, with a status message in the chat."""
        job = await orders.start(self.database, user_id)
        job = await orders.render(self.database, job, BILLED_MILLISECONDS)
        (self.results / f"{job.id}.mp4").write_bytes(self.video)
        sent = await self.sender.send_text(Destination(user_id), "Your video is ready: sending it…")
        async with self.database.transaction() as tx:
            await moves.set_status_message(
                tx, job.id, chat_id=sent.chat_id, message_id=sent.message_id
            )
        return await self.job(job)

    async def job(self, job: Job) -> Job:
        """The job as it is now."""
        current = await jobs.get(self.database, job.id)
        assert current is not None
        return current

    async def job_of(self, message_id: int) -> Job:
        """The job whose video this message is."""
        row = await self.database.fetch_one(
            "SELECT id FROM jobs WHERE video_message_id = :id", {"id": message_id}
        )
        assert row is not None
        found = await jobs.get(self.database, row["id"])
        assert found is not None
        return found

    async def deliver(self, job: Job) -> Job:
        """One attempt, with what it has to tell the operator; the job afterwards."""
        await self.delivery.deliver(await self.job(job))
        await run_all(build_outbox(self.common, [self.common.operator.kind]))
        return await self.job(job)

    async def ledger(self, job: Job) -> tuple[int, int]:
        """What is held and what is spent for it, in quota milliseconds."""
        row = await self.database.fetch_one(
            "SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent"
            " FROM ledger WHERE job_id = :id",
            {"id": job.id},
        )
        assert row is not None
        return row["held"], row["spent"]


@asynccontextmanager
async def set_up(directory: Path, video: bytes) -> AsyncIterator[Setup]:
    """Set up and taken down; Ada is a person, Olga the operator."""
    clock = FakeClock(time.time_ns() // 1_000_000, rate=1.0)
    database = await Database.open(directory / "bot.db", clock)
    results = directory / "results"
    results.mkdir()
    try:
        async with local_telegram(clock=clock) as telegram:
            await telegram.new_person("Olga", user_id=OLGA)
            bot = build_bot(SECRET_TOKEN, telegram.url)
            async with Sender(bot, clock) as sender:
                yield _wired(telegram, database, results, clock, sender, bot, video)
            await bot.request.shutdown()
    finally:
        await database.close()


def _wired(
    telegram: LocalTelegram,
    database: Database,
    results: Path,
    clock: FakeClock,
    sender: Sender,
    bot: Bot,
    video: bytes,
) -> Setup:
    worker = FakeWorker()
    limits = terms_with(admin_ids=frozenset({OLGA}), results=results)
    members = Members(bot=bot, rate_limiter=RateLimiter(clock), clock=clock)
    common = common_services(database, clock, limits, sender=sender, members=members, worker=worker)
    messenger, receipts = Messenger(common=common), Receipts(common=common)
    packager = Packager(common=common, messenger=messenger, receipts=receipts)
    finisher = Finisher(common=common, messenger=messenger, receipts=receipts)
    private_fallbacks = PrivateFallbacks(
        common=common,
        packager=packager,
        messenger=messenger,
        introductions=Introductions(common=common),
    )
    delivery = Delivery(
        common=common,
        packager=packager,
        messenger=messenger,
        private_fallbacks=private_fallbacks,
        finisher=finisher,
    )
    last = LastVideo(common=common, packager=packager)
    return Setup(
        *(telegram, database, results, clock, sender, worker, packager, delivery, last, video),
        common=common,
    )
