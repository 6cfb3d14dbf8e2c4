"""The first words with Telegram."""

from __future__ import annotations

import pytest

from bot.telegram.connection import build_application, build_bot, initialize
from bot.telegram.errors import TokenRejected
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram


async def test_the_bot_waits_for_a_telegram_that_is_not_there_yet(telegram: LocalTelegram) -> None:
    telegram.fault("getMe", "drop_before", times=3)
    clock = FakeClock()
    application = build_application(build_bot(SECRET_TOKEN, telegram.url))
    await initialize(application, clock)
    assert len(clock.slept) == 3
    assert application.bot.id == 4242
    await application.shutdown()


async def test_a_rejected_token_does_not_appear_in_the_failure(telegram: LocalTelegram) -> None:
    telegram.fault("getMe", "status", code=401)
    application = build_application(build_bot(SECRET_TOKEN, telegram.url))
    with pytest.raises(TokenRejected) as failure:
        await initialize(application, FakeClock())
    assert SECRET_TOKEN.get_secret_value() not in str(failure.value)
    assert failure.value.__suppress_context__


def test_a_slash_at_the_end_of_the_base_url_does_not_matter() -> None:
    token = SECRET_TOKEN.get_secret_value()
    assert build_bot(SECRET_TOKEN, "http://x/").base_url == f"http://x/bot{token}"
    assert build_bot(SECRET_TOKEN, "http://x").base_file_url == f"http://x/file/bot{token}"
