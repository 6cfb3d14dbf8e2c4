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
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

import uvicorn
from starlette.responses import Response

from bot.clock import Clock, SystemClock

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = "127.0.0.1"
_DROP, _GARBLE = "sandbox.drop_connection", "sandbox.garble_answer"
_GRACE_SECONDS = 1
_TURNS_OF_AN_ARRIVAL = 5
"""So many turns of the loop after it was accepted a connection is known to the server."""


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
    app: ASGIApp, *, port: int = 0, clock: Clock | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve `app` on 127.0.0.1 (`port` 0: any free one) for the duration of the block.

    Answers are dated by `clock`, or by this machine's. `tls`: the address is https then.

    Raises OSError when the port is taken, RuntimeError when the app does not start.
    """
    listener = _listen(port)
    endable = _Endable(Dated(app, clock or SystemClock()))
    endable.server = server = _Server(_configuration(endable))
    try:
        await server.begin(listener, tls)
        yield f"http{'s' * (tls is not None)}://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        endable.end()
        if server.started:
            await server.end()
        listener.close()


_KEEP_ALIVE_SECONDS = 75
"""Far longer than a client keeps a connection (httpx: 5 s): one that is closed as it is used
again loses a request, of which nobody knows whether it arrived."""


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        http="h11",
        date_header=False,
        ws="websockets-sansio",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


def _listen(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer, written
    # as head and body, waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Server(uvicorn.Server):
    """uvicorn without its own loop and signal handlers: both belong to the process."""

    async def begin(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Accept connections. Raises RuntimeError when the app does not start."""
        self.config.load()
        self.config.ssl = tls
        self.lifespan = self.config.lifespan_class(self.config)
        try:
            await self.startup(sockets=[listener])
        except SystemExit:
            raise RuntimeError("the app did not start") from None

    async def end(self) -> None:
        """Accept no more, close what is open, let the app end: within the grace time."""
        await self._accept_no_more()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(list(self.server_state.tasks), timeout=_GRACE_SECONDS)
        for task in list(self.server_state.tasks):
            task.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await self.lifespan.shutdown()

    async def _accept_no_more(self) -> None:
        """What was accepted just now arrives first: asyncio drops it where its server is closed."""
        listeners = [listener for server in self.servers for listener in server.sockets]
        for listener in listeners:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        for _ in range(_TURNS_OF_AN_ARRIVAL):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()

    def spoil(
        self, client: tuple[str, int] | None, how: Callable[[asyncio.Transport], None]
    ) -> None:
        """Do that to the connection of this client address."""
        for connection in list(self.server_state.connections):
            if getattr(connection, "client", None) == client:
                how(connection.transport)


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
        self.server: _Server | None = None

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
