"""/sim/chats/{chat_id}/members: coming, going and rights, of people and of the bot."""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.standings import KNOWN_RIGHTS, STATUSES, Standing, Status
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.membership import change_standing, member_object, user_of
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.requests import acting, group_in_path, ids, rights
from bot.sandbox.telegram.world import World

Json = dict[str, Any]

# The bot people talk to, whatever its id.
_THE_BOT = "bot"


def member_routes(world: World) -> list[Route]:
    """The members of a group."""

    async def join(request: Request) -> Response:
        chat = group_in_path(world, request)
        for user_id in ids(await read_params(request), "user_ids"):
            person = world.people.get(user_id).as_user()
            change_standing(world, chat, person, Standing("member"), person)
        return JSONResponse(world.shown_chat(chat), status_code=201)

    async def leave(request: Request) -> Response:
        chat = group_in_path(world, request)
        user = _user_in_path(world, request)
        actor = user if "from" not in request.query_params else None
        params = Params(dict(request.query_params))
        status: Status = "left" if actor else "kicked"
        change_standing(world, chat, user, Standing(status), actor or acting(world, chat, params))
        return JSONResponse(world.shown_chat(chat))

    async def change(request: Request) -> Response:
        chat, user = group_in_path(world, request), _user_in_path(world, request)
        params = await read_params(request)
        new = _standing(chat, user, params)
        change_standing(world, chat, user, new, acting(world, chat, params))
        return JSONResponse(member_object(chat, user))

    return [
        Route("/chats/{chat_id}/members", join, methods=["POST"]),
        Route("/chats/{chat_id}/members/{user_id}", leave, methods=["DELETE"]),
        Route("/chats/{chat_id}/members/{user_id}", change, methods=["PATCH"]),
    ]


def _standing(chat: Chat, user: Json, params: Params) -> Standing:
    old = chat.standing(user["id"], is_bot=user["is_bot"])
    status = params.text("status") or old.status
    if status not in STATUSES:
        raise Refused(400, f"There is no status {status!r}.")
    if "creator" in (status, old.status) and status != old.status:
        raise Refused(409, "A group keeps its owner.")
    kept = dict(old.rights) if status == old.status else {}
    return Standing(cast("Status", status), kept | rights(params, "rights", KNOWN_RIGHTS))


def _user_in_path(world: World, request: Request) -> Json:
    wanted = request.path_params["user_id"]
    if wanted == _THE_BOT:
        wanted = str(world.bots.expected.bot_id)
    user = user_of(world, int(wanted)) if wanted.isdecimal() else None
    if user is None:
        raise Refused(404, f"There is nobody of id {wanted}.")
    return user
