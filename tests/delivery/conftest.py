"""What these tests share."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.common import build_outbox
from bot.privacy.moderation import Moderation
from bot.telegram.connection import build_bot
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender
from storage.db.database import Database
from tests.delivery.rendered import OLGA, Setup
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.fake_services import common_services, limits_with
from tests.support.fakes import FakeMedia
from tests.support.local_telegram import local_telegram
from tests.support.media.videos import result


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
        async with Sender(bot, clock) as sender:
            common = common_services(
                database, clock, limits, sender=sender, members=members, worker=worker
            )
            made = Setup(common, clock)
            made.telegram, made.sender, made.worker = telegram, sender, worker
            made.video = video_bytes
            kinds = [common.operator.kind, *common.part(Moderation).kinds]
            made.outbox = build_outbox(common, kinds)
            yield made
        await bot.shutdown()
    await database.close()
