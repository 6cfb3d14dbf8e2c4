"""Only programs on this machine, and pages this server served, may talk to the sandbox.

A web page from elsewhere could otherwise reach it through the person's browser, under a name
that resolves to 127.0.0.1 (DNS rebinding) or by a cross-site request.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from bot.sandbox.serving import ASGIApp, Receive, Scope, Send

_OUR_NAMES = frozenset({"localhost", "127.0.0.1"})


class Guard:
    """ASGI middleware: 403 unless Host, and Origin if there is one, name this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == "lifespan" or _is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = PlainTextResponse("Only from this machine.", status_code=403)
            await refusal(scope, receive, send)


def _is_ours(headers: Headers) -> bool:
    origin = headers.get("origin")
    return _name_of("//" + headers.get("host", "")) and (origin is None or _name_of(origin))


def _name_of(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _OUR_NAMES
    except ValueError:
        return False
