"""People, and what their side refuses."""

from __future__ import annotations

import pytest

from tests.support.local_telegram import LocalTelegram


async def test_a_person_opens_their_private_chat(telegram: LocalTelegram) -> None:
    person = await telegram.new_person("Ben", language_code="zh-hans", user_id=5_000_000_001)
    assert person["user_id"] == 5_000_000_001
    chats = (await telegram.sim("GET", "/state")).json()["chats"]
    assert chats[-1]["chat_id"] == person["user_id"]
    await telegram.write("hi", chat_id=person["user_id"])
    message = (await telegram.updates())[-1]["message"]
    assert message["from"]["language_code"] == "zh-hans"
    assert message["chat"]["type"] == "private"


async def test_a_person_changes_name_and_language(telegram: LocalTelegram) -> None:
    change = {"first_name": "<b>Ann</b>", "language_code": "zh", "last_name": "Lee"}
    answer = await telegram.sim("PATCH", f"/people/{telegram.chat_id}", change)
    assert answer.json() == {"user_id": telegram.chat_id, "username": "ann"} | change
    await telegram.write("hi")
    assert (await telegram.updates())[-1]["message"]["from"]["first_name"] == "<b>Ann</b>"


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("POST", "/people", {}, 400),
        ("PATCH", "/people/1", {"first_name": "x"}, 404),
        ("GET", "/chats/1/messages", None, 404),
        ("GET", "/chats/x/messages", None, 404),
        ("POST", "/chats/{chat}/messages", {"kind": "hologram"}, 400),
        ("POST", "/chats/{chat}/messages", {"text": ""}, 400),
        ("POST", "/chats/{chat}/messages", {"text": "x", "reply_to_message_id": 99}, 404),
        ("POST", "/chats/{chat}/messages", {"text": "x", "from": 99}, 404),
        ("DELETE", "/chats/{chat}/messages/99", None, 404),
        ("POST", "/groups", {"title": "x", "members": []}, 400),
        ("PATCH", "/settings", {"privacy": True}, 400),
        ("PATCH", "/settings", {"privacy_mode": "maybe"}, 400),
        ("GET", "/files/x", None, 404),
        ("GET", "/callbacks/x", None, 404),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    telegram: LocalTelegram, verb: str, path: str, body: object, status: int
) -> None:
    answer = await telegram.sim(verb, path.replace("{chat}", str(telegram.chat_id)), body)
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_a_forwarded_message_says_from_whom(telegram: LocalTelegram) -> None:
    await telegram.write(kind="photo", sample="portrait", forward_from_name="Zoe")
    origin = (await telegram.updates())[-1]["message"]["forward_origin"]
    assert (origin["type"], origin["sender_user_name"]) == ("hidden_user", "Zoe")


async def test_two_messages_make_an_album(telegram: LocalTelegram) -> None:
    await telegram.write(kind="photo", sample="portrait", media_group_id="album-1")
    await telegram.write(kind="audio", sample="voice", media_group_id="album-1")
    messages = [update["message"] for update in await telegram.updates()]
    assert [message["media_group_id"] for message in messages] == ["album-1", "album-1"]
