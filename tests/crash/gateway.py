"""A gateway before the local provider that can hold a submission back and deliver it late.

The client has given up by then; the provider accepts and bills all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from bot.sandbox.serving import ASGIApp, Dropped, Receive, Scope, Send, serve

_SUBMIT = "/video-synthesis"
_HOP_HEADERS = frozenset({b"connection", b"transfer-encoding", b"content-length", b"host"})


@dataclass
class Gateway:
    """`late_seconds` is used for the next submission, once."""

    provider_url: str
    http: httpx.AsyncClient
    late_seconds: float = 0.0
    url: str = ""
    _late: set[asyncio.Task[httpx.Response]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, now or late."""
        if scope["type"] != "http":
            return
        request = await self._read(scope, receive)
        late_seconds = 0.0
        if scope["path"].rstrip("/").endswith(_SUBMIT):
            late_seconds, self.late_seconds = self.late_seconds, 0.0
        passing = asyncio.create_task(self._pass(request, late_seconds))
        if late_seconds:
            self._late.add(passing)
            await _until_gone(receive)
            await Dropped()(scope, receive, send)
            return
        answer = await passing
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() not in _HOP_HEADERS]
        await send(
            {"type": "http.response.start", "status": answer.status_code, "headers": headers}
        )
        await send({"type": "http.response.body", "body": answer.content})

    async def finish(self) -> None:
        """Wait for what was held back."""
        await asyncio.gather(*self._late)

    async def _pass(self, request: httpx.Request, late_seconds: float) -> httpx.Response:
        await asyncio.sleep(late_seconds)
        return await self.http.send(request)

    async def _read(self, scope: Scope, receive: Receive) -> httpx.Request:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = scope["query_string"].decode()
        target = f"{self.provider_url}{scope['path']}" + (f"?{query}" if query else "")
        headers = [(k, v) for k, v in scope["headers"] if k.lower() not in _HOP_HEADERS]
        return self.http.build_request(scope["method"], target, headers=headers, content=body)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def gateway(dashscope_base_url: str) -> AsyncIterator[Gateway]:
    """A gateway before this provider; its `url` is a DASHSCOPE_BASE_URL."""
    root = dashscope_base_url.removesuffix("/api/v1")
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=30, limits=limits) as http:
        made = Gateway(root, http)
        app: ASGIApp = made.__call__
        async with serve(app) as url:
            made.url = f"{url}/api/v1"
            yield made
            await made.finish()
