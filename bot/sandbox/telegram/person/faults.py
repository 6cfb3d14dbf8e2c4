"""/sim/faults: what goes wrong, on request (see `bot.sandbox.faults`)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import ANY, Fault, Side
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.mishaps import KINDS
from bot.sandbox.telegram.params import Params, read_params
from bot.sandbox.telegram.person.requests import number_in_path
from bot.sandbox.telegram.world import World


def fault_routes(world: World) -> list[Route]:
    """The fault board; the provider's faults are on it as well."""

    async def show(_request: Request) -> Response:
        return JSONResponse({"faults": [fault.as_json() for fault in world.faults.active()]})

    async def add(request: Request) -> Response:
        fault = _add(world, await read_params(request))
        _tell(world)
        return JSONResponse(fault.as_json(), status_code=201)

    async def remove(request: Request) -> Response:
        fault_id = number_in_path(request, "fault_id")
        if not world.faults.remove(fault_id):
            raise Refused(404, f"There is no fault {fault_id}.")
        _tell(world)
        return Response(status_code=204)

    async def clear(_request: Request) -> Response:
        world.faults.clear()
        _tell(world)
        return Response(status_code=204)

    return [
        Route("/faults", show, methods=["GET"]),
        Route("/faults", add, methods=["POST"]),
        Route("/faults", clear, methods=["DELETE"]),
        Route("/faults/{fault_id}", remove, methods=["DELETE"]),
    ]


def _add(world: World, params: Params) -> Fault:
    side: Side = "provider" if params.text("side") == "provider" else "telegram"
    kind = params.text("kind")
    if side == "telegram" and kind not in KINDS:
        raise Refused(400, f"There is no kind of fault {kind!r}.")
    details = params.json("params") or {}
    if not isinstance(details, dict):
        raise Refused(400, "A fault's params are an object.")
    return world.faults.add(
        side, params.text("match") or ANY, kind, times=_times(params), params=details
    )


def _times(params: Params) -> int | None:
    """Missing: once. null: until removed."""
    if params.is_null("times"):
        return None
    return params.integer("times", 1)


def _tell(world: World) -> None:
    faults = [fault.as_json() for fault in world.faults.active()]
    world.journal.append("faults_changed", faults=faults)
