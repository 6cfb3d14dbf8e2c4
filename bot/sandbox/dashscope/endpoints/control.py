"""The control API: settings, bill, tasks, calls and faults of the local provider."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.dashscope.endpoints.endpoints import ENDPOINTS, KINDS
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.settings import SettingRefused
from bot.sandbox.faults import ANY

_NUMBERED = ("status", "error_after")


class Misused(ValueError):
    """A control request that cannot be done; the text is a sentence."""


def create_control_app(provider: Provider) -> Starlette:
    """Return the control API, mounted at /sim here and at /sim/provider of the page's port."""
    control = Control(provider)
    return Starlette(
        routes=[
            Route("/state", _spoken(control.state)),
            Route("/settings", _spoken(control.settings)),
            Route("/settings", _spoken(control.change_settings), methods=["PATCH"]),
            Route("/bill", _spoken(control.bill)),
            Route("/tasks", _spoken(control.tasks)),
            Route("/calls", _spoken(control.calls)),
            Route("/faults", _spoken(control.faults)),
            Route("/faults", _spoken(control.add_fault), methods=["POST"]),
            Route("/faults", _spoken(control.clear_faults), methods=["DELETE"]),
            Route("/faults/{fault_id:int}", _spoken(control.remove_fault), methods=["DELETE"]),
            Route("/reset", _spoken(control.reset), methods=["POST"]),
        ],
        exception_handlers={404: _unknown, 405: _unknown},
    )


class Control:
    """What the control API can do."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def state(self, _: Request) -> dict[str, Any]:
        """Everything in one answer."""
        provider = self._provider
        return {
            "settings": provider.settings.as_json(),
            "tasks": [task.as_json() for task in provider.queue.all()],
            "uploads": [upload.as_json() for upload in provider.uploads.all()],
        }

    async def settings(self, _: Request) -> dict[str, Any]:
        """The settings, without the keys."""
        return self._provider.settings.as_json()

    async def change_settings(self, request: Request) -> dict[str, Any]:
        """Change some settings; running tasks heed them."""
        try:
            self._provider.settings = self._provider.settings.changed(await _body(request))
        except SettingRefused as error:
            raise Misused(str(error)) from None
        return self._provider.settings.as_json()

    async def bill(self, _: Request) -> dict[str, Any]:
        """What was charged."""
        return self._provider.bill.as_json()

    async def tasks(self, _: Request) -> dict[str, Any]:
        """Every task, oldest first."""
        return {"tasks": [task.as_json() for task in self._provider.queue.all()]}

    async def calls(self, request: Request) -> dict[str, Any]:
        """The calls above ?after=N, oldest first."""
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            raise Misused("after must be a number")
        return {"calls": self._provider.calls.since(int(after))}

    async def faults(self, _: Request) -> dict[str, Any]:
        """The provider's faults that are on."""
        return {"faults": [fault.as_json() for fault in self._provider.faults.active("provider")]}

    async def add_fault(self, request: Request) -> dict[str, Any]:
        """Switch a fault on: {"match", "kind", "times"?, "params"?}."""
        match, kind, times, params = _fault_fields(await _body(request))
        fault = self._provider.faults.add("provider", match, kind, times=times, params=params)
        self._provider.faults_changed()
        return fault.as_json()

    async def clear_faults(self, _: Request) -> dict[str, Any]:
        """Switch all the provider's faults off."""
        self._provider.faults.clear("provider")
        self._provider.faults_changed()
        return {"faults": []}

    async def remove_fault(self, request: Request) -> dict[str, Any]:
        """Switch one off."""
        fault_id = request.path_params["fault_id"]
        ids = [fault.id for fault in self._provider.faults.active("provider")]
        if fault_id not in ids:
            raise Misused(f"there is no fault {fault_id}")
        self._provider.faults.remove(fault_id)
        self._provider.faults_changed()
        return await self.faults(request)

    async def reset(self, _: Request) -> dict[str, Any]:
        """Forget everything."""
        await self._provider.reset()
        return {}


def _spoken(
    action: Callable[[Request], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that answers an action's result, or its complaint as {"error": sentence}."""

    async def handler(request: Request) -> Response:
        try:
            return JSONResponse(await action(request))
        except Misused as error:
            return JSONResponse({"error": str(error)}, 400)

    return handler


async def _unknown(request: Request, _: Exception) -> Response:
    return JSONResponse({"error": f"there is no {request.method} {request.url.path}"}, 404)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Misused("the body must be JSON") from None
    if not isinstance(body, dict):
        raise Misused("the body must be a JSON object")
    return body


def _fault_fields(body: dict[str, Any]) -> tuple[str, str, int | None, dict[str, Any]]:
    match, kind = body.get("match", ANY), body.get("kind")
    times, params = body.get("times", 1), body.get("params")
    if match not in (*ENDPOINTS, ANY):
        raise Misused(f"match must be {ANY} or one of {', '.join(ENDPOINTS)}")
    if kind not in KINDS:
        raise Misused(f"kind must be one of {', '.join(KINDS)}")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise Misused("times must be a positive number or null")
    return match, kind, times, _params(kind, {} if params is None else params)


def _params(kind: str, params: Any) -> dict[str, Any]:
    if not isinstance(params, dict):
        raise Misused("params must be an object")
    numbers = {"seconds", "after_seconds", "http"} | ({"code"} if kind in _NUMBERED else set())
    for name in numbers & params.keys():
        if not isinstance(params[name], int | float) or params[name] < 0:
            raise Misused(f"params.{name} must be a number")
    return params
