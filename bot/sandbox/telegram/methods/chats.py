"""getChat, its members and their pictures, leaveChat, sendChatAction, reactions, drafts."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.standings import Standing
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.membership import change_standing, member_object, user_of
from bot.sandbox.telegram.methods.call import Call, chat_of, known_chat, message_of
from bot.sandbox.telegram.texts.texts import TEXT_LIMIT, formatted

Json = dict[str, Any]

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
# https://core.telegram.org/bots/api#reactiontypeemoji
_REACTIONS = frozenset(
    "👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋"
    "🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡❤🤷"
) | {"❤\u200d🔥", "👨\u200d💻", "🤷\u200d♂", "🤷\u200d♀"}
_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)
_VARIATION_SELECTOR = "\ufe0f"


async def get_chat(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat"""
    chat = known_chat(call)
    if chat.is_group:
        chat = chat_of(call)
    shown = {
        **call.world.chat_object(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    return shown | _of_group(chat) if chat.is_group else shown


def _of_group(chat: Chat) -> Json:
    shown: Json = {"permissions": dict(chat.permissions)}
    if chat.slow_mode_seconds:
        shown["slow_mode_delay"] = chat.slow_mode_seconds
    return shown


async def get_chat_administrators(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators"""
    chat = chat_of(call)
    if not chat.is_group:
        raise bad_request("there are no administrators in the private chat")
    return [_member(call, chat, user_id) for user_id in chat.administrators]


async def get_chat_member(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmember"""
    chat = chat_of(call)
    user_id = call.params.maybe_integer("user_id")
    if user_id is None:
        raise bad_request("invalid user_id specified")
    return _member(call, chat, user_id)


async def leave_chat(call: Call) -> bool:
    """https://core.telegram.org/bots/api#leavechat"""
    chat = chat_of(call)
    if not chat.is_group:
        raise bad_request("chat member status can't be changed in private chats")
    change_standing(call.world, chat, call.bot.as_user(), Standing("left"), call.bot.as_user())
    return True


def _member(call: Call, chat: Chat, user_id: int) -> Json:
    user = user_of(call.world, user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_object(chat, user)


async def get_user_profile_photos(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getuserprofilephotos (nobody here has one)"""
    if user_of(call.world, call.params.integer("user_id")) is None:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}


async def send_chat_action(call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendchataction"""
    chat = chat_of(call)
    action = call.params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.journal.append("chat_action", chat_id=chat.chat_id, action=action)
    return True


async def set_message_reaction(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmessagereaction (bots: at most one, an emoji)"""
    chat = chat_of(call)
    message = message_of(call, chat, "react")
    reactions = call.params.json("reaction") or []
    if not isinstance(reactions, list):
        raise bad_request("expected an Array of ReactionType")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in reactions:
        _check_reaction(reaction)
    message.reactions = reactions
    call.world.announce(message, "message_edited")
    return True


def _check_reaction(reaction: Any) -> None:
    if not isinstance(reaction, dict) or reaction.get("type") not in ("emoji", "custom_emoji"):
        raise bad_request("can't parse reaction types JSON object")
    if str(reaction.get("emoji", "")).rstrip(_VARIATION_SELECTOR) not in _REACTIONS:
        raise bad_request("REACTION_INVALID")


async def send_message_draft(call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendmessagedraft (private chats only)"""
    chat = chat_of(call)
    if chat.is_group:
        raise bad_request("message drafts can be sent to private chats only")
    draft_id = call.params.integer("draft_id")
    if draft_id == 0:
        raise bad_request("draft_id must be non-zero")
    params = call.params
    text = formatted(params.text("text"), params.text("parse_mode"), params.json("entities"))
    if len(text.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    call.world.journal.append(
        "message_draft", chat_id=chat.chat_id, draft_id=draft_id, **text.as_text()
    )
    return True
