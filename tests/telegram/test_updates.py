"""The update loop against the local Telegram over real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from typing import Any

import pytest
from telegram import Update
from telegram.ext import filters

from bot.telegram.dispatch import LetGo, to_stored
from bot.telegram.errors import ChatDead, NotSent, TokenRejected
from storage import inbox
from storage.db.database import Database
from storage.inbox import StoredUpdate
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually, in_time
from tests.support.local_telegram import PRIVATE, LocalTelegram
from tests.telegram.conftest import Notebook, running, settled, state_of


def message(text: str) -> dict[str, Any]:
    """A private message as Telegram would put it into an update."""
    person = {"id": PRIVATE, "is_bot": False, "first_name": "Ada"}
    chat = {"id": PRIVATE, "type": "private", "first_name": "Ada"}
    return {"message_id": 5, "date": 1_780_000_000, "chat": chat, "from": person, "text": text}


async def test_a_message_is_handled_marked_done_and_confirmed(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook = Notebook()
    async with running(telegram, database, notebook):
        update_id = await telegram.say("hello")
        await eventually(lambda: settled(database))

        async def confirmed() -> bool:
            polls = await telegram.calls("getUpdates")
            return bool(polls) and polls[-1]["params"].get("offset") == update_id + 1

        await eventually(confirmed)
    assert notebook.texts == ["hello"]
    assert await state_of(database, update_id) == ("done", 1)


async def test_what_a_killed_process_left_is_handled_by_the_next_one_in_order(
    telegram: LocalTelegram, database: Database
) -> None:
    hung, handled = asyncio.Event(), Notebook()

    async def hang(update: Update) -> None:
        hung.set()
        await asyncio.Event().wait()

    async with running(telegram, database, hang):
        for text in ("one", "two", "three"):
            await telegram.say(text)
        await hung.wait()

        async def all_stored() -> bool:
            return len(await inbox.undone(database)) == 3

        await eventually(all_stored)
    async with running(telegram, database, handled):
        await eventually(lambda: settled(database))
    assert handled.texts == ["one", "two", "three"]


async def test_what_was_stored_but_not_confirmed_is_handled_once(
    telegram: LocalTelegram, database: Database
) -> None:
    update_id = await telegram.say("unconfirmed")
    raw = {"update_id": update_id, "message": message("unconfirmed")}
    await database.do(inbox.store, [StoredUpdate(update_id, json.dumps(raw))])
    notebook = Notebook()
    async with running(telegram, database, notebook):
        await telegram.say("next")
        await eventually(lambda: notebook.has("next"))
    assert notebook.texts == ["unconfirmed", "next"]


async def test_an_update_delivered_twice_is_handled_once(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook = Notebook()
    async with running(telegram, database, notebook):
        update_id = await telegram.say("once")
        await eventually(lambda: settled(database))
        await telegram.post(f"/updates/{update_id}/repeat")
        await telegram.say("next")
        await eventually(lambda: notebook.has("next"))
    assert notebook.texts == ["once", "next"]


async def test_what_no_handler_uses_is_not_kept_and_what_a_handler_lets_go_goes(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook, looked_at = Notebook({"not for me": LetGo()}), Notebook({"hm": RuntimeError("no")})
    async with running(telegram, database, notebook, uses=~filters.Regex("hm"), first=looked_at):
        for text in ("hm", "not for me", "for you"):
            await telegram.say(text)
        await eventually(lambda: notebook.has("for you"))
        await eventually(lambda: settled(database))
    assert notebook.texts == ["not for me", "for you"]
    assert looked_at.texts == ["hm", "not for me", "for you"]
    rows = await database.fetch_all("SELECT body FROM inbox")
    assert [json.loads(row["body"])["message"]["text"] for row in rows] == ["for you"]
    assert await database.column("SELECT user_id FROM inbox_people") == [PRIVATE]


async def test_after_a_handler_that_failed_no_other_is_asked(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook, first = Notebook(), Notebook({"hello": RuntimeError("no")})
    async with running(telegram, database, notebook, first=first, clock=FakeClock()):
        await telegram.say("hello")
        await eventually(lambda: settled(database))
    assert first.texts == ["hello"] * 3
    assert notebook.texts == []


@pytest.mark.parametrize("depth", [1, 300])
async def test_everyone_who_is_named_is_found_however_deep(depth: int) -> None:
    inner: Any = [{"id": 8, "is_bot": False}, {"id": 9, "is_bot": True}, {"id": "x"}, {"id": 2**70}]
    for _ in range(depth):
        inner = {"reply_to_message": [inner]}
    chat = {"id": 7, "type": "private"}
    stored = to_stored({"update_id": 1, "message": {"chat": chat, "from": inner}})
    assert stored is not None
    assert stored.names == {7, 8}


async def test_a_chat_keeps_its_order_while_another_overtakes(
    telegram: LocalTelegram, database: Database
) -> None:
    await telegram.post("/people", {"first_name": "Bob", "user_id": 7_002})
    gate, order = asyncio.Event(), []

    async def handle(update: Update) -> None:
        text = update.effective_message and update.effective_message.text
        if text == "slow":
            await gate.wait()
        order.append(text)

    async with running(telegram, database, handle):
        await telegram.say("slow")
        await telegram.say("after slow")
        await telegram.say("elsewhere", 7_002)
        await eventually(lambda: bool(order))
        gate.set()
        await eventually(lambda: len(order) == 3)
    assert order == ["elsewhere", "slow", "after slow"]


@pytest.mark.parametrize(
    "poison",
    [
        {"message": {"text": "no date, no chat"}},
        {"message": "not an object"},
        {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}}},
        {"callback_query": []},
    ],
)
async def test_an_update_nobody_can_read_is_parked_and_stops_nothing(
    telegram: LocalTelegram,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    poison: dict[str, Any],
) -> None:
    notebook, parked = Notebook(), []

    async def on_parked(update_id: int, reason: str) -> None:
        parked.append(update_id)

    poisoned = (await telegram.post("/updates", poison))["update_id"]
    async with running(telegram, database, notebook, on_parked=on_parked):
        await telegram.say("healthy")
        await eventually(lambda: notebook.has("healthy"))
        await eventually(lambda: settled(database))
    assert await state_of(database, poisoned) == ("parked", 1)
    assert parked == [poisoned]
    assert [r for r in caplog.records if r.levelno == logging.ERROR and str(poisoned) in r.message]


async def test_a_failing_handler_is_tried_three_times_then_parked(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook = Notebook({"bad": RuntimeError("no")})
    async with running(telegram, database, notebook, clock=FakeClock()):
        update_id = await telegram.say("bad")
        await eventually(lambda: settled(database))
        await telegram.say("good")
        await eventually(lambda: notebook.has("good"))
    assert notebook.texts == ["bad", "bad", "bad", "good"]
    assert await state_of(database, update_id) == ("parked", 3)


async def test_an_update_that_keeps_killing_the_process_is_parked(
    telegram: LocalTelegram, database: Database
) -> None:
    raw = {"update_id": 77, "message": message("deadly")}
    await database.do(inbox.store, [StoredUpdate(77, json.dumps(raw), tries=3)])
    notebook = Notebook()
    async with running(telegram, database, notebook):
        await eventually(lambda: settled(database))
    assert notebook.texts == []
    assert await state_of(database, 77) == ("parked", 3)


async def test_telegram_out_of_reach_is_not_the_updates_fault(
    telegram: LocalTelegram, database: Database
) -> None:
    attempts = []

    async def handle(update: Update) -> None:
        attempts.append(update.update_id)
        if len(attempts) <= 6:
            raise NotSent("ConnectError")

    async with running(telegram, database, handle, clock=FakeClock()):
        update_id = await telegram.say("answer me")
        await eventually(lambda: settled(database))
    assert attempts == [update_id] * 7
    assert await state_of(database, update_id) == ("done", 1)


async def test_a_stray_refusal_of_the_token_strands_no_update(
    telegram: LocalTelegram, database: Database
) -> None:
    attempts = []

    async def handle(update: Update) -> None:
        attempts.append(update.update_id)
        if len(attempts) <= 4:
            raise TokenRejected

    async with running(telegram, database, handle, clock=FakeClock()):
        update_id = await telegram.say("answer me")
        await eventually(lambda: settled(database))
    assert attempts == [update_id] * 5
    assert await state_of(database, update_id) == ("done", 1)


async def test_what_is_given_up_is_reported_before_it_is_done_with(
    telegram: LocalTelegram, database: Database
) -> None:
    states = []

    async def on_parked(update_id: int, reason: str) -> None:
        states.append(await state_of(database, update_id))

    parked = (await telegram.post("/updates", {"message": "not an object"}))["update_id"]
    async with running(telegram, database, Notebook(), on_parked=on_parked):
        await eventually(lambda: settled(database))
    assert states == [("new", 1)]
    assert await state_of(database, parked) == ("parked", 1)


async def test_a_person_who_blocked_the_bot_is_not_tried_again(
    telegram: LocalTelegram, database: Database
) -> None:
    notebook = Notebook({"bye": ChatDead("blocked")})
    async with running(telegram, database, notebook):
        await telegram.say("bye")
        await eventually(lambda: settled(database))
    assert notebook.texts == ["bye"]


async def test_an_update_that_cannot_be_stored_ends_the_loop_and_stays_unconfirmed(
    telegram: LocalTelegram, database: Database
) -> None:
    async with running(telegram, database, Notebook()) as bot:
        await telegram.say("stored")
        await eventually(lambda: settled(database))
        await _lose_the_inbox(database)
        unconfirmed = await telegram.say("keep me")
        await in_time(asyncio.wait([bot.task]))
        assert isinstance(bot.task.exception(), sqlite3.OperationalError)
    offsets = [call["params"].get("offset", 0) for call in await telegram.calls("getUpdates")]
    assert max(offsets) == unconfirmed


async def test_an_outcome_that_cannot_be_written_ends_the_loop(
    telegram: LocalTelegram, database: Database
) -> None:
    async def handle(update: Update) -> None:
        await _lose_the_inbox(database)

    async with running(telegram, database, handle) as bot:
        await telegram.say("hello")
        await in_time(asyncio.wait([bot.task]))
        assert isinstance(bot.task.exception(), sqlite3.OperationalError)


async def _lose_the_inbox(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("DROP TABLE inbox")
