"""Serving an ASGI app on loopback inside the running event loop: the sandbox's and the tests' way.

    async with serve(app) as base_url:
        ...   # base_url is "http://127.0.0.1:<port>"

Two things beyond plain uvicorn: leaving the block ends open long polls and WebSockets at once
instead of waiting for them, and an endpoint may return `Dropped()` to close the connection
without an answer, as a broken network does, or `Garbled()`, as a bad line does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.clock import Clock, SystemClock
from bot.http_server import LOOPBACK, HttpServer, listener_on

_DROP, _GARBLE = "sandbox.drop_connection", "sandbox.garble_answer"


class Dropped(Response):
    """Instead of an answer: the connection is reset (apps served by `serve` only)."""

    _how = _DROP

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Spoil the connection this request came on; 500 where that is impossible."""
        spoil = scope.get("extensions", {}).get(self._how)
        if spoil is None:
            await Response(status_code=500)(scope, receive, send)
            return
        spoil()
        await _disconnected(receive)


class Garbled(Dropped):
    """Instead of an answer: a bit of it was flipped under way, as only TLS can notice."""

    _how = _GARBLE


def garble(transport: asyncio.BaseTransport) -> None:
    """Put on the line below TLS what nobody can decipher."""
    record = b"\x17\x03\x03\x00\x40" + os.urandom(0x40)
    os.write(transport.get_extra_info("socket").fileno(), record)


@contextlib.asynccontextmanager
async def serve(
    app: ASGIApp,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[str]:
    """Serve `app` on 127.0.0.1 (`port` 0: any free one) for the duration of the block.

    `host` is where it listens: 0.0.0.0 in a container, whose address nobody knows before.
    Answers are dated by `clock`, or by this machine's. `tls`: the address is https then.

    Raises OSError when the port is taken, RuntimeError when the app does not start.
    """
    listener = listener_on(host, port)
    endable = _Endable(Dated(app, clock or SystemClock()))
    endable.server = server = HttpServer(endable, tls=tls)
    try:
        await server.begin([listener])
        yield f"http{'s' * (tls is not None)}://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        endable.end()
        await server.end()
        listener.close()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Dated:
    """The app, with a Date in each of its answers that has none; an empty one is left out."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            await send(self._dated(message))

        await self._app(scope, receive, dated)

    def _dated(self, message: Message) -> Message:
        if message["type"] != "http.response.start":
            return message
        ours = formatdate(self._clock.now_milliseconds() // 1000, usegmt=True).encode()
        headers = {b"date": ours, **dict(message.get("headers", ()))}
        return {**message, "headers": [(k, v) for k, v in headers.items() if v or k != b"date"]}


class _Endable:
    """The app, with a way to end the requests that are still open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: set[asyncio.Task[Any]] = set()
        self._ending = False
        self.server: HttpServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._handle(self._with_spoils(scope), receive, send)

    def end(self) -> None:
        """End what is open; each such request is answered 503."""
        self._ending = True
        for task in list(self._open):
            task.cancel()

    def _with_spoils(self, scope: Scope) -> Scope:
        server, client = self.server, scope.get("client")
        if server is None:
            return scope
        spoils = {
            _DROP: lambda: server.spoil(client, lambda line: line.abort()),
            _GARBLE: lambda: server.spoil(client, garble),
        }
        return {**scope, "extensions": {**scope.get("extensions", {}), **spoils}}

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        task = asyncio.current_task()
        if task is None or self._ending:
            await Response(status_code=503)(scope, receive, send)
            return
        self._open.add(task)
        try:
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            if not self._ending or answer.started:
                raise
            task.uncancel()
            await Response(status_code=503)(scope, receive, send)
        finally:
            self._open.discard(task)


class _Answer:
    """`send`, remembering whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self._send(message)
