"""editMessageText, …Caption, …ReplyMarkup, …Media and deleteMessage."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.methods.albums import input_media
from bot.sandbox.telegram.methods.call import Call, chat_of, message_of, take_turn
from bot.sandbox.telegram.methods.permissions import check_right
from bot.sandbox.telegram.methods.sending import caption_of
from bot.sandbox.telegram.texts.keyboards import split_markup
from bot.sandbox.telegram.texts.texts import message_text

Json = dict[str, Any]

_TEXT = frozenset({"text", "entities"})
_CAPTION = frozenset({"caption", "caption_entities"})
MEDIA = frozenset({"photo", "video", "audio", "document", "voice", "video_note", "sticker"})
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


async def edit_message_text(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext"""
    message = _own_message(call)
    params = call.params
    text = message_text(params.text("text"), params.text("parse_mode"), params.json("entities"))
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, message, _TEXT, text.as_text())


async def edit_message_caption(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagecaption"""
    message = _own_message(call)
    if not MEDIA.intersection(message.body):
        raise bad_request("there is no caption in the message to edit")
    return _edited(call, message, _CAPTION, caption_of(call))


async def edit_message_reply_markup(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup"""
    return _edited(call, _own_message(call), frozenset(), {})


async def edit_message_media(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagemedia (a text message may become media)"""
    message = _own_message(call)
    item = call.params.json("media")
    if not isinstance(item, dict):
        raise bad_request("media must be a JSON-serialized object")
    if {"voice", "video_note", "sticker", "invoice"}.intersection(message.body):
        raise bad_request("message can't be edited")
    content = await input_media(call, item)
    check_right(call, call.world.chats.get(message.chat_id), content)
    return _edited(call, message, MEDIA | _CAPTION | _TEXT, content)


async def delete_message(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessage"""
    chat = chat_of(call)
    message = message_of(call, chat, "delete")
    own = message.bot_id == call.bot.bot_id
    if not own and not _may_delete(call, chat):
        raise bad_request("message can't be deleted")
    call.world.delete(message)
    return True


def _may_delete(call: Call, chat: Chat) -> bool:
    standing = chat.standing(call.bot.bot_id, is_bot=True)
    allowed = standing.administers and standing.may("can_delete_messages", chat.permissions)
    return allowed or not chat.is_group


def _own_message(call: Call) -> StoredMessage:
    if "inline_message_id" in call.params:
        raise bad_request("message to edit not found")
    chat = chat_of(call)
    message = message_of(call, chat, "edit")
    if message.bot_id != call.bot.bot_id:
        raise bad_request("message can't be edited")
    return message


def _edited(call: Call, message: StoredMessage, replaced: frozenset[str], content: Json) -> Json:
    """Replace some fields and the keyboard: an edit without buttons takes them away."""
    keyboard, _ = split_markup(call.params.json("reply_markup"))
    body = {name: value for name, value in message.body.items() if name not in replaced} | content
    if _same(body, message.body) and keyboard == message.inline_keyboard:
        raise bad_request(_NOT_MODIFIED)
    take_turn(call, call.world.chats.get(message.chat_id))
    message.body = body if not replaced else {**body, "edit_date": call.world.now_seconds()}
    message.inline_keyboard = keyboard
    message.edits += 1
    call.world.announce(message, "message_edited")
    return message.as_api()


def _same(one: Json, other: Json) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(body: Json) -> Json:
    """A message's content, files by what they hold: a file sent again is the same file."""
    return {name: _without_ids(value) for name, value in body.items() if name != "edit_date"}


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k != "file_id"}
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    return value
