"""HTTP served inside the running event loop: the bot's port, and the sandbox's servers."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
_GRACE_SECONDS = 1
_TURNS_OF_AN_ARRIVAL = 5
"""So many turns of the loop after it was accepted a connection is known to the server."""
KEEP_ALIVE_SECONDS = 75
"""Far longer than a client keeps a connection (httpx: 5 s): one that is closed as it is used
again loses a request, of which nobody knows whether it arrived."""
MOST_CONNECTIONS = 400
"""Several times those of Telegram and of our client; with the rest a process has 1024 files."""
_AT_ONCE = 100
"""So many are accepted before any of them can be closed."""


def listener_on(host: str, port: int) -> socket.socket:
    """A socket bound there (`port` 0: any free one); raises OSError where that is impossible."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer, written
    # as head and body, waits 40 ms for the client's delayed acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family is socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


class _Connection(H11Protocol):
    """Who connects and asks for nothing keeps nobody out: of too many the one is closed on which
    nothing was answered for longest.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio."""
        super().connection_made(transport)
        self.idle_since = self.loop.time()
        if len(self.connections) > MOST_CONNECTIONS:
            others = [each for each in self.connections if isinstance(each, _Connection)]
            idle = [each for each in others if each.is_idle and not each.transport.is_closing()]
            min(idle, key=lambda each: each.idle_since).transport.abort()

    def on_response_complete(self) -> None:
        """See uvicorn."""
        self.idle_since = self.loop.time()
        super().on_response_complete()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        return self.cycle is None or self.cycle.response_complete


class HttpServer(uvicorn.Server):
    """uvicorn without its own loop and signal handlers: both belong to the process.

    Who calls is who is at the other end of the connection, whatever a header says.
    """

    def __init__(self, app: ASGIApp, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                http=_Connection,
                backlog=_AT_ONCE,
                date_header=False,
                proxy_headers=False,
                ws="websockets-sansio",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
        )
        self._tls = tls
        # It warns of every request that is none, which whoever likes can send.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

    async def begin(self, listeners: Sequence[socket.socket]) -> None:
        """Accept connections. Raises RuntimeError when the app does not start, OSError when another
        program listens there by now.
        """
        self.config.load()
        self.config.ssl = self._tls
        self.lifespan = self.config.lifespan_class(self.config)
        try:
            await self.startup(sockets=[*listeners])
        except SystemExit:
            raise RuntimeError("the app did not start") from None

    async def end(self) -> None:
        """Accept no more, close what is open, let the app end: within the grace time."""
        if not self.started:
            return
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
