"""What these tests share."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.common import build_outbox
from bot.delivery.earlier_videos import WantedAs
from bot.delivery.package import with_private
from bot.privacy.moderation import Moderation
from bot.telegram.api_calls import LONGEST_WAIT_SECONDS, waiting_at_most
from bot.telegram.connection import build_bot
from bot.telegram.destination import Destination
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender
from storage.db.database import Database
from storage.jobs import deliveries, moves, videos
from storage.jobs.deliveries import Delivery, Form
from storage.jobs.jobs import Job
from tests.storage import orders
from tests.support.bot_api import Json
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.fake_services import OPERATOR, Services, common_services, limits_with, run_all
from tests.support.fakes import FakeMedia
from tests.support.local_telegram import PRIVATE, LocalTelegram, local_telegram
from tests.support.media.videos import result

ADA, OLGA = PRIVATE, OPERATOR
STATUS = 1
"""The id of Ada's status message: the first message of her chat."""

BILLED_MILLISECONDS = 5_000
BROKEN_OFF = f'{{"ok":true,"result":{{"message_id":{STATUS + 1},"fr'
"""What came of the answer to the first video."""


class Setup(Services):
    """Everything, and hands and eyes of the people."""

    telegram: LocalTelegram
    sender: Sender
    worker: FakeMedia
    video: bytes

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
        return await self.job(job.id)

    async def shown(self, job: Job) -> Delivery:
        """The message in which the job's video came."""
        first = await deliveries.first_of(self.database, job)
        assert first is not None
        return first

    async def begun(self, job: Job) -> Delivery | None:
        """How far its delivery has come."""
        return await deliveries.begun(self.database, job, deliveries.first_cause(job))

    async def sending(self, job: Job) -> None:
        """The process died while the video was being sent."""
        async with self.database.transaction() as tx:
            cause = deliveries.first_cause(job)
            await deliveries.sending(tx, job, cause, Form.VIDEO, job.chat_id)

    async def last(
        self, reply_to: int = STATUS, *, user_id: int = ADA, chat_id: int = ADA
    ) -> int | None:
        """/last in that message; the chat in which it came, None without any video."""
        job = await videos.last_of(self.database, user_id, chat_id)
        if job is None:
            return None
        where = with_private(Destination(chat_id, reply_to=reply_to), user_id)
        return await self.earlier.send(job, f"last:{chat_id}:{reply_to}", where, WantedAs.LAST)

    async def again(
        self, job: Job, wanted_as: WantedAs, cause: str = "resend:1", chat_id: int = ADA
    ) -> int:
        """That video again, for that cause; the chat in which it came."""
        return await self.earlier.send(job, cause, (Destination(chat_id),), wanted_as)

    async def settle(self) -> None:
        """What is to be said and removed, also where Telegram makes it wait."""
        for _ in range(5):
            await run_all(self.outbox)
            self.clock.advance(60)

    async def deliver(self, job: Job) -> Job:
        """One attempt, with what it has to tell the operator; the job afterwards."""
        with waiting_at_most(LONGEST_WAIT_SECONDS):  # as the worker has it done
            await self.deliverer.deliver(await self.job(job.id))
        await run_all(self.outbox)
        return await self.job(job.id)


@pytest.fixture(scope="session")
def video_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One video for all."""
    return result(tmp_path_factory.mktemp("video") / "video.mp4")


@pytest.fixture
async def there(tmp_path: Path, video_bytes: bytes) -> AsyncIterator[Setup]:
    """A local Telegram and delivery, nothing rendered yet; Ada is a person, Olga the operator."""
    clock = FakeClock(time.time_ns() // 1_000_000, rate=1.0)
    database = await Database.open(tmp_path / "bot.db", clock)
    limits = limits_with(admin_ids=frozenset({OLGA}), data_dir=tmp_path)
    async with local_telegram(clock=clock) as telegram:
        await telegram.new_person("Olga", user_id=OLGA)
        bot, worker = build_bot(SECRET_TOKEN, telegram.url), FakeMedia()
        await bot.initialize()
        members = Members(bot=bot, rate_limiter=RateLimiter(clock), clock=clock)
        sender = Sender(bot, clock)
        common = common_services(
            database, clock, limits, sender=sender, members=members, worker=worker
        )
        made = Setup(common, clock)
        made.telegram, made.sender, made.worker = telegram, sender, worker
        made.video = video_bytes
        kinds = [common.operator.kind, *common.part(Moderation).kinds]
        made.outbox = build_outbox(common, kinds)
        yield made
        await sender.close()
        await bot.shutdown()
    await database.close()
