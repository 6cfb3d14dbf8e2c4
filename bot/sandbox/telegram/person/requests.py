"""Reading a person's requests."""

from __future__ import annotations

from starlette.requests import Request

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import Refused
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


def message_in_path(world: World, request: Request) -> StoredMessage:
    """The message the address names, unless it was deleted. Raises Refused."""
    chat = chat_in_path(world, request)
    message_id = number_in_path(request, "message_id")
    message = chat.live_message(message_id)
    if message is None:
        raise Refused(404, f"There is no message {message_id} in chat {chat.chat_id}.")
    return message


def author(world: World, chat: Chat, params: Params) -> Person:
    """Who acts: `from`, or the private chat's person. Raises Refused."""
    wanted = params.maybe_integer("from")
    if wanted is None and chat.is_group:
        raise Refused(400, "In a group, `from` says who does it.")
    person = world.people.get(chat.chat_id if wanted is None else wanted)
    if person.user_id not in chat.members:
        raise Refused(403, f"{person.first_name} is not in this chat.")
    return person
