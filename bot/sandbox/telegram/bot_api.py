"""The bot's side over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<file_path>`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Dropped
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.methods import METHODS, Call, canonical_name
from bot.sandbox.telegram.mishaps import Mishap, is_cut, mishap_for
from bot.sandbox.telegram.outbox import POLLING
from bot.sandbox.telegram.params import read_params
from bot.sandbox.telegram.world import MEGABYTE, World

Json = dict[str, Any]

# What a multipart body may have around its files.
_OVERHEAD_BYTES = MEGABYTE


def bot_api_routes(world: World) -> list[Route]:
    """The two routes a bot uses."""

    async def call(request: Request) -> Response:
        return await _call(world, request)

    async def download(request: Request) -> Response:
        return await _download(world, request)

    return [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{file_path:path}", download, methods=["GET"]),
    ]


async def _call(world: World, request: Request) -> Response:
    asked = request.path_params["method"]
    name = canonical_name(asked) or asked
    if is_cut(world, name):
        return Dropped()
    await request.body()  # done all the same when the client gives up meanwhile
    mishap = await mishap_for(world, name)
    answer = await _answer(world, request, name, mishap)
    faulty = mishap.before or mishap.after
    return faulty or JSONResponse(answer, status_code=answer.get("error_code", 200))


async def _answer(world: World, request: Request, name: str, mishap: Mishap) -> Json:
    """Do what is asked, unless a fault prevents it; noted in the outbox and the journal."""
    try:
        bot = world.bots.by_token(request.path_params["token"])
        _check_length(world, request)
        params = await read_params(request)
    except ApiError as refusal:
        return refusal.as_json()
    entry = world.outbox.record(world.clock.now_milliseconds(), bot.bot_id, name, params)
    if mishap.kind is not None:
        entry["fault"] = mishap.kind
    answer = await _result(Call(world, bot, params), name, mishap)
    world.outbox.answered(entry, answer)
    if name.lower() != POLLING:
        world.journal.append("bot_api_call", call=entry)
    return answer


async def _result(call: Call, name: str, mishap: Mishap) -> Json:
    method = METHODS.get(name)
    try:
        if mishap.before is not None:
            raise ApiError(mishap.before.status_code, f"Not done: fault {mishap.kind}")
        if mishap.refusal is not None:
            raise mishap.refusal
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        return {"ok": True, "result": await method(call)}
    except ApiError as refusal:
        return refusal.as_json()


def _check_length(world: World, request: Request) -> None:
    length = int(request.headers.get("content-length") or 0)
    if length > world.media_limits.upload_bytes + _OVERHEAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")


async def _download(world: World, request: Request) -> Response:
    mishap = await mishap_for(world, "download")
    if mishap.before is not None:
        return mishap.before
    try:
        world.bots.by_token(request.path_params["token"])
        if mishap.refusal is not None:
            raise mishap.refusal
        stored = world.files.by_path(request.path_params["file_path"])
        if stored is None or stored.size_bytes > world.media_limits.download_bytes:
            raise ApiError(404, "Not Found")
    except ApiError as refusal:
        return JSONResponse(refusal.as_json(), status_code=refusal.code)
    return mishap.after or FileResponse(stored.location, media_type="application/octet-stream")
