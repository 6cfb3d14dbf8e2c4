"""What a group lets a bot do, and how Telegram says that it does not."""

from __future__ import annotations

import json
from typing import Any

import aiogram.types
import pytest
import telegram as ptb

from tests.support.credentials import OTHER_TOKEN
from tests.support.local_telegram import LocalTelegram
from tests.support.media.photos import gradient
from tests.support.media.videos import video
from tests.support.media.voices import recording

Json = dict[str, Any]


async def _group(telegram: LocalTelegram, **fields: Any) -> int:
    fields = {"type": "supergroup"} | fields
    return int((await telegram.new_group(telegram.person, **fields))["chat_id"])


async def _set_bot(telegram: LocalTelegram, chat_id: int, status: str, **rights: bool) -> None:
    body = {"status": status, "rights": rights}
    answer = await telegram.sim("PATCH", f"/chats/{chat_id}/members/bot", body)
    assert answer.status_code == 200, answer.text


async def _changes(telegram: LocalTelegram) -> list[tuple[str, str]]:
    """The bot's own changes of standing, each parsed by both libraries."""
    found = [u["my_chat_member"] for u in await telegram.updates() if "my_chat_member" in u]
    for change in found:
        aiogram.types.ChatMemberUpdated.model_validate(change)
        ptb.ChatMemberUpdated.de_json(change, None)
    return [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in found]


async def test_the_bot_hears_of_every_change_of_its_standing(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    await _set_bot(telegram, chat_id, "administrator")
    await _set_bot(telegram, chat_id, "administrator", can_delete_messages=False)
    await _set_bot(telegram, chat_id, "member")
    await _set_bot(telegram, chat_id, "restricted", can_send_videos=False)
    await _set_bot(telegram, chat_id, "kicked")
    await _set_bot(telegram, chat_id, "member")
    await telegram.call("leaveChat", chat_id=chat_id)
    assert await _changes(telegram) == [
        ("left", "member"),
        ("member", "administrator"),
        ("administrator", "administrator"),
        ("administrator", "member"),
        ("member", "restricted"),
        ("restricted", "kicked"),
        ("kicked", "member"),
        ("member", "left"),
    ]
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x")
    assert said == "Forbidden: bot is not a member of the supergroup chat"
    said = await telegram.refusal("getChat", chat_id=chat_id)
    assert said == "Forbidden: bot is not a member of the supergroup chat"


async def test_a_private_chat_says_when_the_bot_is_blocked(telegram: LocalTelegram) -> None:
    for verb in ("block", "unblock"):
        await telegram.sim("POST", f"/chats/{telegram.chat_id}/{verb}", {})
    assert await _changes(telegram) == [("member", "kicked"), ("kicked", "member")]


@pytest.mark.parametrize(
    ("right", "method", "field", "named"),
    [
        ("can_send_videos", "sendVideo", "video", "videos"),
        ("can_send_video_notes", "sendVideoNote", "video_note", "video notes"),
        ("can_send_photos", "sendPhoto", "photo", "photos"),
        ("can_send_voice_notes", "sendVoice", "voice", "voice notes"),
        ("can_send_documents", "sendDocument", "document", "documents"),
    ],
)
async def test_media_needs_its_right(
    telegram: LocalTelegram, right: str, method: str, field: str, named: str
) -> None:
    chat_id = await _group(telegram, permissions={right: False})
    data = {"photo": gradient(), "document": gradient(), "voice": recording("ogg", "libopus")}.get(
        field, video(64, 64)
    )
    files = {field: ("f", data)}
    said = (await telegram.ask(method, files=files, chat_id=str(chat_id)))["description"]
    assert said == f"Bad Request: not enough rights to send {named} to the chat"
    assert (await telegram.call("getChat", chat_id=chat_id))["permissions"][right] is False
    await _set_bot(telegram, chat_id, "administrator")
    assert (await telegram.ask(method, files=files, chat_id=str(chat_id)))["ok"]


async def test_a_bot_may_be_kept_from_videos_alone(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    await _set_bot(telegram, chat_id, "restricted", can_send_videos=False)
    sent = await telegram.call("sendMessage", chat_id=chat_id, text="x")
    media = json.dumps({"type": "video", "media": "attach://v"})
    conversation = {"chat_id": str(chat_id), "message_id": str(sent["message_id"])}
    answer = await telegram.ask(
        "editMessageMedia", files={"v": video(64, 64)}, media=media, **conversation
    )
    assert answer["description"].endswith("not enough rights to send videos to the chat")
    member = await telegram.call("getChatMember", chat_id=chat_id, user_id=4242)
    assert (member["status"], member["can_send_videos"]) == ("restricted", False)
    aiogram.types.ChatMemberRestricted.model_validate(member)
    assert isinstance(ptb.ChatMember.de_json(member, None), ptb.ChatMemberRestricted)


async def test_nothing_at_all_may_be_sent_where_writing_is_off(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, permissions={"can_send_messages": False})
    said = await telegram.refusal("sendMessage", chat_id=chat_id, text="x")
    assert said == "Bad Request: not enough rights to send text messages to the chat"


async def test_slow_mode_makes_a_bot_wait_unless_it_administers(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram, slow_mode_seconds=30)
    assert (await telegram.call("getChat", chat_id=chat_id))["slow_mode_delay"] == 30
    sent = await telegram.call("sendMessage", chat_id=chat_id, text="x")
    answer = await telegram.ask("sendMessage", chat_id=chat_id, text="y")
    assert (answer["error_code"], answer["parameters"]["retry_after"]) == (429, 30)
    conversation = {"chat_id": chat_id, "message_id": sent["message_id"]}
    assert (await telegram.ask("editMessageText", **conversation, text="edits may"))["ok"]
    telegram.clock.advance(30)
    await telegram.call("sendMessage", chat_id=chat_id, text="y")
    await telegram.sim("PATCH", "/settings", {"slow_mode_binds_bots": False})
    await telegram.call("sendMessage", chat_id=chat_id, text="z")
    await telegram.sim("PATCH", "/settings", {"slow_mode_binds_bots": True})
    await _set_bot(telegram, chat_id, "administrator")
    await telegram.call("sendMessage", chat_id=chat_id, text="z")


async def test_other_peoples_messages_are_deleted_by_right_only(telegram: LocalTelegram) -> None:
    chat_id = await _group(telegram)
    written = await telegram.write("x", chat_id=chat_id, author=telegram.chat_id)
    conversation = {"chat_id": chat_id, "message_id": written["message"]["message_id"]}
    assert "can't be deleted" in await telegram.refusal("deleteMessage", **conversation)
    await _set_bot(telegram, chat_id, "administrator", can_delete_messages=False)
    assert "can't be deleted" in await telegram.refusal("deleteMessage", **conversation)
    await _set_bot(telegram, chat_id, "administrator", can_delete_messages=True)
    assert await telegram.call("deleteMessage", **conversation)


async def test_everybody_has_a_standing(telegram: LocalTelegram) -> None:
    zoe, kim = await telegram.new_person("Zoe"), await telegram.new_person("Kim")
    chat_id = await _group(telegram)
    await telegram.sim("POST", f"/chats/{chat_id}/members", {"user_ids": [zoe["user_id"]]})
    body = {"status": "administrator", "rights": {"is_anonymous": True}}
    await telegram.sim("PATCH", f"/chats/{chat_id}/members/{zoe['user_id']}", body)
    ids = (telegram.chat_id, zoe["user_id"], kim["user_id"], 4242, 1087968824)
    members = [
        await telegram.call("getChatMember", chat_id=chat_id, user_id=user_id) for user_id in ids
    ]
    assert [m["status"] for m in members] == ["creator", "administrator", "left", "member", "left"]
    for member in members:
        ptb.ChatMember.de_json(member, None)
    aiogram.types.ChatMemberAdministrator.model_validate(members[1])
    aiogram.types.ChatMemberOwner.model_validate(members[0])
    admins = await telegram.call("getChatAdministrators", chat_id=chat_id)
    assert {a["user"]["id"] for a in admins} == {telegram.chat_id, zoe["user_id"]}


async def test_only_one_bot_may_be_removed(telegram: LocalTelegram) -> None:
    await telegram.call("getMe", token=OTHER_TOKEN)
    chat_id = await _group(telegram)
    await _set_bot(telegram, chat_id, "kicked")
    assert "kicked" in await telegram.refusal("sendMessage", chat_id=chat_id, text="x")
    await telegram.call("sendMessage", token=OTHER_TOKEN, chat_id=chat_id, text="x")


async def test_a_bot_that_has_not_called_yet_hears_later_what_it_may(
    telegram: LocalTelegram,
) -> None:
    """The group is opened while the bot still starts: privacy mode holds all the same."""
    await telegram.sim("POST", "/reset")
    person = await telegram.new_person("Ann")
    chat_id = int((await telegram.new_group(person, type="supergroup"))["chat_id"])
    for text in ("hello", "/talk@talking_photo_bot"):
        await telegram.write(text, chat_id=chat_id, author=person["user_id"])
    texts = [u["message"].get("text") for u in await telegram.updates() if "message" in u]
    assert texts == [None, "/talk@talking_photo_bot"]
    assert await _changes(telegram) == [("left", "member")]
