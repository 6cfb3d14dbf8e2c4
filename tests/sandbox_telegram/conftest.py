"""A local Telegram for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.local_telegram import LocalTelegram, local_telegram


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about durations in plain seconds."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    """A served local Telegram with one person, Ann, and the demo bot."""
    async with local_telegram() as served:
        await served.call("getMe")
        yield served
