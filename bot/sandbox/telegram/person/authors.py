"""Who a message written through /sim is from: a person, hidden or not, or a channel."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.senders import as_channel, as_group, as_linked_channel
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.person.requests import author
from bot.sandbox.telegram.world import World

Json = dict[str, Any]

_FIRST_POST_ID = 100


def sender_of(world: World, chat: Chat, params: Params) -> Json:
    """`from` and what else tells who wrote. Raises Refused.

    `channel` and `linked_channel` are a channel's title; `anonymous` an administrator's choice.
    """
    title = params.text("channel") or params.text("linked_channel")
    if title and not chat.is_group:
        raise Refused(409, "Channels write in groups.")
    if "linked_channel" in params:
        post_id, now = _FIRST_POST_ID + len(chat.messages), world.now_seconds()
        return as_linked_channel(chat.channel_id(title), title, post_id, now)
    if "channel" in params:
        return as_channel(chat.channel_id(title), title)
    person = author(world, chat, params)
    hidden = chat.standing(person.user_id, is_bot=False).is_anonymous
    if not (hidden or params.flag("anonymous")):
        return {"from": person.as_user()}
    if not chat.administers(person.user_id):
        raise Refused(403, f"{person.first_name} is no administrator here.")
    return as_group(world.chat_object(chat))
