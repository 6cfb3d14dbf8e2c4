"""getChat, getChatMember, getChatAdministrators, sendChatAction, setMessageReaction, drafts."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call, chat_of, known_chat, message_of
from bot.sandbox.telegram.texts import TEXT_LIMIT, formatted

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
_VARIATION_SELECTOR = "\ufe0f"
_ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


async def get_chat(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat"""
    chat = known_chat(call)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return {
        **call.world.chat_object(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


async def get_chat_administrators(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators"""
    chat = chat_of(call)
    if not chat.is_group:
        raise bad_request("there are no administrators in the private chat")
    return [_member(call, chat, user_id) for user_id in sorted(chat.administrators)]


async def get_chat_member(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmember"""
    chat = chat_of(call)
    user_id = call.params.maybe_integer("user_id")
    if user_id is None:
        raise bad_request("invalid user_id specified")
    return _member(call, chat, user_id)


def _member(call: Call, chat: Chat, user_id: int) -> Json:
    person, bot = call.world.people.find(user_id), call.world.bots.find(user_id)
    if person is None and bot is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    user = person.as_user() if person else call.bot.as_user()
    if user_id in chat.administrators:
        if chat.members[:1] == [user_id]:
            return {"user": user, "status": "creator", "is_anonymous": False}
        rights = {right: right != "is_anonymous" for right in _ADMINISTRATOR_RIGHTS}
        return {"user": user, "status": "administrator", **rights}
    present = user_id in chat.members or bot is not None
    return {"user": user, "status": "member" if present else "left"}


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
