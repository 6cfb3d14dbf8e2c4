"""Every object the local Telegram emits is one that both well-kept bot libraries understand."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import aiogram
import aiogram.types
import telegram as ptb

from bot.sandbox.telegram.methods import canonical_name
from tests.support.local_telegram import LocalTelegram
from tests.support.media.photos import gradient
from tests.support.media.videos import video
from tests.support.media.voices import recording

Json = dict[str, Any]

PRODUCT = Path(__file__).parents[2] / "bot"
KEYBOARD = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}


def _both(kind: str, emitted: Json) -> None:
    """Parse with both; nothing may be missing for either, nothing unknown to PTB."""
    model = getattr(aiogram.types, kind)
    parsed = model.model_validate(emitted)
    assert parsed.model_extra in (None, {}), (kind, parsed.model_extra)
    ours = getattr(ptb, kind).de_json(emitted, None)
    _nothing_unknown(ours)


def _nothing_unknown(value: object) -> None:
    if isinstance(value, (list, tuple)):
        for item in value:
            _nothing_unknown(item)
    if isinstance(value, ptb.TelegramObject):
        assert not value.api_kwargs, (type(value), value.api_kwargs)
        for name in value.to_dict(recursive=False):
            _nothing_unknown(getattr(value, name, None))


async def _persons_messages(telegram: LocalTelegram) -> None:
    first = await telegram.write("hello /start")
    reply = {"reply_to_message_id": first["message"]["message_id"]}
    for kind in ("photo", "document", "sticker"):
        await telegram.write(kind=kind, sample="portrait", caption="c", **reply)
    await telegram.write(kind="location", latitude=1.5, longitude=2.5)
    await telegram.write(kind="contact", first_name="Zoe", phone_number="+123")
    await telegram.write("forwarded", forward_from_name="Zoe", media_group_id="1")
    files = {
        "voice": recording("webm", "libopus"),
        "audio": recording("mp3", "libmp3lame"),
        "video": video(),
        "video_note": video(64, 64),
    }
    for kind, data in files.items():
        path = f"/sim/chats/{telegram.chat_id}/messages"
        answer = await telegram.http.post(path, data={"kind": kind}, files={"file": ("f", data)})
        assert answer.status_code == 201
    path = f"/chats/{telegram.chat_id}/messages/{first['message']['message_id']}"
    await telegram.sim("PATCH", path, {"text": "hello again"})


async def _groups(telegram: LocalTelegram) -> None:
    group = await telegram.new_group(telegram.person)
    await telegram.sim("POST", f"/chats/{group['chat_id']}/migrate")
    forum = await telegram.new_group(telegram.person, type="supergroup", is_forum=True)
    author = {"from": telegram.chat_id}
    await telegram.sim("POST", f"/chats/{forum['chat_id']}/topics", {"name": "T"} | author)
    await telegram.write("/talk@talking_photo_bot", chat_id=forum["chat_id"], **author)
    for verb in ("block", "unblock"):
        await telegram.sim("POST", f"/chats/{forum['chat_id']}/{verb}", author)
        await telegram.sim("POST", f"/chats/{telegram.chat_id}/{verb}", {})


async def _sales_and_presses(telegram: LocalTelegram) -> None:
    invoice = await telegram.call(
        "sendInvoice",
        chat_id=telegram.chat_id,
        title="t",
        description="d",
        payload="p",
        currency="XTR",
        prices=[{"label": "l", "amount": 5}],
    )
    path = f"/chats/{telegram.chat_id}/messages/{invoice['message_id']}/pay"
    query = (await telegram.sim("POST", path)).json()
    await telegram.call("answerPreCheckoutQuery", **query, ok=True)
    (payment,) = (await telegram.sim("GET", "/payments")).json()["payments"]
    await telegram.call(
        "refundStarPayment",
        user_id=telegram.chat_id,
        telegram_payment_charge_id=payment["telegram_payment_charge_id"],
    )
    sent = await telegram.send("x", reply_markup=KEYBOARD)
    path = f"/chats/{telegram.chat_id}/messages/{sent['message_id']}/press"
    await telegram.sim("POST", path, {"callback_data": "x"})


async def test_every_update_is_understood(telegram: LocalTelegram) -> None:
    await _persons_messages(telegram)
    await _groups(telegram)
    await _sales_and_presses(telegram)
    updates = await telegram.updates()
    kinds = {name for update in updates for name in update} - {"update_id"}
    assert kinds == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "pre_checkout_query",
    }
    contents = {name for update in updates for name in update.get("message", {})}
    assert contents >= {
        "text",
        "photo",
        "voice",
        "audio",
        "video",
        "video_note",
        "document",
        "sticker",
        "location",
        "contact",
        "forward_origin",
        "reply_to_message",
        "caption",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "forum_topic_created",
        "successful_payment",
        "refunded_payment",
    }
    for update in updates:
        _both("Update", update)


async def test_every_sent_message_is_understood(telegram: LocalTelegram) -> None:
    await telegram.sim("PATCH", "/settings", {"rate_limits": False})
    html = (
        '<b>b</b> <a href="https://a.example">a</a> <code>c</code> <a href="tg://user?id=1">m</a>'
    )
    asked = await telegram.send(html, parse_mode="HTML", reply_markup=KEYBOARD)
    chat = {"chat_id": str(telegram.chat_id)}
    reply = {"reply_parameters": json.dumps({"message_id": asked["message_id"]})}
    clip, face = ("v.mp4", video(64, 64), "video/mp4"), ("p.jpg", gradient(), "image/jpeg")
    more = {"thumbnail": face, "cover": face}
    album = [
        {"type": "photo", "media": "attach://a", "caption": "x"},
        {"type": "photo", "media": "attach://b"},
    ]
    note = ("n.ogg", recording("ogg", "libopus"), "audio/ogg")
    answers = [
        await telegram.ask("sendPhoto", files={"photo": face}, **chat, has_spoiler="true"),
        await telegram.ask(
            "sendVideo", files={"video": clip} | more, **chat, **reply, cover="attach://cover"
        ),
        await telegram.ask("sendVideoNote", files={"video_note": clip}, **chat),
        await telegram.ask("sendVoice", files={"voice": note}, **chat, caption="c"),
        await telegram.ask("sendDocument", files={"document": face, "thumbnail": face}, **chat),
        await telegram.ask(
            "sendMediaGroup", files={"a": face, "b": face}, **chat, media=json.dumps(album)
        ),
    ]
    assert all(answer["ok"] for answer in answers), answers
    for answer in answers:
        result = answer["result"]
        for message in result if isinstance(result, list) else [result]:
            _both("Message", message)
    _both("Message", asked)
    conversation = {"chat_id": telegram.chat_id, "message_id": asked["message_id"]}
    _both("Message", await telegram.call("editMessageText", **conversation, text="edited"))


async def test_chats_members_and_files_are_understood(telegram: LocalTelegram) -> None:
    group = await telegram.new_group(telegram.person, administrators=[4242])
    _both("User", await telegram.call("getMe"))
    for chat_id in (telegram.chat_id, group["chat_id"]):
        _both("ChatFullInfo", await telegram.call("getChat", chat_id=chat_id))
    voice = (await telegram.write(kind="voice", sample="voice"))["message"]["voice"]
    _both("File", await telegram.call("getFile", file_id=voice["file_id"]))
    _both("WebhookInfo", await telegram.call("getWebhookInfo"))


def test_every_method_that_the_bot_calls_is_known_here() -> None:
    called = set()
    for file in sorted(PRODUCT.rglob("*.py")):
        if "sandbox" not in file.parts:
            tree = ast.parse(file.read_text("utf-8"))
            called |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {name for name in vars(ptb.Bot) if canonical_name(name.replace("_", "")) is not None}
    methods = {
        name for name in vars(ptb.Bot) if name.startswith(("get_", "set_", "send_", "edit_"))
    }
    assert "get_user_profile_photos" in called
    assert called & methods <= names
