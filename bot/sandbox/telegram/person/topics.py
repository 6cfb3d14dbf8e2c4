"""/sim/chats/{chat_id}/topics: a forum's topics."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.chats.topics import GENERAL, Topic
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.membership import service_message
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.requests import author, group_in_path, number_in_path
from bot.sandbox.telegram.world import World

Json = dict[str, Any]


def topic_routes(world: World) -> list[Route]:
    """Opening, closing and reopening topics."""

    async def topic(request: Request) -> Response:
        chat = group_in_path(world, request)
        return JSONResponse(_new_topic(world, chat, await read_params(request)), status_code=201)

    async def close(request: Request) -> Response:
        return await _set_closed(world, request, closed=True)

    async def reopen(request: Request) -> Response:
        return await _set_closed(world, request, closed=False)

    return [
        Route("/chats/{chat_id}/topics", topic, methods=["POST"]),
        Route("/chats/{chat_id}/topics/{message_thread_id}/close", close, methods=["POST"]),
        Route("/chats/{chat_id}/topics/{message_thread_id}/reopen", reopen, methods=["POST"]),
    ]


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
    world.tell_of(chat, message)
    world.tell_chat(chat)
    return topic.as_json()


async def _set_closed(world: World, request: Request, *, closed: bool) -> Response:
    chat, thread_id = group_in_path(world, request), number_in_path(request, "message_thread_id")
    actor = author(world, chat, await read_params(request)).as_user()
    content: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    if thread_id == GENERAL and chat.is_forum:
        chat.general_closed = closed
        service_message(world, chat, actor, content)
        world.tell_chat(chat)
        return JSONResponse({"message_thread_id": GENERAL, "name": "General", "closed": closed})
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise Refused(404, f"There is no topic {thread_id}.")
    topic.closed = closed
    thread = {"message_thread_id": thread_id, "is_topic_message": True}
    service_message(world, chat, actor, {**content, **thread})
    world.tell_chat(chat)
    return JSONResponse(topic.as_json())
