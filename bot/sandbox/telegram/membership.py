"""Coming, going and rights in groups, with all that Telegram says about them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.senders import STAND_INS
from bot.sandbox.telegram.chats.standings import Standing
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def user_of(world: World, user_id: int) -> Json | None:
    """The User of a person, a bot, or a stand-in for a sender."""
    person, bot = world.people.find(user_id), world.bots.find(user_id)
    if person is not None:
        return person.as_user()
    return bot.as_user() if bot is not None else STAND_INS.get(user_id)


def owner_of(world: World, chat: Chat) -> Json:
    """Who acts for the group: its owner, else whoever is left of its people. Raises Refused."""
    present = [one for one, what in chat.standings.items() if what.present and one in world.people]
    if not present:
        raise Refused(409, "Nobody is left in this group.")
    owners = [one for one in present if chat.standings[one].status == "creator"]
    return world.people.get((owners or present)[0]).as_user()


def member_object(chat: Chat, user: Json) -> Json:
    """The Bot API's ChatMember of that user in the chat."""
    is_bot = user["is_bot"] and user["id"] not in STAND_INS
    return _as_member(chat, user, chat.standing(user["id"], is_bot=is_bot))


def change_standing(world: World, chat: Chat, user: Json, new: Standing, actor: Json) -> None:
    """Make somebody what they are to be, and tell everybody Telegram would tell."""
    old = chat.standing(user["id"], is_bot=user["is_bot"])
    if old == new:
        return
    if old.present and not new.present:
        service_message(world, chat, actor, {"left_chat_member": user})
    chat.standings[user["id"]] = new
    _tell_of_change(world, chat, user, (old, new), actor)
    if new.present and not old.present:
        service_message(world, chat, actor, {"new_chat_members": [user]})
    world.tell_chat(chat)


def service_message(world: World, chat: Chat, actor: Json, content: Json) -> None:
    """A message of the chat itself: all bots in it see it."""
    world.tell_of(chat, world.post(chat, actor, content))


def _tell_of_change(
    world: World, chat: Chat, user: Json, change: tuple[Standing, Standing], actor: Json
) -> None:
    """`my_chat_member` to the bot it is about; `chat_member` to administrators that asked."""
    old, new = change
    body = {
        "chat": world.chat_object(chat),
        "from": actor,
        "date": world.now_seconds(),
        "old_chat_member": _as_member(chat, user, old),
        "new_chat_member": _as_member(chat, user, new),
    }
    for bot in world.bots:
        if bot.bot_id == user["id"]:
            bot.updates.push("my_chat_member", body)
        elif chat.administers(bot.bot_id):
            bot.updates.push("chat_member", body)


def _as_member(chat: Chat, user: Json, standing: Standing) -> Json:
    supergroup = chat.type == "supergroup"
    return standing.as_member(user, chat.permissions, supergroup=supergroup)
