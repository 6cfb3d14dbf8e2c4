"""Nothing a client sends breaks the server: every answer is a result or a refusal."""

from __future__ import annotations

import itertools

import pytest

from bot.sandbox.telegram.methods import METHODS
from tests.support.credentials import TOKEN
from tests.support.local_telegram import LocalTelegram

NAMES = [
    "text",
    "caption",
    "parse_mode",
    "entities",
    "caption_entities",
    "reply_markup",
    "reply_parameters",
    "media",
    "photo",
    "video",
    "voice",
    "document",
    "video_note",
    "duration",
    "width",
    "height",
    "length",
    "thumbnail",
    "cover",
    "limit",
    "timeout",
    "allowed_updates",
    "url",
    "secret_token",
    "max_connections",
    "commands",
    "scope",
    "language_code",
    "action",
    "reaction",
    "draft_id",
    "user_id",
    "title",
    "description",
    "payload",
    "currency",
    "prices",
    "message_thread_id",
    "file_id",
    "callback_query_id",
    "pre_checkout_query_id",
    "ok",
    "offset",
    "drop_pending_updates",
]
VALUES = ["", "x", "-1", "0", "[]", "{}", "[1]", '{"a": 1}', "null", "true", "1e999", "[{}]", "²"]


@pytest.mark.parametrize("value", VALUES)
async def test_strange_values_are_refused_not_stumbled_over(
    telegram: LocalTelegram, value: str
) -> None:
    await telegram.sim("PATCH", "/settings", {"rate_limits": False})
    sent = await telegram.send("x")
    conversation = {"chat_id": str(telegram.chat_id), "message_id": str(sent["message_id"])}
    for method in METHODS:
        values = dict.fromkeys(NAMES, value) | conversation | {"timeout": "0"}
        answer = await telegram.http.post(f"/bot{TOKEN}/{method}", data=values)
        assert answer.status_code < 500, (method, answer.text)
        assert isinstance(answer.json()["ok"], bool)


@pytest.mark.parametrize(
    "value",
    [
        {"inline_keyboard": 1},
        {"inline_keyboard": [1]},
        {"inline_keyboard": [[1]]},
        {"inline_keyboard": [[{"text": 1, "callback_data": 2}]]},
        {"message_id": "x"},
        {"message_id": {}},
        {"type": "photo", "media": 7},
        {"type": ["photo"], "media": "x"},
        [{"type": "photo"}, {"type": "photo"}],
        [{"amount": "x"}],
        {"type": "chat"},
    ],
)
async def test_strange_structures_are_refused_not_stumbled_over(
    telegram: LocalTelegram, value: object
) -> None:
    sent = await telegram.send("x")
    conversation = {"chat_id": telegram.chat_id, "message_id": sent["message_id"], "text": "y"}
    methods = ("sendMessage", "editMessageMedia", "sendMediaGroup", "sendInvoice")
    names = ("reply_markup", "media", "reply_parameters", "prices")
    for method, name in itertools.product(methods, names):
        answer = await telegram.raw(method, **conversation | {name: value})
        assert answer.status_code < 500, (method, answer.text)


@pytest.mark.parametrize(
    "path",
    ["/people", "/groups", "/chats/{chat}/messages", "/chats/{chat}/block", "/faults", "/updates"],
)
async def test_a_person_may_send_nonsense_too(telegram: LocalTelegram, path: str) -> None:
    names = "title members from kind text duration reply_to_message_id match times params user_id"
    strange: list[object] = ["x", -1, [], {}, [1], ["x"], True, 1e300]
    bodies = [dict.fromkeys(names.split(), value) | {"first_name": "x"} for value in strange]
    for sent in (*bodies, *strange):
        answer = await telegram.sim("POST", path.replace("{chat}", str(telegram.chat_id)), sent)
        assert answer.status_code < 500, answer.text


async def test_what_is_not_served_is_said_in_the_words_of_its_side(telegram: LocalTelegram) -> None:
    assert (await telegram.http.get("/sim/nothing")).json() == {"error": "Not Found."}
    answer = await telegram.http.get(f"/bot{TOKEN}")
    assert (answer.status_code, answer.json()["ok"]) == (404, False)
