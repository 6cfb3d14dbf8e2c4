"""The first words with Telegram."""

from __future__ import annotations

import pytest

from bot.telegram.connection import build_application, build_bot, initialize
from bot.telegram.errors import TokenRejected
from tests.support.clock import FakeClock
from tests.telegram.chat import TOKEN, Telegram


async def test_the_bot_waits_for_a_telegram_that_is_not_there_yet(telegram: Telegram) -> None:
    telegram.fault("getMe", "drop_before", times=3)
    clock = FakeClock()
    application = build_application(build_bot(TOKEN, telegram.base_url))
    await initialize(application, clock)
    assert len(clock.slept) == 3
    assert application.bot.id == 4242
    await application.shutdown()


async def test_a_rejected_token_does_not_appear_in_the_failure(telegram: Telegram) -> None:
    telegram.fault("getMe", "status", code=401)
    application = build_application(build_bot(TOKEN, telegram.base_url))
    with pytest.raises(TokenRejected) as failure:
        await initialize(application, FakeClock())
    assert TOKEN.get_secret_value() not in str(failure.value)
    assert failure.value.__suppress_context__


def test_a_slash_at_the_end_of_the_base_url_does_not_matter() -> None:
    token = TOKEN.get_secret_value()
    assert build_bot(TOKEN, "http://x/").base_url == f"http://x/bot{token}"
    assert build_bot(TOKEN, "http://x").base_file_url == f"http://x/file/bot{token}"
