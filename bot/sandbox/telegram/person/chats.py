"""/sim/groups and /sim/chats: opening, blocking, migrating, and what holds for everybody."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats.chats import Chat, ChatType
from bot.sandbox.telegram.chats.standings import PERMISSIONS, Standing
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.groups import MIGRATION, migrate_group, open_group
from bot.sandbox.telegram.membership import change_standing, service_message
from bot.sandbox.telegram.methods.commands import shown_commands
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.requests import (
    acting,
    author,
    chat_in_path,
    group_in_path,
    ids,
    rights,
)
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def chat_routes(world: World) -> list[Route]:
    """Groups and what happens to chats as a whole."""

    async def group(request: Request) -> Response:
        chat = _new_group(world, await read_params(request))
        return JSONResponse(world.tell_chat(chat), status_code=201)

    async def change(request: Request) -> Response:
        chat = group_in_path(world, request)
        _change(world, chat, await read_params(request))
        return JSONResponse(world.tell_chat(chat))

    async def block(request: Request) -> Response:
        return JSONResponse(await _set_blocked(world, request, blocked=True))

    async def unblock(request: Request) -> Response:
        return JSONResponse(await _set_blocked(world, request, blocked=False))

    async def migrate(request: Request) -> Response:
        chat, params = chat_in_path(world, request), await read_params(request)
        if chat.migrated_to is not None and "told" not in params:
            raise Refused(409, "It became a supergroup before.")
        told = params.json("told") if "told" in params else MIGRATION
        grown = migrate_group(world, chat, told)
        return JSONResponse(world.tell_chat(grown), status_code=201)

    async def commands(request: Request) -> Response:
        chat = chat_in_path(world, request)
        asked = request.query_params
        user_id = int(asked.get("user_id", "0")) if asked.get("user_id", "0").isdecimal() else 0
        bot = world.bots.main
        shown = shown_commands(bot, chat, asked.get("language_code", ""), user_id) if bot else []
        return JSONResponse({"commands": shown})

    return [
        Route("/groups", group, methods=["POST"]),
        Route("/chats/{chat_id}", change, methods=["PATCH"]),
        Route("/chats/{chat_id}/block", block, methods=["POST"]),
        Route("/chats/{chat_id}/unblock", unblock, methods=["POST"]),
        Route("/chats/{chat_id}/migrate", migrate, methods=["POST"]),
        Route("/chats/{chat_id}/commands", commands, methods=["GET"]),
    ]


def _new_group(world: World, params: Params) -> Chat:
    members, title = ids(params, "members"), params.text("title")
    kind: ChatType = "supergroup" if params.text("type", "group") == "supergroup" else "group"
    if not title or not members:
        raise Refused(400, "A group needs a title and members.")
    people = [world.people.get(member) for member in members]
    chat = world.chats.open_group(title, [person.user_id for person in people], kind)
    for administrator in ids(params, "administrators"):
        if administrator != people[0].user_id:
            chat.standings[administrator] = Standing("administrator")
    chat.is_forum = params.flag("is_forum") and kind == "supergroup"
    chat.permissions |= rights(params, "permissions", frozenset(PERMISSIONS))
    chat.slow_mode_seconds = params.integer("slow_mode_seconds")
    chat.has_bots = "bot" not in params or params.flag("bot")
    open_group(world, chat, people[0])
    return chat


def _change(world: World, chat: Chat, params: Params) -> None:
    actor = acting(world, chat, params)
    chat.permissions |= rights(params, "permissions", frozenset(PERMISSIONS))
    if "slow_mode_seconds" in params:
        chat.slow_mode_seconds = max(0, params.integer("slow_mode_seconds"))
    if title := params.text("title"):
        chat.title = title
        service_message(world, chat, actor, {"new_chat_title": title})


async def _set_blocked(world: World, request: Request, *, blocked: bool) -> Json:
    chat = chat_in_path(world, request)
    actor = author(world, chat, await read_params(request)).as_user()
    if not chat.is_group:
        _block_private(world, chat, actor, blocked=blocked)
        return world.tell_chat(chat)
    for bot in world.bots:
        standing = Standing("kicked" if blocked else "member")
        if chat.standing(bot.bot_id, is_bot=True).present == blocked:
            change_standing(world, chat, bot.as_user(), standing, actor)
    return world.tell_chat(chat)


def _block_private(world: World, chat: Chat, person: Json, *, blocked: bool) -> None:
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    bot = world.bots.expected
    user, statuses = bot.as_user(), (Standing("member"), Standing("kicked"))
    old, new = statuses if blocked else statuses[::-1]
    change = {
        "chat": world.chat_object(chat),
        "from": person,
        "date": world.now_seconds(),
        "old_chat_member": old.as_member(user, {}, supergroup=False),
        "new_chat_member": new.as_member(user, {}, supergroup=False),
    }
    bot.updates.push("my_chat_member", change)
