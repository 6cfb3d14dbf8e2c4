"""What every sent message goes through: thread, reply, buttons, limits, the chat's log."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.threads import is_closed, thread_fields
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.methods.call import Call, chat_of, take_turn
from bot.sandbox.telegram.methods.permissions import check_right, check_slow_mode
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.texts.keyboards import split_markup
from bot.sandbox.telegram.texts.texts import caption_text, message_text

Json = dict[str, Any]


async def send_message(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendmessage"""
    chat = chat_of(call)
    params = call.params
    text = message_text(params.text("text"), params.text("parse_mode"), params.json("entities"))
    return send(call, chat, text.as_text()).as_api()


def caption_of(call: Call) -> Json:
    """The caption's fields. Raises ApiError 400 when it is too long."""
    params = call.params
    caption = caption_text(
        params.text("caption"), params.text("parse_mode"), params.json("caption_entities")
    )
    return caption.as_caption()


def send(
    call: Call, chat: Chat, content: Json, *, default_keyboard: Json | None = None
) -> StoredMessage:
    """Post one message with everything the call says about its place and buttons."""
    inline, other = split_markup(call.params.json("reply_markup") or default_keyboard)
    place = placed(call, chat)
    check_right(call, chat, content)
    check_slow_mode(call, chat)
    take_turn(call, chat)
    message = post(call, chat, {**place, **content})
    message.inline_keyboard, message.reply_keyboard = inline, other
    call.world.announce(message)
    return message


def post(call: Call, chat: Chat, content: Json) -> StoredMessage:
    """Put the bot's message into the chat, not yet announced."""
    chat.last_bot_id = call.bot.bot_id
    chat.last_sent_seconds[call.bot.bot_id] = call.world.clock.steady_seconds()
    return call.world.post(chat, call.bot.as_user(), content, bot_id=call.bot.bot_id)


def placed(call: Call, chat: Chat) -> Json:
    """`reply_to_message` and the thread. Raises ApiError 400 when either does not exist."""
    fields = thread_fields(chat, _thread_id(call, chat), _reply_target(call, chat))
    manages = chat.standing(call.bot.bot_id, is_bot=True)
    if is_closed(chat, fields) and not (
        manages.administers and manages.may("can_manage_topics", chat.permissions)
    ):
        raise bad_request("TOPIC_CLOSED")
    if call.params.flag("protect_content"):
        fields["has_protected_content"] = True
    if effect := call.params.text("message_effect_id"):
        fields["effect_id"] = effect
    return fields


def _thread_id(call: Call, chat: Chat) -> int | None:
    """The thread the call names. Raises ApiError 400 when there is none of that id."""
    thread_id = call.params.maybe_integer("message_thread_id")
    if not thread_id:
        return None
    known = thread_id in chat.topics if chat.is_forum else _has_thread(chat, thread_id)
    if not known:
        raise bad_request("message thread not found")
    return thread_id


def _has_thread(chat: Chat, thread_id: int) -> bool:
    """Outside forums, any message of a supergroup may begin a thread."""
    return chat.type == "supergroup" and chat.live_message(thread_id) is not None


def _reply_target(call: Call, chat: Chat) -> StoredMessage | None:
    params = call.params
    reply = params.json("reply_parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    wanted = Params(reply).maybe_integer("message_id") or params.maybe_integer(
        "reply_to_message_id"
    )
    if not wanted:
        return None
    target = chat.live_message(wanted)
    tolerant = reply.get("allow_sending_without_reply") or params.flag(
        "allow_sending_without_reply"
    )
    if target is None and not tolerant:
        raise bad_request("message to be replied not found")
    return target
