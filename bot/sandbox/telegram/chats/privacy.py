"""What a bot gets to see of a group. https://core.telegram.org/bots/features#privacy-mode"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.telegram.bots.bots import Bot
from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.settings import Settings

Json = dict[str, Any]

_COMMAND = re.compile(r"/[A-Za-z0-9_]+(?:@(\w+))?(?:\s|$)")
_SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "group_chat_created",
        "supergroup_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_edited",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "new_chat_photo",
        "delete_chat_photo",
        "forum_topic_reopened",
        "pinned_message",
        "successful_payment",
        "refunded_payment",
    }
)


def may_see(chat: Chat, kind: str, content: Json, bot: Bot, settings: Settings) -> bool:
    """Whether this update reaches the bot."""
    if kind not in ("message", "edited_message") or not chat.is_group:
        return True
    if not settings.privacy_mode or chat.administers(bot.bot_id):
        return True
    if _SERVICE.intersection(content) or _answers(content, bot):
        return True
    return _commands(chat, content, bot, settings)


def _answers(content: Json, bot: Bot) -> bool:
    elsewhere: Json = content.get("external_reply", {}).get("origin", {}).get("sender_user", {})
    replied: Json = content.get("reply_to_message", {}).get("from", elsewhere)
    return bool(replied.get("id") == bot.bot_id)


def _commands(chat: Chat, content: Json, bot: Bot, settings: Settings) -> bool:
    text = content.get("text", "")
    if not text and settings.caption_commands_pass:
        text = content.get("caption", "")
    match = _COMMAND.match(text)
    if match is None:
        return False
    if match[1]:
        return str(match[1]).lower() == bot.username.lower()
    # A bare command goes to the bot that wrote last.
    return chat.last_bot_id == bot.bot_id
