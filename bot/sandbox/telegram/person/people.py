"""/sim/people: who is there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.person.requests import number_in_path
from bot.sandbox.telegram.world import World


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
        world.journal.append("chat_changed", chat=chat.as_json())
        return JSONResponse(person.as_json(), status_code=201)

    async def change(request: Request) -> Response:
        person = world.people.get(number_in_path(request, "user_id"))
        _apply(person, await read_params(request))
        _tell(world, person)
        return JSONResponse(person.as_json())

    return [
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
