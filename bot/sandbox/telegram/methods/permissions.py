"""What a bot may send into a group: rights and slow mode."""

from __future__ import annotations

import math
from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.errors import bad_request, too_many_requests
from bot.sandbox.telegram.methods.call import Call

Json = dict[str, Any]

# What each content needs, and how Telegram names it in a refusal.
NEEDED = {
    "photo": ("can_send_photos", "photos"),
    "video": ("can_send_videos", "videos"),
    "video_note": ("can_send_video_notes", "video notes"),
    "voice": ("can_send_voice_notes", "voice notes"),
    "audio": ("can_send_audios", "music"),
    "document": ("can_send_documents", "documents"),
    "sticker": ("can_send_other_messages", "stickers"),
}
_TEXT = ("can_send_messages", "text messages")


def needed_right(content: Json) -> tuple[str, str]:
    """The right this content needs, and what Telegram calls such messages."""
    return next((NEEDED[kind] for kind in NEEDED if kind in content), _TEXT)


def check_right(call: Call, chat: Chat, content: Json) -> None:
    """Raises ApiError 400 when the group does not let the bot send such a message."""
    right, named = needed_right(content)
    if not chat.may(call.bot.bot_id, right, is_bot=True):
        raise bad_request(f"not enough rights to send {named} to the chat")


def check_slow_mode(call: Call, chat: Chat) -> None:
    """Raises ApiError 429 when slow mode makes the bot wait; administrators are exempt.

    Telegram's documentation does not say whether bots are: the setting `slow_mode_binds_bots`.
    """
    last = chat.last_sent_seconds.get(call.bot.bot_id)
    bound = call.world.settings.slow_mode_binds_bots and not chat.administers(call.bot.bot_id)
    if last is None or not chat.slow_mode_seconds or not bound:
        return
    wait = last + chat.slow_mode_seconds - call.world.clock.steady_seconds()
    if wait > 0:
        raise too_many_requests(math.ceil(wait))
