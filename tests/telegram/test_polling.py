"""Fetching updates: stopping, conflicts, failures, over real sockets."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from telegram import Update

from bot.telegram.polling import PollingOptions
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually, in_time
from tests.support.local_telegram import LocalTelegram
from tests.telegram.conftest import Notebook, running, settled, state_of


async def test_allowed_updates_are_named(telegram: LocalTelegram, database: Database) -> None:
    async with running(telegram, database, Notebook()):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    poll = (await telegram.calls("getUpdates"))[0]
    assert "message" in json.dumps(poll["params"]["allowed_updates"])
    assert "callback_query" in json.dumps(poll["params"]["allowed_updates"])


async def test_stopping_ends_a_long_poll_at_once(
    telegram: LocalTelegram, database: Database
) -> None:
    async with running(telegram, database, Notebook()) as bot:
        await telegram.say("hello")
        await eventually(lambda: settled(database))
        began = time.monotonic()
        bot.stop()
        await in_time(bot.task)
    assert time.monotonic() - began < PollingOptions().hold_seconds / 2


async def test_stopping_waits_for_the_handler_in_flight(
    telegram: LocalTelegram, database: Database
) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def handle(update: Update) -> None:
        begun.set()
        await finish.wait()

    async with running(telegram, database, handle, grace_seconds=5) as bot:
        update_id = await telegram.say("hello")
        await begun.wait()
        bot.stop()
        asyncio.get_running_loop().call_later(0.2, finish.set)
        await in_time(bot.task)
    assert await state_of(database, update_id) == ("done", 1)


async def test_stopping_gives_up_a_handler_that_hangs_and_leaves_it_undone(
    telegram: LocalTelegram, database: Database
) -> None:
    begun = asyncio.Event()

    async def hang(update: Update) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with running(telegram, database, hang) as bot:
        update_id = await telegram.say("hello")
        await begun.wait()
        bot.stop()
        await in_time(bot.task)
    assert await state_of(database, update_id) == ("new", 1)


async def test_a_conflict_that_passes_is_put_up_with(
    telegram: LocalTelegram, database: Database
) -> None:
    telegram.fault("getUpdates", "conflict", times=2)
    notebook = Notebook()
    async with running(telegram, database, notebook, clock=FakeClock(time.time_ns() // 1_000_000)):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["hello"]


async def test_a_token_that_is_refused_for_a_while_is_tried_until_it_works(
    telegram: LocalTelegram, database: Database
) -> None:
    for code in (401, 404, 401):
        telegram.fault("getUpdates", "status", code=code)
    notebook = Notebook()
    async with running(telegram, database, notebook, clock=FakeClock(time.time_ns() // 1_000_000)):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["hello"]


@pytest.mark.parametrize("kind", ["drop_before", "malformed", "html", "empty", "rate_limit"])
async def test_a_poll_that_fails_is_made_again(
    telegram: LocalTelegram, database: Database, kind: str
) -> None:
    telegram.fault("getUpdates", kind, times=3)
    notebook = Notebook()
    async with running(telegram, database, notebook, clock=FakeClock(time.time_ns() // 1_000_000)):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["hello"]


async def test_a_bot_that_is_logged_out_waits_and_says_so(
    telegram: LocalTelegram, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"ok": False, "error_code": 400, "description": "Logged out"}
    telegram.fault("getUpdates", "status", code=400, body=body, times=3)
    notebook = Notebook()
    async with running(telegram, database, notebook, clock=FakeClock(time.time_ns() // 1_000_000)):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["hello"]
    assert "has logged the bot out" in caplog.text


async def test_a_webhook_left_over_is_removed_without_losing_updates(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook = Notebook()
    conflict = {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: can't use getUpdates method while webhook is active",
    }
    telegram.fault("getUpdates", "status", code=409, body=conflict)
    await telegram.say("waiting")
    async with running(telegram, database, notebook):
        await eventually(lambda: settled(database))
    assert notebook.texts == ["waiting"]
    (call,) = await telegram.calls("deleteWebhook")
    assert call["params"].get("drop_pending_updates") in (None, False, "false")
