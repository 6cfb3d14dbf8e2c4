"""Edits and deletion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.credentials import OTHER_TOKEN
from tests.support.local_telegram import LocalTelegram
from tests.support.media.photos import gradient
from tests.support.media.videos import video

KEYBOARD = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


def _at(telegram: LocalTelegram, message: dict[str, Any]) -> dict[str, Any]:
    return {"chat_id": telegram.chat_id, "message_id": message["message_id"]}


async def test_a_text_is_edited_in_place(telegram: LocalTelegram) -> None:
    sent = await telegram.send("one")
    edited = await telegram.call("editMessageText", **_at(telegram, sent), text="two")
    assert edited["text"] == "two"
    assert edited["edit_date"] >= edited["date"]
    (view,) = await telegram.views()
    assert (view["text"], view["edits"]) == ("two", 1)


async def test_an_identical_edit_is_refused(telegram: LocalTelegram) -> None:
    sent = await telegram.send("<b>one</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    said = await telegram.refusal(
        "editMessageText",
        **_at(telegram, sent),
        text="<strong>one</strong>",
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    assert said == NOT_MODIFIED


async def test_an_edit_without_buttons_takes_them_away(telegram: LocalTelegram) -> None:
    sent = await telegram.send("one", reply_markup=KEYBOARD)
    edited = await telegram.call("editMessageText", **_at(telegram, sent), text="one")
    assert "reply_markup" not in edited


async def test_only_the_buttons_are_edited(telegram: LocalTelegram) -> None:
    sent = await telegram.send("one")
    edited = await telegram.call(
        "editMessageReplyMarkup", **_at(telegram, sent), reply_markup=KEYBOARD
    )
    assert (edited["text"], edited["reply_markup"]) == ("one", KEYBOARD)
    assert "edit_date" not in edited
    assert (
        await telegram.refusal(
            "editMessageReplyMarkup", **_at(telegram, sent), reply_markup=KEYBOARD
        )
        == NOT_MODIFIED
    )


async def test_a_text_becomes_a_video(telegram: LocalTelegram) -> None:
    sent = await telegram.send("working", reply_markup=KEYBOARD)
    media: dict[str, Any] = {"type": "video", "media": "attach://clip", "caption": "<i>done</i>"}
    media |= {"parse_mode": "HTML", "thumbnail": "attach://thumb", "width": 64, "height": 48}
    answer = await telegram.ask(
        "editMessageMedia",
        files={
            "clip": ("clip.mp4", video(), "video/mp4"),
            "thumb": ("thumb.jpg", gradient(), "image/jpeg"),
        },
        media=json.dumps(media),
        **{name: str(value) for name, value in _at(telegram, sent).items()},
    )
    result = answer["result"]
    assert result["message_id"] == sent["message_id"]
    assert "text" not in result
    assert (result["video"]["width"], result["video"]["height"]) == (64, 48)
    assert result["video"]["thumbnail"]["width"] == 320
    assert (result["caption"], result["caption_entities"][0]["type"]) == ("done", "italic")


async def test_the_same_video_again_is_no_change(telegram: LocalTelegram) -> None:
    clip = video()
    files = {"video": ("a.mp4", clip, "video/mp4")}
    sent = await telegram.ask("sendVideo", files=files, chat_id=str(telegram.chat_id))
    answer = await telegram.ask(
        "editMessageMedia",
        files=files,
        media=json.dumps({"type": "video", "media": "attach://video"}),
        **{name: str(value) for name, value in _at(telegram, sent["result"]).items()},
    )
    assert answer["description"] == NOT_MODIFIED


async def test_a_caption_is_edited_and_removed(telegram: LocalTelegram) -> None:
    files = {"photo": ("a.jpg", gradient(), "image/jpeg")}
    sent = (await telegram.ask("sendPhoto", files=files, chat_id=str(telegram.chat_id)))["result"]
    edited = await telegram.call("editMessageCaption", **_at(telegram, sent), caption="a face")
    assert edited["caption"] == "a face"
    bare = await telegram.call("editMessageCaption", **_at(telegram, sent))
    assert "caption" not in bare


async def test_text_and_caption_are_not_mixed_up(telegram: LocalTelegram) -> None:
    files = {"photo": ("a.jpg", gradient(), "image/jpeg")}
    photo = (await telegram.ask("sendPhoto", files=files, chat_id=str(telegram.chat_id)))["result"]
    text = await telegram.send("one")
    assert (
        await telegram.refusal("editMessageText", **_at(telegram, photo), text="x")
        == "Bad Request: there is no text in the message to edit"
    )
    assert (
        await telegram.refusal("editMessageCaption", **_at(telegram, text), caption="x")
        == "Bad Request: there is no caption in the message to edit"
    )


@pytest.mark.parametrize("method", ["editMessageText", "deleteMessage"])
async def test_what_is_gone_cannot_be_changed(telegram: LocalTelegram, method: str) -> None:
    sent = await telegram.send("one")
    assert await telegram.call("deleteMessage", **_at(telegram, sent))
    said = await telegram.refusal(method, **_at(telegram, sent), text="two")
    assert said.endswith("not found")
    assert (await telegram.views())[0]["deleted"]


async def test_only_its_author_edits_a_message(telegram: LocalTelegram) -> None:
    sent = await telegram.send("one")
    written = (await telegram.write("mine"))["message"]
    said = await telegram.refusal("editMessageText", **_at(telegram, written), text="x")
    assert said == "Bad Request: message can't be edited"
    said = await telegram.refusal(
        "editMessageText", token=OTHER_TOKEN, **_at(telegram, sent), text="x"
    )
    assert said == "Bad Request: message can't be edited"


async def test_a_bot_deletes_a_persons_message_only_in_private(telegram: LocalTelegram) -> None:
    written = (await telegram.write("mine"))["message"]
    assert await telegram.call("deleteMessage", **_at(telegram, written))
    group = await telegram.new_group(telegram.person)
    there = await telegram.write("ours", chat_id=group["chat_id"], author=telegram.chat_id)
    said = await telegram.refusal(
        "deleteMessage", chat_id=group["chat_id"], message_id=there["message"]["message_id"]
    )
    assert said == "Bad Request: message can't be deleted"


async def test_a_persons_edit_is_an_update(telegram: LocalTelegram) -> None:
    written = (await telegram.write("helo"))["message"]
    path = f"/chats/{telegram.chat_id}/messages/{written['message_id']}"
    assert (await telegram.sim("PATCH", path, {"text": "hello"})).status_code == 200
    update = (await telegram.updates())[-1]
    assert update["edited_message"]["text"] == "hello"


async def test_a_persons_deletion_is_no_update(telegram: LocalTelegram) -> None:
    written = await telegram.write("oops")
    path = f"/chats/{telegram.chat_id}/messages/{written['message']['message_id']}"
    assert (await telegram.sim("DELETE", path)).status_code == 204
    assert await telegram.updates(offset=written["update_id"] + 1) == []


async def test_a_reaction_is_seen(telegram: LocalTelegram) -> None:
    written = (await telegram.write("hi"))["message"]
    thumb = [{"type": "emoji", "emoji": "👍"}]
    assert await telegram.call("setMessageReaction", **_at(telegram, written), reaction=thumb)
    assert (await telegram.views())[0]["reactions"] == thumb
    said = await telegram.refusal(
        "setMessageReaction", **_at(telegram, written), reaction=[{"type": "emoji", "emoji": "x"}]
    )
    assert said == "Bad Request: REACTION_INVALID"
