"""Reading a person's requests."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.membership import owner_of
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.world import World


def number_in_path(request: Request, name: str) -> int:
    """An id from the address. Raises Refused."""
    try:
        return int(request.path_params[name])
    except ValueError:
        raise Refused(404, f"{name} is a number.") from None


def chat_in_path(world: World, request: Request) -> Chat:
    """The chat the address names. Raises Refused."""
    return world.chats.get(number_in_path(request, "chat_id"))


def group_in_path(world: World, request: Request) -> Chat:
    """The group the address names. Raises Refused."""
    chat = chat_in_path(world, request)
    if not chat.is_group:
        raise Refused(409, "That is a private chat, not a group.")
    if chat.migrated_to is not None:
        raise Refused(409, f"The group became the supergroup {chat.migrated_to}.")
    return chat


def message_in_path(world: World, request: Request) -> StoredMessage:
    """The message the address names, unless it was deleted. Raises Refused."""
    chat = chat_in_path(world, request)
    message_id = number_in_path(request, "message_id")
    message = chat.live_message(message_id)
    if message is None:
        raise Refused(404, f"There is no message {message_id} in chat {chat.chat_id}.")
    return message


def ids(params: Params, name: str) -> list[int]:
    """A list of ids. Raises Refused."""
    found = params.json(name) or []
    if not isinstance(found, list) or not all(isinstance(number, int) for number in found):
        raise Refused(400, f"{name} is a list of ids.")
    return found


def rights(params: Params, name: str, known: frozenset[str]) -> dict[str, bool]:
    """Rights by their Bot API names. Raises Refused for one that is not known."""
    found = params.json(name) or {}
    if not isinstance(found, dict) or not all(isinstance(one, bool) for one in found.values()):
        raise Refused(400, f"{name} is an object of true and false.")
    if unknown := set(found) - known:
        raise Refused(400, f"There is no right {min(unknown)!r}.")
    return found


def acting(world: World, chat: Chat, params: Params) -> dict[str, Any]:
    """Who changes something in a group: `from`, or its owner."""
    if params.maybe_integer("from") is not None:
        return author(world, chat, params).as_user()
    return owner_of(world, chat)


def author(world: World, chat: Chat, params: Params) -> Person:
    """Who acts: `from`, or the private chat's person. Raises Refused."""
    wanted = params.maybe_integer("from")
    if wanted is None and chat.is_group:
        raise Refused(400, "In a group, `from` says who does it.")
    person = world.people.get(chat.chat_id if wanted is None else wanted)
    if not chat.has(person.user_id):
        raise Refused(403, f"{person.first_name} is not in this chat.")
    return person
