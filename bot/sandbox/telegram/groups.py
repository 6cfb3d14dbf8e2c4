"""A group begins, or becomes a supergroup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.telegram.bots.bots import Bot
from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.senders import as_group
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.membership import member_object, owner_of, service_message
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def open_group(world: World, chat: Chat, owner: Person) -> None:
    """Tell everybody of a new group: its bots hear that they were added, then see it begin."""
    actor = owner.as_user()
    bots = [b for b in world.bots if chat.standing(b.bot_id, is_bot=True).present]
    for bot in bots:
        _tell_bot(world, chat, bot, ("left", None), actor)
    if chat.type == "group":
        service_message(world, chat, actor, {"group_chat_created": True})
    elif bots:
        added = [bot.as_user() for bot in bots]
        service_message(world, chat, actor, {"new_chat_members": added})


MIGRATION = ("to", "from", "join")
"""What Telegram tells of one, in no order that it promises; "left" is what it may add."""


def migrate_group(world: World, chat: Chat, told: Sequence[str]) -> Chat:
    """The basic group becomes a supergroup of another id, unless it did; that much of it is told.

    Raises Refused.
    """
    if chat.type != "group" or not {*told} <= {*MIGRATION, "left"}:
        raise Refused(409, "Only a basic group becomes a supergroup, told as to, from, join, left.")
    actor = owner_of(world, chat)
    grown = _grown(world, chat, actor)
    for event in told:
        _tell_of_migration(world, chat, grown, event, actor)
    world.tell_chat(chat)
    return grown


def _grown(world: World, chat: Chat, actor: Json) -> Chat:
    if chat.migrated_to is not None:
        return world.chats.get(chat.migrated_to)
    grown = world.chats.open_group(chat.title or "", [actor["id"]], "supergroup")
    grown.standings = dict(chat.standings)
    grown.permissions, grown.has_bots = dict(chat.permissions), chat.has_bots
    chat.migrated_to = grown.chat_id
    return grown


def _tell_of_migration(world: World, chat: Chat, grown: Chat, event: str, actor: Json) -> None:
    bots = [b for b in world.bots if chat.standing(b.bot_id, is_bot=True).present]
    if event == "to":
        service_message(world, chat, actor, {"migrate_to_chat_id": grown.chat_id})
    elif event == "from":
        hidden, origin = as_group(world.chat_object(grown)), {"migrate_from_chat_id": chat.chat_id}
        service_message(world, grown, hidden["from"], {**hidden, **origin})
    else:
        where, change = (grown, ("left", None)) if event == "join" else (chat, (None, "left"))
        for bot in bots:
            _tell_bot(world, where, bot, change, actor)


def _tell_bot(
    world: World, chat: Chat, bot: Bot, change: tuple[str | None, str | None], actor: Json
) -> None:
    """That its standing is, or was, another one than it is; None is what it is."""
    user = bot.as_user()
    old, new = (
        member_object(chat, user) if status is None else {"user": user, "status": status}
        for status in change
    )
    about = {"chat": world.chat_object(chat), "from": actor, "date": world.now_seconds()}
    told = {**about, "old_chat_member": old, "new_chat_member": new}
    bot.updates.push("my_chat_member", told)
