"""/sim/state, settings, outbox, files, reset."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.methods.commands import shown_commands
from bot.sandbox.telegram.params import read_params
from bot.sandbox.telegram.people import OPERATOR_ID, Person
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def control_routes(world: World) -> list[Route]:
    """The whole and its switches."""

    async def state(_request: Request) -> Response:
        return JSONResponse(_state(world))

    async def settings(request: Request) -> Response:
        wanted = (await read_params(request)).values()
        world.settings = world.settings.changed(wanted)
        world.journal.append("settings_changed", settings=world.settings.as_json())
        return JSONResponse(world.settings.as_json())

    async def outbox(request: Request) -> Response:
        after = request.query_params.get("after", "0")
        number = int(after) if after.isdecimal() else 0
        calls = world.outbox.calls(number, request.query_params.get("method"))
        return JSONResponse({"calls": calls})

    async def file(request: Request) -> Response:
        stored = world.files.by_id(request.path_params["file_id"])
        if stored is None:
            raise Refused(404, "There is no such file.")
        return FileResponse(stored.location, media_type=stored.mime_type)

    async def reset(_request: Request) -> Response:
        world.reset()
        world.journal.append("reset")
        return Response(status_code=204)

    return [
        Route("/state", state, methods=["GET"]),
        Route("/settings", settings, methods=["PATCH"]),
        Route("/outbox", outbox, methods=["GET"]),
        Route("/files/{file_id}", file, methods=["GET"]),
        Route("/reset", reset, methods=["POST"]),
    ]


def _is_operator(person: Person) -> bool:
    return person.user_id == OPERATOR_ID


def _state(world: World) -> Json:
    bot = world.bots.main
    shown: Json | None = None
    if bot is not None:
        shown = {
            "id": bot.bot_id,
            "username": bot.username,
            "first_name": bot.first_name,
            "commands": shown_commands(bot, None, ""),
        }
    return {
        "bot": shown,
        "people": [person.as_json() for person in sorted(world.people, key=_is_operator)],
        "chats": [world.shown_chat(chat) for chat in world.chats],
        "privacy_mode": world.settings.privacy_mode,
        "faults": [fault.as_json() for fault in world.faults.active()],
        "settings": world.settings.as_json(),
        "last_event": max((event["n"] for event in world.journal.since(0)), default=0),
    }
