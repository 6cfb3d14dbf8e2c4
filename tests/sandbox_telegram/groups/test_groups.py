"""Groups: what privacy mode hides, topics, migration."""

from __future__ import annotations

import pytest

from tests.support.credentials import OTHER_TOKEN
from tests.support.local_telegram import LocalTelegram

HIDDEN = None


async def _group(telegram: LocalTelegram, **fields: object) -> int:
    group = await telegram.new_group(telegram.person, **fields)
    changes = [u["my_chat_member"] for u in await telegram.updates() if "my_chat_member" in u]
    assert changes[-1]["chat"]["id"] == group["chat_id"]
    return int(group["chat_id"])


async def _seen(telegram: LocalTelegram, chat_id: int, text: str = "", **fields: object) -> bool:
    written = await telegram.write(text, chat_id=chat_id, author=telegram.chat_id, **fields)
    return written["update_id"] is not None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("hello", False),
        ("hello @talking_photo_bot", False),
        ("/talk@talking_photo_bot", True),
        ("/talk@Talking_Photo_Bot now", True),
        ("/talk@another_bot", False),
        ("/talk", False),
    ],
)
async def test_privacy_mode_shows_only_what_is_addressed_to_the_bot(
    telegram: LocalTelegram, text: str, seen: bool
) -> None:
    assert await _seen(telegram, await _group(telegram), text) is seen


async def test_a_bare_command_is_seen_by_the_bot_that_wrote_last(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    await telegram.call("sendMessage", chat_id=chat_id, text="hi")
    assert await _seen(telegram, chat_id, "/talk")
    await telegram.call("sendMessage", token=OTHER_TOKEN, chat_id=chat_id, text="hi from another")
    await telegram.call("getUpdates", token=OTHER_TOKEN)
    await telegram.write("/talk", chat_id=chat_id, author=telegram.chat_id)
    seen = [u.get("message", {}).get("text") for u in await telegram.updates()]
    assert seen.count("/talk") == 1


async def test_an_answer_to_the_bot_is_seen_with_its_voice(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    asked = await telegram.call("sendMessage", chat_id=chat_id, text="Speak now")
    assert not await _seen(telegram, chat_id, kind="voice", sample="voice")
    assert await _seen(
        telegram, chat_id, kind="voice", sample="voice", reply_to_message_id=asked["message_id"]
    )


async def test_a_reply_shows_the_bot_a_photo_it_could_not_see(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    photo = await telegram.write(
        chat_id=chat_id, kind="photo", sample="portrait", author=telegram.chat_id
    )
    assert photo["update_id"] is None
    photo_id = photo["message"]["message_id"]
    assert await _seen(telegram, chat_id, "/talk@talking_photo_bot", reply_to_message_id=photo_id)
    message = (await telegram.updates())[-1]["message"]
    assert message["reply_to_message"]["photo"] == photo["message"]["photo"]


async def test_a_caption_with_a_command_passes_only_by_setting(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    fields = {"kind": "photo", "sample": "portrait", "caption": "/talk@talking_photo_bot"}
    assert not await _seen(telegram, chat_id, **fields)
    await telegram.sim("PATCH", "/settings", {"caption_commands_pass": True})
    assert await _seen(telegram, chat_id, **fields)


async def test_without_privacy_mode_all_is_seen_and_the_bot_knows(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    assert not (await telegram.call("getMe"))["can_read_all_group_messages"]
    await telegram.sim("PATCH", "/settings", {"privacy_mode": False})
    assert (await telegram.call("getMe"))["can_read_all_group_messages"]
    assert await _seen(telegram, chat_id, "hello")


async def test_an_administrator_bot_sees_all(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, administrators=[4242])
    assert await _seen(telegram, chat_id, "hello")
    admins = await telegram.call("getChatAdministrators", chat_id=chat_id)
    assert [(a["user"]["id"], a["status"]) for a in admins] == [
        (4242, "administrator"),
        (telegram.chat_id, "creator"),
    ]


async def test_a_bot_that_was_removed_can_neither_read_nor_write(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    await telegram.sim("POST", f"/chats/{chat_id}/block", {"from": telegram.chat_id})
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x")
    assert said == "Forbidden: bot was kicked from the group chat"
    assert not await _seen(telegram, chat_id, "/talk@talking_photo_bot")
    status = (await telegram.updates())[-1]["my_chat_member"]["new_chat_member"]["status"]
    assert status == "kicked"


async def test_a_group_that_became_a_supergroup_says_its_new_id(telegram: LocalTelegram) -> None:
    old = await _group(telegram)
    new = (await telegram.sim("POST", f"/chats/{old}/migrate")).json()["chat_id"]
    answer = await telegram.ask("sendMessage", chat_id=old, text="x")
    assert answer["error_code"] == 400
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    *_, left, arrived, joined = await telegram.updates()
    assert left["message"]["migrate_to_chat_id"] == new
    assert arrived["message"]["migrate_from_chat_id"] == old
    change = joined["my_chat_member"]
    assert (change["chat"]["id"], change["new_chat_member"]["status"]) == (new, "member")
    again = await telegram.sim("POST", f"/chats/{old}/migrate", {"told": ["left"]})
    assert again.json()["chat_id"] == new
    change = (await telegram.updates())[-1]["my_chat_member"]
    assert (change["chat"]["id"], change["new_chat_member"]["status"]) == (old, "left")
    assert (await telegram.call("sendMessage", chat_id=new, text="x"))["chat"]["id"] == new


async def test_a_topic_has_its_own_thread(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, type="supergroup", is_forum=True)
    body = {"name": "Faces", "from": telegram.chat_id}
    topic = (await telegram.sim("POST", f"/chats/{chat_id}/topics", body)).json()
    thread = {"message_thread_id": topic["message_thread_id"]}
    sent = await telegram.call("sendMessage", chat_id=chat_id, text="x", **thread)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (
        topic["message_thread_id"],
        True,
    )
    assert await _seen(telegram, chat_id, "/talk@talking_photo_bot", **thread)
    assert (await telegram.updates())[-1]["message"]["is_topic_message"]
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x", message_thread_id=999)
    assert said == "Bad Request: message thread not found"
    body = {"from": telegram.chat_id}
    await telegram.sim("POST", f"/chats/{chat_id}/topics/{topic['message_thread_id']}/close", body)
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x", **thread)
    assert said == "Bad Request: TOPIC_CLOSED"


async def test_chats_and_members_can_be_asked_for(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    stranger = await telegram.new_person("Zoe")
    assert (await telegram.call("getChat", chat_id=chat_id))["title"] == "Friends"
    assert (await telegram.call("getChat", chat_id=telegram.chat_id))["first_name"] == "Ann"
    statuses = [
        (await telegram.call("getChatMember", chat_id=chat_id, user_id=user_id))["status"]
        for user_id in (telegram.chat_id, 4242, stranger["user_id"])
    ]
    assert statuses == ["creator", "member", "left"]
