"""Pressing inline buttons, and what the bot answered."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.params import read_params
from bot.sandbox.telegram.person.requests import author, chat_in_path, message_in_path
from bot.sandbox.telegram.world import World


def button_routes(world: World) -> list[Route]:
    """Buttons of messages."""

    async def press(request: Request) -> Response:
        chat, message = chat_in_path(world, request), message_in_path(world, request)
        params = await read_params(request)
        person = author(world, chat, params)
        data = params.text("callback_data")
        if not message.has_button(data):
            raise Refused(409, "The message has no such button.")
        pressed = world.callbacks.add(chat.chat_id, person.user_id)
        query = {
            "id": pressed.callback_query_id,
            "from": person.as_user(),
            "message": message.as_api(),
            "chat_instance": str(abs(chat.chat_id) * 7919),
            "data": data,
        }
        owner = world.bots.find(message.bot_id or 0)
        if owner is not None:
            owner.updates.push("callback_query", query)
        return JSONResponse({"callback_query_id": pressed.callback_query_id}, status_code=202)

    async def answer(request: Request) -> Response:
        pressed = world.callbacks.find(request.path_params["callback_query_id"])
        if pressed is None:
            raise Refused(404, "There was no such press.")
        return JSONResponse(pressed.as_json())

    return [
        Route("/chats/{chat_id}/messages/{message_id}/press", press, methods=["POST"]),
        Route("/callbacks/{callback_query_id}", answer, methods=["GET"]),
    ]
