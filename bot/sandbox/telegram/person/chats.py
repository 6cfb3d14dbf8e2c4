"""/sim/groups and /sim/chats: groups, blocking, migration, topics."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats import Chat, ChatType, Topic
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.methods.commands import shown_commands
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.people import Person
from bot.sandbox.telegram.person.requests import author, chat_in_path, number_in_path
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def chat_routes(world: World) -> list[Route]:
    """Groups and what happens to chats as a whole."""

    async def group(request: Request) -> Response:
        chat = _new_group(world, await read_params(request))
        return JSONResponse(_told(world, chat), status_code=201)

    async def block(request: Request) -> Response:
        return JSONResponse(await _set_blocked(world, request, blocked=True))

    async def unblock(request: Request) -> Response:
        return JSONResponse(await _set_blocked(world, request, blocked=False))

    async def migrate(request: Request) -> Response:
        chat = _migrated(world, chat_in_path(world, request))
        return JSONResponse(_told(world, chat), status_code=201)

    async def topic(request: Request) -> Response:
        chat = chat_in_path(world, request)
        return JSONResponse(_new_topic(world, chat, await read_params(request)), status_code=201)

    async def close(request: Request) -> Response:
        chat = chat_in_path(world, request)
        thread_id = number_in_path(request, "message_thread_id")
        return JSONResponse(_closed_topic(world, chat, thread_id, await read_params(request)))

    async def commands(request: Request) -> Response:
        chat = chat_in_path(world, request)
        language = request.query_params.get("language_code", "")
        bot = world.bots.main
        return JSONResponse({"commands": shown_commands(bot, chat, language) if bot else []})

    return [
        Route("/groups", group, methods=["POST"]),
        Route("/chats/{chat_id}/block", block, methods=["POST"]),
        Route("/chats/{chat_id}/unblock", unblock, methods=["POST"]),
        Route("/chats/{chat_id}/migrate", migrate, methods=["POST"]),
        Route("/chats/{chat_id}/topics", topic, methods=["POST"]),
        Route("/chats/{chat_id}/topics/{message_thread_id}/close", close, methods=["POST"]),
        Route("/chats/{chat_id}/commands", commands, methods=["GET"]),
    ]


def _told(world: World, chat: Chat) -> Json:
    world.journal.append("chat_changed", chat=chat.as_json())
    return chat.as_json()


def _new_group(world: World, params: Params) -> Chat:
    members = _ids(params, "members")
    title = params.text("title")
    kind: ChatType = "supergroup" if params.text("type", "group") == "supergroup" else "group"
    if not title or not members:
        raise Refused(400, "A group needs a title and members.")
    people = [world.people.get(member) for member in members]
    chat = world.chats.open_group(title, [person.user_id for person in people], kind)
    chat.administrators |= set(_ids(params, "administrators"))
    chat.is_forum = params.flag("is_forum") and kind == "supergroup"
    _membership(world, chat, people[0], "left", "member")
    return chat


def _ids(params: Params, name: str) -> list[int]:
    ids = params.json(name) or []
    if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
        raise Refused(400, f"{name} is a list of ids.")
    return ids


async def _set_blocked(world: World, request: Request, *, blocked: bool) -> Json:
    chat = chat_in_path(world, request)
    params = await read_params(request)
    actor = author(world, chat, params)
    before = chat.blocked or chat.bot_removed
    if before != blocked:
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        chat.bot_removed = False
        _membership(world, chat, actor, *statuses)
        chat.blocked = blocked and not chat.is_group
        chat.bot_removed = blocked and chat.is_group
    return _told(world, chat)


def _membership(world: World, chat: Chat, actor: Person, old: str, new: str) -> None:
    """Tell the bots that they were added, removed or blocked."""
    for bot in world.bots:
        change = {
            "chat": world.chat_object(chat),
            "from": actor.as_user(),
            "date": world.now_seconds(),
            "old_chat_member": _as_member(bot.as_user(), old),
            "new_chat_member": _as_member(bot.as_user(), new),
        }
        if chat.is_group or bot is world.bots.main:
            bot.updates.push("my_chat_member", change)


def _as_member(user: Json, status: str) -> Json:
    member = {"user": user, "status": status}
    return {**member, "until_date": 0} if status == "kicked" else member


def _migrated(world: World, chat: Chat) -> Chat:
    """A group becomes a supergroup: a new id, both sides told."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise Refused(409, "Only a basic group becomes a supergroup.")
    grown = world.chats.open_group(chat.title or "", list(chat.members), "supergroup")
    grown.administrators = set(chat.administrators)
    actor = world.people.get(chat.members[0]).as_user()
    left = world.post(chat, actor, {"migrate_to_chat_id": grown.chat_id})
    arrived = world.post(grown, actor, {"migrate_from_chat_id": chat.chat_id})
    for old_or_new, message in ((chat, left), (grown, arrived)):
        world.announce(message)
        world.tell_bots(old_or_new, "message", message.as_api())
    chat.migrated_to = grown.chat_id
    _told(world, chat)
    return grown


def _new_topic(world: World, chat: Chat, params: Params) -> Json:
    if not chat.is_forum:
        raise Refused(409, "Only a forum has topics.")
    name = params.text("name")
    if not name:
        raise Refused(400, "A topic needs a name.")
    actor = author(world, chat, params)
    created = {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}}
    message = world.post(chat, actor.as_user(), created)
    message.body |= {"message_thread_id": message.message_id, "is_topic_message": True}
    topic = Topic(message.message_id, name)
    chat.topics[topic.message_thread_id] = topic
    world.announce(message)
    world.tell_bots(chat, "message", message.as_api())
    _told(world, chat)
    return topic.as_json()


def _closed_topic(world: World, chat: Chat, thread_id: int, params: Params) -> Json:
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise Refused(404, f"There is no topic {thread_id}.")
    actor = author(world, chat, params)
    thread = {"message_thread_id": thread_id, "is_topic_message": True}
    message = world.post(chat, actor.as_user(), {"forum_topic_closed": {}, **thread})
    topic.closed = True
    world.announce(message)
    world.tell_bots(chat, "message", message.as_api())
    _told(world, chat)
    return topic.as_json()
