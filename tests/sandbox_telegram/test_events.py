"""The page's live events, and who may listen."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import websockets

from tests.support.deadlines import eventually
from tests.support.local_telegram import LocalTelegram

Json = dict[str, Any]


@contextlib.asynccontextmanager
async def _listening(telegram: LocalTelegram, after: int = 0) -> AsyncIterator[Any]:
    url = telegram.url.replace("http", "ws") + f"/sim/events?after={after}"
    async with websockets.connect(url) as socket:
        yield socket


async def _until(socket: Any, event_type: str) -> Json:
    async def look() -> Json | None:
        event: Json = json.loads(await socket.recv())
        return event if event["type"] == event_type else None

    return await eventually(look, event_type)


async def test_what_happened_is_replayed_and_what_happens_follows(telegram: LocalTelegram) -> None:
    async with _listening(telegram) as socket:
        joined = await _until(socket, "person_changed")
        assert joined["person"]["first_name"] == "Ann"
        await telegram.send("hello")
        new = await _until(socket, "message_new")
        assert (new["chat_id"], new["message"]["text"]) == (telegram.chat_id, "hello")
        call = await _until(socket, "bot_api_call")
        assert (call["call"]["method"], call["call"]["ok"]) == ("sendMessage", True)
    async with _listening(telegram, after=call["n"]) as socket:
        await telegram.write("later")
        event = json.loads(await socket.recv())
        assert (event["type"], event["message"]["text"]) == ("message_new", "later")


async def test_every_kind_of_event_is_told(telegram: LocalTelegram) -> None:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    sent = await telegram.send("one", reply_markup=keyboard)
    conversation = {"chat_id": telegram.chat_id, "message_id": sent["message_id"]}
    path = f"/chats/{telegram.chat_id}/messages/{sent['message_id']}/press"
    pressed = (await telegram.sim("POST", path, {"callback_data": "x"})).json()
    await telegram.call("answerCallbackQuery", **pressed, text="ok")
    await telegram.call("editMessageText", **conversation, text="two")
    await telegram.call("deleteMessage", **conversation)
    await telegram.call("sendChatAction", chat_id=telegram.chat_id, action="upload_video")
    await telegram.call("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    await telegram.call("sendMessageDraft", chat_id=telegram.chat_id, draft_id=1, text="thinking")
    await telegram.sim("POST", f"/chats/{telegram.chat_id}/block", {})
    await telegram.sim("POST", "/faults", {"match": "getMe", "kind": "empty"})
    events = telegram.journal.since(0)
    assert {event["type"] for event in events} == {
        "person_changed",
        "chat_changed",
        "message_new",
        "message_edited",
        "message_deleted",
        "message_draft",
        "chat_action",
        "callback_answer",
        "commands_changed",
        "faults_changed",
        "bot_api_call",
    }
    answer = next(event for event in events if event["type"] == "callback_answer")
    assert answer["callback_query_id"] == pressed["callback_query_id"]
    assert (answer["text"], answer["show_alert"]) == ("ok", False)


async def test_polls_are_not_in_the_journal(telegram: LocalTelegram) -> None:
    before = len(telegram.journal.since(0))
    await telegram.updates()
    assert len(telegram.journal.since(0)) == before


async def test_a_listener_that_left_is_forgotten(telegram: LocalTelegram) -> None:
    async with _listening(telegram) as socket:
        await socket.recv()
    await telegram.send("nobody listens")
    async with _listening(telegram) as socket:
        assert (await _until(socket, "message_new"))["message"]["text"] == "nobody listens"
