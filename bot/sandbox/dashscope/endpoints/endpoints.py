"""What surrounds every endpoint: faults on request, errors as answers, the log of calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.sandbox.dashscope.answers import Refused, error_answer
from bot.sandbox.dashscope.calls import request_view, response_view
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.faults import Fault
from bot.sandbox.serving import Dropped, Garbled

ENDPOINTS = ("get_policy", "upload", "detect", "submit", "query", "list", "cancel", "result")

BEFORE = ("status", "drop_before", "code")
AFTER = ("drop_after", "garbled", "error_after", "malformed", "html", "empty")
SPECIAL = (
    "delay",
    "verdict",
    "fractional_boxes",
    "task_fails",
    "unknown_state",
    "result_missing",
    "result_truncated",
    "result_moved",
    "usage_missing",
)
KINDS = BEFORE + AFTER + SPECIAL

Handler = Callable[[Request], Awaitable[Response]]
ErrorAnswer = Callable[[Refused], Response]


class Endpoint:
    """A handler as a route: called, and its call recorded."""

    def __init__(
        self,
        provider: Provider,
        name: str,
        handler: Handler,
        *,
        as_error: ErrorAnswer = error_answer,
    ) -> None:
        self._provider = provider
        self._name = name
        self._handler = handler
        self._as_error = as_error

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        provider = self._provider
        since = provider.clock.steady_seconds()
        response = await self._answer(request)
        response.headers["date"] = self._date()
        dropped = isinstance(response, Dropped)
        provider.calls.add(
            at=provider.clock.now_milliseconds(),
            endpoint=self._name,
            method=request.method,
            path=request.url.path,
            status=None if dropped else response.status_code,
            model=getattr(request.state, "model", None),
            request=await request_view(request),
            response={"dropped": True} if dropped else response_view(response),
            elapsed_milliseconds=round((provider.clock.steady_seconds() - since) * 1000),
        )
        return response

    def _date(self) -> str:
        """By the provider's clock; an empty one is none."""
        seconds = self._provider.clock.now_milliseconds() // 1000
        return formatdate(seconds, usegmt=True) if self._provider.settings.sends_date else ""

    async def _answer(self, request: Request) -> Response:
        if delay := self._take("delay"):
            await request.body()  # done all the same when the client gives up meanwhile
            await self._provider.clock.sleep(float(delay.params.get("seconds", 1)))
        if before := self._take(*BEFORE):
            return _instead(before, self._as_error)
        try:
            response = await self._handler(request)
        except Refused as refused:
            response = self._as_error(refused)
        except ClientDisconnect:
            request.state.noted = {}
            return Dropped()
        if after := self._take(*AFTER):
            return _instead(after, self._as_error)
        return response

    def _take(self, *kinds: str) -> Fault | None:
        return take_fault(self._provider, self._name, *kinds)


def take_fault(provider: Provider, endpoint: str, *kinds: str) -> Fault | None:
    """Use up a fault of these kinds once, if one is on for this endpoint."""
    fault = provider.faults.take("provider", endpoint, *kinds)
    if fault is not None:
        provider.faults_changed()
    return fault


def _instead(fault: Fault, as_error: ErrorAnswer) -> Response:
    """Return the answer a fault puts in the place of the right one."""
    params = fault.params
    match fault.kind:
        case "drop_before" | "drop_after":
            return Dropped()
        case "garbled":
            return Garbled()
        case "status":
            return _bare(int(params.get("code", 500)), params.get("body"))
        case "code":
            return as_error(
                Refused(
                    int(params.get("http", 400)),
                    str(params.get("code", "InternalError")),
                    str(params.get("message", "")),
                )
            )
        case "error_after":
            message = "An internal error has occurred, please try again later."
            return as_error(Refused(int(params.get("code", 500)), "InternalError", message))
        case "malformed":
            return Response(b'{"output": {"task_', media_type="application/json")
        case "html":
            return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>")
        case _:
            return Response(b"")


def _bare(http_status: int, body: object) -> Response:
    if body is None:
        return Response(status_code=http_status)
    if isinstance(body, str):
        return Response(body, http_status, media_type="text/plain")
    return JSONResponse(body, http_status)
