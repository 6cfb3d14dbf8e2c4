"""Ten minutes without Telegram, by the clock: nothing is lost, nobody is stormed, all goes on."""

from __future__ import annotations

from itertools import accumulate

from telegram import Update

from bot.telegram.errors import NotSent
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually
from tests.support.local_telegram import LocalTelegram
from tests.telegram.conftest import Notebook, running, settled, state_of

TEN_MINUTES = 600.0


async def test_what_was_said_meanwhile_arrives_once_when_the_network_is_back(
    telegram: LocalTelegram, database: Database
) -> None:
    clock, notebook = FakeClock(), Notebook()
    telegram.fault("getUpdates", "drop_before", times=None)
    update_id = await telegram.say("hello?")
    async with running(telegram, database, notebook, clock=clock) as bot:
        await eventually(lambda: sum(clock.slept) >= TEN_MINUTES)
        assert not bot.task.done()
        assert notebook.texts == []
        tries = sum(passed <= TEN_MINUTES for passed in accumulate(clock.slept))
        assert 40 <= tries <= 150, "tried again and again, and not without pauses"
        assert max(clock.slept) <= 10.0, "so soon the network's return is noticed"
        telegram.faults.clear("telegram")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["hello?"]
    assert await state_of(database, update_id) == ("done", 1)


async def test_an_answer_waits_for_ten_minutes_and_is_not_given_up(
    telegram: LocalTelegram, database: Database
) -> None:
    clock, tries = FakeClock(), 0

    async def answer(update: Update) -> None:
        nonlocal tries
        tries += 1
        if sum(clock.slept) < TEN_MINUTES:
            raise NotSent("ConnectError")

    async with running(telegram, database, answer, clock=clock):
        update_id = await telegram.say("answer me")
        await eventually(lambda: settled(database))
    assert await state_of(database, update_id) == ("done", 1)
    assert 15 <= tries <= 60
