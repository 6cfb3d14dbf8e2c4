"""Only programs on this machine, and the page that a local server itself served, may talk to it.

A web page from elsewhere could otherwise reach it through the person's browser: under a name that
resolves to 127.0.0.1 (DNS rebinding), by a form, or by a plain GET, which the Bot API obeys.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OUR_NAMES = re.compile(r"(localhost|127\.0\.0\.1)(:\d{1,5})?", re.IGNORECASE | re.ASCII)
_OUR_SITES = ("same-origin", "none")
"""`none`: the address was typed. `same-site` would be another port, so another program's page."""
_PLAIN_SCHEMES = {"ws": "http", "wss": "https"}
_REFUSED = (
    "Only programs on this machine may come here, and no other website. "
    "To see the chat page, type its address into the browser."
)

FILE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox allow-same-origin"
)
"""Of whatever is no page of ours: it is shown, and runs nothing."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the chat page."""
_POLICY = "content-security-policy"


class Guard:
    """ASGI middleware: 403 unless all that the request says of its origin names this server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif _is_ours(Headers(scope=scope), scope.get("scheme", "http")):
            await self._app(scope, receive, _guarded(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(_REFUSED, status_code=403)(scope, receive, _guarded(send))


def _is_ours(headers: Headers, scheme: str) -> bool:
    host = headers.get("host", "")
    own_origin = f"{_PLAIN_SCHEMES.get(scheme, scheme)}://{host}"
    return (
        _OUR_NAMES.fullmatch(host) is not None
        and all(origin == own_origin for origin in headers.getlist("origin"))
        and all(site in _OUR_SITES for site in headers.getlist("sec-fetch-site"))
    )


def _guarded(send: Send) -> Send:
    """Each answer says that it is what its type says, and what it may do in a browser."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["x-content-type-options"] = "nosniff"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["referrer-policy"] = "no-referrer"
            headers.setdefault(_POLICY, FILE_POLICY)
        await send(message)

    return guarded


def with_page_policy(app: ASGIApp) -> ASGIApp:
    """What it serves is the chat page, which runs."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        async def policed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_POLICY] = PAGE_POLICY
            await send(message)

        await app(scope, receive, policed)

    return page
