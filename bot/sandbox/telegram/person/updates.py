"""/sim/updates: the same update again, or one of any content."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.person.requests import number_in_path
from bot.sandbox.telegram.world import World


def update_routes(world: World) -> list[Route]:
    """Updates of the main bot."""

    async def repeat(request: Request) -> Response:
        update_id = number_in_path(request, "update_id")
        if not world.bots.main_updates.repeat(update_id):
            raise Refused(404, f"There was no update {update_id}.")
        return JSONResponse({"update_id": update_id}, status_code=202)

    async def inject(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise Refused(400, "An update is a JSON object.") from None
        if not isinstance(body, dict):
            raise Refused(400, "An update is a JSON object.")
        update_id = world.bots.main_updates.push_raw(body)
        return JSONResponse({"update_id": update_id}, status_code=201)

    return [
        Route("/updates", inject, methods=["POST"]),
        Route("/updates/{update_id}/repeat", repeat, methods=["POST"]),
    ]
