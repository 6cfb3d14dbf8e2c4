"""/sim/chats/{chat_id}/messages: writing, reading, editing and deleting as a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.threads import (
    external_reply,
    is_closed,
    is_elsewhere,
    thread_fields,
)
from bot.sandbox.telegram.chats.topics import GENERAL
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.methods.permissions import needed_right
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.authors import sender_of
from bot.sandbox.telegram.person.composing import compose
from bot.sandbox.telegram.person.requests import chat_in_path, message_in_path
from bot.sandbox.telegram.texts.texts import caption_text, message_text
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def message_routes(world: World, samples: Path) -> list[Route]:
    """The messages of a chat."""

    async def write(request: Request) -> Response:
        chat = chat_in_path(world, request)
        params = await read_params(request)
        sender = sender_of(world, chat, params)
        place = _place(world, chat, params)
        content = await compose(world, samples, params)
        _check_allowed(chat, sender, place, content)
        message = world.post(chat, sender["from"], {**sender, **place, **content})
        update_id = world.tell_of(chat, message)
        return _written(message, update_id, 201)

    async def read(request: Request) -> Response:
        chat = chat_in_path(world, request)
        return JSONResponse({"messages": [message.as_view() for message in chat.messages.values()]})

    async def edit(request: Request) -> Response:
        chat, message = chat_in_path(world, request), message_in_path(world, request)
        params = await read_params(request)
        _edit(world, message, params)
        update_id = world.tell_bots(chat, "edited_message", message.as_api())
        return _written(message, update_id, 200)

    async def delete(request: Request) -> Response:
        world.delete(message_in_path(world, request))
        return Response(status_code=204)

    return [
        Route("/chats/{chat_id}/messages", read, methods=["GET"]),
        Route("/chats/{chat_id}/messages", write, methods=["POST"]),
        Route("/chats/{chat_id}/messages/{message_id}", edit, methods=["PATCH"]),
        Route("/chats/{chat_id}/messages/{message_id}", delete, methods=["DELETE"]),
    ]


def _written(message: StoredMessage, update_id: int | None, status: int) -> Response:
    shown = {"update_id": update_id, "message": message.as_api()}
    return JSONResponse(shown, status_code=status)


def _place(world: World, chat: Chat, params: Params) -> Json:
    """Thread and reply."""
    if chat.blocked:
        raise Refused(409, "The bot is blocked: unblock it to write.")
    if chat.migrated_to is not None:
        raise Refused(409, f"The group became the supergroup {chat.migrated_to}.")
    thread_id, target = params.maybe_integer("message_thread_id"), None
    if thread_id == GENERAL and chat.is_forum:
        thread_id = None
    if thread_id is not None and thread_id not in chat.topics:
        raise Refused(404, f"There is no topic {thread_id}.")
    if (wanted := params.maybe_integer("reply_to_message_id")) is not None:
        there = world.chats.get(params.maybe_integer("reply_to_chat_id") or chat.chat_id)
        target = there.live_message(wanted)
        if target is None:
            raise Refused(404, f"There is no message {wanted} to reply to.")
        if is_elsewhere(chat, thread_id, target):
            from_there = external_reply(target, world.chat_object(there))
            return thread_fields(chat, thread_id, None) | from_there | _quote(params, target)
    return thread_fields(chat, thread_id, target) | _quote(params, target)


def _quote(params: Params, target: StoredMessage | None) -> Json:
    """The part of the answered message that a person chose."""
    chosen = params.text("quote")
    if not chosen or target is None:
        return {}
    whole = str(target.body.get("text") or target.body.get("caption") or "")
    if chosen not in whole:
        raise Refused(400, "The quote is not in the message.")
    before = whole[: whole.index(chosen)]
    position = len(before.encode("utf-16-le")) // 2
    return {"quote": {"text": chosen, "position": position, "is_manual": True}}


def _check_allowed(chat: Chat, sender: Json, place: Json, content: Json) -> None:
    """A member writes only what the group and its topic allow. Raises Refused."""
    user_id = sender["from"]["id"]
    if "sender_chat" in sender or chat.administers(user_id):
        return
    right, named = needed_right(content)
    if not chat.may(user_id, right, is_bot=False):
        raise Refused(403, f"The group does not let {sender['from']['first_name']} send {named}.")
    if is_closed(chat, place):
        raise Refused(409, "The topic is closed.")


def _edit(world: World, message: StoredMessage, params: Params) -> None:
    if message.bot_id is not None:
        raise Refused(403, "People edit their own messages only.")
    if "text" in message.body:
        content = message_text(params.text("text"), "").as_text()
        old = ("text", "entities")
    else:
        content = caption_text(params.text("caption"), "").as_caption()
        old = ("caption", "caption_entities")
    kept = {name: value for name, value in message.body.items() if name not in old}
    message.body = {**kept, **content, "edit_date": world.now_seconds()}
    message.edits += 1
    world.announce(message, "message_edited")
