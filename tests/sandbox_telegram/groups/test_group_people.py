"""Who writes in groups: people who come and go, hidden administrators, channels; and topics."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_telegram.test_models import _both
from tests.support.local_telegram import LocalTelegram

Json = dict[str, Any]
COMMAND = "/talk@talking_photo_bot"


async def _group(telegram: LocalTelegram, **fields: Any) -> int:
    fields = {"type": "supergroup"} | fields
    return int((await telegram.new_group(telegram.person, **fields))["chat_id"])


async def _messages(telegram: LocalTelegram) -> list[Json]:
    """What the bot got to see, each parsed by both libraries."""
    found = [u["message"] for u in await telegram.updates() if "message" in u]
    for message in found:
        _both("Message", message)
    return found


async def test_a_hidden_administrator_writes_as_the_group(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    await telegram.write(COMMAND, chat_id=chat_id, author=telegram.chat_id, anonymous=True)
    message = (await _messages(telegram))[-1]
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == chat_id
    zoe = await telegram.new_person("Zoe")
    await telegram.sim("POST", f"/chats/{chat_id}/members", {"user_ids": [zoe["user_id"]]})
    body = {"text": "x", "from": zoe["user_id"], "anonymous": True}
    answer = await telegram.sim("POST", f"/chats/{chat_id}/messages", body)
    assert answer.json()["error"] == "Zoe is no administrator here."


async def test_channels_write_through_telegrams_own_accounts(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, administrators=[4242])
    await telegram.write("post", chat_id=chat_id, linked_channel="News")
    await telegram.write("hi", chat_id=chat_id, channel="News")
    post, said = (await _messages(telegram))[-2:]
    assert (post["from"]["id"], post["is_automatic_forward"]) == (777000, True)
    assert post["sender_chat"] == post["forward_origin"]["chat"] == said["sender_chat"]
    assert (said["from"]["id"], said["sender_chat"]["type"]) == (136817688, "channel")


async def test_a_bot_is_told_who_comes_and_goes(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    zoe = await telegram.new_person("Zoe")
    members = f"/chats/{chat_id}/members"
    state = (await telegram.sim("POST", members, {"user_ids": [zoe["user_id"]]})).json()
    assert state["members"] == [telegram.chat_id, zoe["user_id"]]
    state = (await telegram.sim("DELETE", f"{members}/{zoe['user_id']}")).json()
    assert state["members"] == [telegram.chat_id]
    added, came, went = await _messages(telegram)
    assert added["new_chat_members"][0]["is_bot"]
    assert came["new_chat_members"][0] == came["from"]
    assert went["left_chat_member"] == went["from"]
    answer = await telegram.sim(
        "POST", f"/chats/{chat_id}/messages", {"text": "x", "from": zoe["user_id"]}
    )
    assert answer.json()["error"] == "Zoe is not in this chat."


async def test_a_group_goes_on_without_its_owner_until_nobody_is_left(
    telegram: LocalTelegram,
) -> None:
    zoe = await telegram.new_person("Zoe")
    chat_id = await _group(telegram, members=[telegram.chat_id, zoe["user_id"]])
    await telegram.sim("DELETE", f"/chats/{chat_id}/members/{telegram.chat_id}")
    await telegram.sim("PATCH", f"/chats/{chat_id}", {"title": "Zoe's"})
    renamed = (await _messages(telegram))[-1]
    assert (renamed["from"]["first_name"], renamed["new_chat_title"]) == ("Zoe", "Zoe's")
    await telegram.sim("DELETE", f"/chats/{chat_id}/members/{zoe['user_id']}")
    answer = await telegram.sim("PATCH", f"/chats/{chat_id}", {"title": "x"})
    assert answer.json()["error"] == "Nobody is left in this group."


async def test_messages_the_bot_did_not_get_are_marked(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    for text in ("hello", COMMAND):
        await telegram.write(text, chat_id=chat_id, author=telegram.chat_id)
    marks = [bool(view.get("unseen")) for view in await telegram.views(chat_id)]
    assert marks == [False, True, False]


async def test_an_answer_shows_what_the_bot_did_not_see_and_the_chosen_words(
    telegram: LocalTelegram,
) -> None:
    chat_id = await _group(telegram)
    hidden = await telegram.write("x 😀 a face", chat_id=chat_id, author=telegram.chat_id)
    reply = {"reply_to_message_id": hidden["message"]["message_id"], "quote": "a face"}
    await telegram.write(COMMAND, chat_id=chat_id, author=telegram.chat_id, **reply)
    message = (await _messages(telegram))[-1]
    assert message["reply_to_message"]["text"] == "x 😀 a face"
    assert message["quote"] == {"text": "a face", "position": 5, "is_manual": True}


async def test_answers_in_a_supergroup_carry_a_thread_that_is_no_topic(
    telegram: LocalTelegram,
) -> None:
    chat_id = await _group(telegram)
    first = await telegram.write(COMMAND, chat_id=chat_id, author=telegram.chat_id)
    root = first["message"]["message_id"]
    reply = {"reply_to_message_id": root}
    await telegram.write(COMMAND, chat_id=chat_id, author=telegram.chat_id, **reply)
    answer = (await _messages(telegram))[-1]
    assert answer["message_thread_id"] == root
    assert "is_topic_message" not in answer


async def test_a_topic_keeps_its_messages_together(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, is_forum=True)
    author = {"from": telegram.chat_id}
    topic = await telegram.sim("POST", f"/chats/{chat_id}/topics", {"name": "Faces", **author})
    thread_id = topic.json()["message_thread_id"]
    written = await telegram.write(
        COMMAND, chat_id=chat_id, author=telegram.chat_id, message_thread_id=thread_id
    )
    opened, message = (await _messages(telegram))[-2:]
    assert message["reply_to_message"]["forum_topic_created"] == opened["forum_topic_created"]
    reply = {"message_id": written["message"]["message_id"]}
    sent = await telegram.call("sendMessage", chat_id=chat_id, text="x", reply_parameters=reply)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread_id, True)
    general = await telegram.call("sendMessage", chat_id=chat_id, text="x")
    assert "message_thread_id" not in general
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x", message_thread_id=1)
    assert said == "Bad Request: message thread not found"


@pytest.mark.parametrize("general", [True, False])
async def test_only_administrators_write_in_a_closed_topic(
    telegram: LocalTelegram, general: bool
) -> None:
    chat_id = await _group(telegram, is_forum=True)
    body = {"name": "Faces", "from": telegram.chat_id}
    topic = (await telegram.sim("POST", f"/chats/{chat_id}/topics", body)).json()
    thread_id = 1 if general else topic["message_thread_id"]
    conversation: Json = {} if general else {"message_thread_id": thread_id}
    path = f"/chats/{chat_id}/topics/{thread_id}"
    await telegram.sim("POST", f"{path}/close", body)
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x", **conversation)
    assert said == "Bad Request: TOPIC_CLOSED"
    await telegram.sim("PATCH", f"/chats/{chat_id}/members/bot", {"status": "administrator"})
    await telegram.call("sendMessage", chat_id=chat_id, text="x", **conversation)
    await telegram.sim("PATCH", f"/chats/{chat_id}/members/bot", {"status": "member"})
    await telegram.sim("POST", f"{path}/reopen", body)
    await telegram.call("sendMessage", chat_id=chat_id, text="x", **conversation)
    kinds = {name for message in await _messages(telegram) for name in message}
    assert kinds >= {"forum_topic_created", "forum_topic_closed", "forum_topic_reopened"}


async def test_a_link_opens_the_private_chat_with_its_payload(telegram: LocalTelegram) -> None:
    path = f"/people/{telegram.chat_id}/start"
    await telegram.sim("POST", path, {"payload": "help-4"})
    assert (await _messages(telegram))[-1]["text"] == "/start help-4"
    assert (await telegram.sim("POST", path, {"payload": "not this"})).status_code == 400


async def test_administrators_are_shown_commands_of_their_own(telegram: LocalTelegram) -> None:
    zoe = await telegram.new_person("Zoe")
    chat_id = await _group(telegram, members=[telegram.chat_id, zoe["user_id"]])
    for scope in ("all_group_chats", "all_chat_administrators"):
        command = {"command": scope[:32], "description": "x"}
        await telegram.call("setMyCommands", commands=[command], scope={"type": scope})
    shown = [
        (await telegram.sim("GET", f"/chats/{chat_id}/commands?user_id={user_id}")).json()
        for user_id in (telegram.chat_id, zoe["user_id"])
    ]
    names = [one["commands"][0]["command"] for one in shown]
    assert names == ["all_chat_administrators", "all_group_chats"]
