"""Faults on request, as one call meets them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.sandbox.faults import Fault
from bot.sandbox.serving import Dropped, Garbled
from bot.sandbox.telegram.errors import (
    ApiError,
    bad_request,
    conflict,
    forbidden,
    too_many_requests,
)
from bot.sandbox.telegram.world import World

KINDS = frozenset(
    {
        "status",
        "delay",
        "cut",
        "drop_before",
        "drop_after",
        "garbled",
        "error_after",
        "malformed",
        "html",
        "empty",
        "rate_limit",
        "forbidden",
        "bad_request",
        "conflict",
    }
)
_BEFORE = frozenset({"status", "drop_before", "malformed", "html", "empty"})
_AFTER = frozenset({"drop_after", "garbled", "error_after"})
_CODE_NAMES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Mishap:
    """At most one of the three: answered instead of done, done but answered so, refused."""

    kind: str | None = None
    before: Response | None = None
    after: Response | None = None
    refusal: ApiError | None = None


def is_cut(world: World, match: str) -> bool:
    """Whether the connection is to die while this call still arrives."""
    cut = world.faults.take("telegram", match, "cut")
    if cut is not None:
        _tell(world)
    return cut is not None


async def mishap_for(world: World, match: str) -> Mishap:
    """What the fault board has for this call; a `delay` is waited for here."""
    slow = world.faults.take("telegram", match, "delay")
    if slow is not None:
        _tell(world)
        await world.clock.sleep(float(slow.params.get("seconds", 1)))
    fault = world.faults.take("telegram", match, *(KINDS - {"delay", "cut"}))
    if fault is None:
        return Mishap()
    _tell(world)
    if fault.kind in _BEFORE:
        return Mishap(fault.kind, before=_response(fault))
    if fault.kind in _AFTER:
        return Mishap(fault.kind, after=_response(fault))
    return Mishap(fault.kind, refusal=_refusal(fault))


def _tell(world: World) -> None:
    faults = [fault.as_json() for fault in world.faults.active()]
    world.journal.append("faults_changed", faults=faults)


def _response(fault: Fault) -> Response:
    if fault.kind in ("drop_before", "drop_after"):
        return Dropped()
    if fault.kind == "garbled":
        return Garbled()
    if fault.kind == "html":
        return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
    if fault.kind == "malformed":
        return Response('{"ok":true,"result":{', media_type="application/json")
    if fault.kind == "empty":
        return Response(b"", media_type="application/json")
    return _status(fault)


def _status(fault: Fault) -> Response:
    code = int(fault.params.get("code", 500))
    body = fault.params.get("body")
    if body is None:
        description = _CODE_NAMES.get(code, "Error")
        body = {"ok": False, "error_code": code, "description": description}
    if isinstance(body, str):
        return Response(body, status_code=code)
    return JSONResponse(body, status_code=code)


def _refusal(fault: Fault) -> ApiError:
    said = str(fault.params.get("description", ""))
    if fault.kind == "rate_limit":
        return too_many_requests(int(fault.params.get("retry_after", 1)))
    if fault.kind == "forbidden":
        return forbidden(said.removeprefix("Forbidden: ") or "bot was blocked by the user")
    if fault.kind == "bad_request":
        return bad_request(said.removeprefix("Bad Request: ") or "something is wrong")
    return conflict(
        "terminated by other getUpdates request; make sure that only one bot instance is running"
    )
