"""/sim/chats/{chat_id}/messages: writing, reading, editing and deleting as a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.composing import compose
from bot.sandbox.telegram.person.requests import author, chat_in_path, message_in_path
from bot.sandbox.telegram.texts import caption_text, message_text
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def message_routes(world: World, samples: Path) -> list[Route]:
    """The messages of a chat."""

    async def write(request: Request) -> Response:
        chat = chat_in_path(world, request)
        params = await read_params(request)
        sender = author(world, chat, params)
        place = _place(chat, params)
        content = await compose(world, samples, params)
        message = world.post(chat, sender.as_user(), {**place, **content})
        world.announce(message)
        update_id = world.tell_bots(chat, "message", message.as_api())
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


def _place(chat: Chat, params: Params) -> Json:
    """Thread and reply."""
    fields: Json = {}
    if (thread_id := params.maybe_integer("message_thread_id")) is not None:
        if thread_id not in chat.topics:
            raise Refused(404, f"There is no topic {thread_id}.")
        fields |= {"message_thread_id": thread_id, "is_topic_message": True}
    if (wanted := params.maybe_integer("reply_to_message_id")) is not None:
        target = chat.live_message(wanted)
        if target is None:
            raise Refused(404, f"There is no message {wanted} to reply to.")
        fields["reply_to_message"] = target.as_reply_target()
    if chat.blocked:
        raise Refused(409, "The bot is blocked: unblock it to write.")
    if chat.migrated_to is not None:
        raise Refused(409, f"The group became the supergroup {chat.migrated_to}.")
    return fields


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
