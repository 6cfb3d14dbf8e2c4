"""Who a message is from where no person shows: hidden administrators and channels.

https://core.telegram.org/bots/api#message (`from`, `sender_chat`)
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# The accounts Telegram itself puts in place of a sender.
ANONYMOUS_ADMINISTRATOR: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL: Json = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
LINKED_CHANNEL: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
STAND_INS: dict[int, Json] = {
    int(user["id"]): user for user in (ANONYMOUS_ADMINISTRATOR, CHANNEL, LINKED_CHANNEL)
}


def as_group(group: Json) -> Json:
    """The fields of a hidden administrator's message; `group` is the Chat."""
    return {"from": ANONYMOUS_ADMINISTRATOR, "sender_chat": group}


def as_channel(channel_id: int, title: str) -> Json:
    """The fields of a message a channel writes into the group."""
    return {"from": CHANNEL, "sender_chat": _channel(channel_id, title)}


def as_linked_channel(channel_id: int, title: str, post_id: int, now_seconds: int) -> Json:
    """The fields of a linked channel's post, which comes into the group by itself."""
    channel = _channel(channel_id, title)
    origin = {"type": "channel", "chat": channel, "message_id": post_id, "date": now_seconds}
    return {
        "from": LINKED_CHANNEL,
        "sender_chat": channel,
        "is_automatic_forward": True,
        "forward_origin": origin,
    }


def _channel(channel_id: int, title: str) -> Json:
    return {"id": channel_id, "type": "channel", "title": title}
