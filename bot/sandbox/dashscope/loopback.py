"""Only this machine, and only what this machine serves, may speak to the local provider."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1"})


class LoopbackOnly:
    """Refuses a foreign Host (DNS rebinding) or a foreign Origin (a web page elsewhere): 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a local request through."""
        if scope["type"] == "http" and not _is_local(Headers(scope=scope)):
            answer = JSONResponse({"error": "only local requests are answered here"}, 403)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(headers: Headers) -> bool:
    origin = headers.get("origin")
    return _is_local_host(headers.get("host", "")) and (
        origin is None or _is_local_host(origin.partition("://")[2])
    )


def _is_local_host(host: str) -> bool:
    name, _, port = host.partition(":")
    return name.lower() in _LOCAL_NAMES and (not port or port.isdecimal())
