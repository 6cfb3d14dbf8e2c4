"""/sim/people: who is there."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.person.requests import number_in_path
from bot.sandbox.telegram.texts.texts import message_text
from bot.sandbox.telegram.world import World

# https://core.telegram.org/bots/features#deep-linking
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def people_routes(world: World) -> list[Route]:
    """Adding and changing people."""

    async def add(request: Request) -> Response:
        params = await read_params(request)
        first_name = params.text("first_name")
        if not first_name:
            raise Refused(400, "A person needs a first_name.")
        person = world.people.add(params.maybe_integer("user_id"), first_name)
        _apply(person, params)
        chat = world.chats.open_private(person.user_id)
        _tell(world, person)
        world.tell_chat(chat)
        return JSONResponse(person.as_json(), status_code=201)

    async def change(request: Request) -> Response:
        person = world.people.get(number_in_path(request, "user_id"))
        _apply(person, await read_params(request))
        _tell(world, person)
        return JSONResponse(person.as_json())

    async def start(request: Request) -> Response:
        person = world.people.get(number_in_path(request, "user_id"))
        payload = (await read_params(request)).text("payload")
        if not _PAYLOAD.fullmatch(payload):
            raise Refused(400, "A payload has at most 64 of the characters A-Z a-z 0-9 _ -.")
        chat = world.chats.get(person.user_id)
        if chat.blocked:
            raise Refused(409, "The bot is blocked: unblock it to write.")
        content = message_text(f"/start {payload}".strip(), "").as_text()
        message = world.post(chat, person.as_user(), content)
        update_id = world.tell_of(chat, message)
        body = {"update_id": update_id, "message": message.as_api()}
        return JSONResponse(body, status_code=201)

    return [
        Route("/people/{user_id}/start", start, methods=["POST"]),
        Route("/people", add, methods=["POST"]),
        Route("/people/{user_id}", change, methods=["PATCH"]),
    ]


def _apply(person: Person, params: Params) -> None:
    person.first_name = params.text("first_name") or person.first_name
    if "last_name" in params:
        person.last_name = params.text("last_name") or None
    if "username" in params:
        person.username = params.text("username").removeprefix("@") or None
    if "language_code" in params:
        person.language_code = params.text("language_code") or None


def _tell(world: World, person: Person) -> None:
    world.journal.append("person_changed", person=person.as_json())
