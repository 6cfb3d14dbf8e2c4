"""One call of a Bot API method, and what most methods do first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.bots.bots import Bot
from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.errors import ApiError, bad_request, forbidden, too_many_requests
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, with what, in which world."""

    world: World
    bot: Bot
    params: Params


Method = Callable[[Call], Awaitable[Any]]


def chat_of(call: Call) -> Chat:
    """The chat of `chat_id`, open to the bot. Raises ApiError 400 or 403."""
    chat = known_chat(call)
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.is_group:
        _check_present(call, chat)
    return chat


def _check_present(call: Call, chat: Chat) -> None:
    status = chat.standing(call.bot.bot_id, is_bot=True).status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def known_chat(call: Call) -> Chat:
    """The chat of `chat_id`, also one that is closed to the bot. Raises ApiError 400."""
    wanted = call.params.text("chat_id")
    if not wanted:
        raise bad_request("chat_id is empty")
    number = wanted.removeprefix("-")
    chat = call.world.chats.find(int(wanted)) if number.isdecimal() else _by_username(call, wanted)
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def _by_username(call: Call, wanted: str) -> Chat | None:
    for person in call.world.people:
        if person.username and f"@{person.username}".lower() == wanted.lower():
            return call.world.chats.find(person.user_id)
    return None


def message_of(call: Call, chat: Chat, purpose: str) -> StoredMessage:
    """The message of `message_id`. Raises ApiError 400 "message to {purpose} not found"."""
    message_id = call.params.maybe_integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.live_message(message_id)
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return message


def take_turn(call: Call, chat: Chat, count: int = 1) -> None:
    """Count `count` messages or edits against the limits. Raises ApiError 429."""
    if not call.world.settings.rate_limits:
        return
    rates = call.world.rates(call.bot)
    wait = rates.take(chat.chat_id, is_group=chat.is_group, count=count)
    if wait is not None:
        raise too_many_requests(wait)
