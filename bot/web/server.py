"""The bot's port: everything that it serves by HTTP, on all addresses of this machine."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.config.sentences import SettingsInvalid
from bot.http_server import HttpServer, listener_on

logger = logging.getLogger(__name__)

_EVERYWHERE, _EVERYWHERE_6 = "0.0.0.0", "::"  # noqa: S104 (a platform's proxy is another machine)
_FIRST_FREE_FOR_ALL = 1024
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, and on which sockets."""

    app: Starlette
    listeners: Sequence[socket.socket]

    def add(self, routes: Iterable[BaseRoute]) -> None:
        """Serve these as well from now on."""
        self.app.router.routes.extend(routes)


@asynccontextmanager
async def serving(routes: Sequence[BaseRoute], port: int) -> AsyncIterator[Served]:
    """Serve these for the duration of the block; then what is being answered has a second.

    Raises SettingsInvalid: the port cannot be had.
    """
    app = Starlette(routes=routes)
    server = HttpServer(app)
    with ExitStack() as stack:
        try:
            listeners = _listeners(port, stack)
            await server.begin(listeners)
        except OSError as error:
            raise _unusable(port, error) from error
        logger.info("serving on port %d", port)
        try:
            yield Served(app, listeners)
        finally:
            await server.end()


def _listeners(port: int, stack: ExitStack) -> list[socket.socket]:
    """One for each kind of address, so that a caller's is not wrapped up in the other kind."""
    listeners = [stack.enter_context(closing(listener_on(_EVERYWHERE, port)))]
    try:
        listeners.append(stack.enter_context(closing(listener_on(_EVERYWHERE_6, port))))
    except OSError as error:
        if error.errno not in _NO_IPV6:
            raise
    return listeners


def _unusable(port: int, error: OSError) -> SettingsInvalid:
    remedy = "stop what listens there, or set HTTP_PORT to another"
    if isinstance(error, PermissionError):
        remedy = f"set HTTP_PORT to one from {_FIRST_FREE_FOR_ALL} up, which needs no rights"
    return SettingsInvalid(f"Port {port} cannot be used ({error.strerror}): {remedy}.")
