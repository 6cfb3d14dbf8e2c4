"""A group begins, or becomes a supergroup."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.membership import member_object, owner_of, service_message
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.senders import as_group
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def open_group(world: World, chat: Chat, owner: Person) -> None:
    """Tell everybody of a new group: its bots hear that they were added, then see it begin."""
    actor = owner.as_user()
    bots = [b for b in world.bots if chat.standing(b.bot_id, is_bot=True).present]
    for bot in bots:
        change = {
            "chat": world.chat_object(chat),
            "from": actor,
            "date": world.now_seconds(),
            "old_chat_member": {"user": bot.as_user(), "status": "left"},
            "new_chat_member": member_object(chat, bot.as_user()),
        }
        bot.updates.push("my_chat_member", change)
    if chat.type == "group":
        service_message(world, chat, actor, {"group_chat_created": True})
    elif bots:
        added = [bot.as_user() for bot in bots]
        service_message(world, chat, actor, {"new_chat_members": added})


def migrate_group(world: World, chat: Chat) -> Chat:
    """The basic group becomes a supergroup of another id; both sides are told. Raises Refused."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise Refused(409, "Only a basic group becomes a supergroup.")
    actor = owner_of(world, chat)
    grown = world.chats.open_group(chat.title or "", [actor["id"]], "supergroup")
    grown.standings = dict(chat.standings)
    grown.permissions, grown.has_bots = dict(chat.permissions), chat.has_bots
    service_message(world, chat, actor, {"migrate_to_chat_id": grown.chat_id})
    hidden = as_group(world.chat_object(grown))
    service_message(world, grown, hidden["from"], {**hidden, "migrate_from_chat_id": chat.chat_id})
    chat.migrated_to = grown.chat_id
    world.tell_chat(chat)
    return grown
