"""A thread that watches the loop from outside, and answers in its place while it is stuck."""

from __future__ import annotations

import asyncio
import json
import logging
import selectors
import socket
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from bot.web.health import shown
from bot.web.signs import Diagnosis, Health, Sign

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_BEAT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_MOST_BYTES = 65_536


@asynccontextmanager
async def watched_from_outside(
    health: Health, listeners: Sequence[socket.socket]
) -> AsyncIterator[None]:
    """As long as the block lasts whoever connects there is answered, even where this loop does not
    go on; and what is wrong is logged when that changes.
    """
    sentinel = _Sentinel(health, listeners)
    sentinel.start()
    beating = asyncio.create_task(_beat(health))
    try:
        yield
    finally:
        sentinel.stop.set()
        beating.cancel()


async def _beat(health: Health) -> None:
    while True:
        health.heard(Sign.LOOP)
        await health.clock.sleep(_BEAT_SECONDS)


class _Sentinel(threading.Thread):
    """Nobody waits for its end: it is one with the process's."""

    def __init__(self, health: Health, listeners: Sequence[socket.socket]) -> None:
        super().__init__(name="health", daemon=True)
        self.stop = threading.Event()
        self._health = health
        self._listeners = listeners
        self._loop_thread = threading.get_ident()
        self._causes: dict[str, str] = {}

    def run(self) -> None:
        """See `threading.Thread`."""
        while not self.stop.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        diagnosis = self._health.diagnosis
        if diagnosis.causes != self._causes:
            self._causes = diagnosis.causes
            # By another thread: the loop may be stuck because nobody takes what is logged.
            threading.Thread(target=self._tell, args=(diagnosis,), daemon=True).start()
        if Sign.LOOP in diagnosis.dead:
            self._stand_in()

    def _tell(self, diagnosis: Diagnosis) -> None:
        if Sign.LOOP in diagnosis.dead:
            frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 (the one way there is)
            where = "".join(traceback.format_stack(frame)).strip()
            logger.error("%s; it is here: %s", Sign.LOOP.silence, where)
        elif diagnosis.causes:
            logger.error("not well: %s", "; ".join(diagnosis.causes.values()))
        else:
            logger.info("well again")

    def _stand_in(self) -> None:
        """Until the loop goes on: it has left its connections, and what comes now is new."""
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            for listener in self._listeners:
                selector.register(listener, selectors.EVENT_READ)
            while Sign.LOOP in self._health.diagnosis.dead and not self.stop.is_set():
                for key, _ in selector.select(_ANSWER_SECONDS):
                    self._answer(key.fileobj)

    def _answer(self, listener: object) -> None:
        """503 to anything; who asks for nothing within a second gets it, too."""
        assert isinstance(listener, socket.socket)  # noqa: S101
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_ANSWER_SECONDS)
                with suppress(TimeoutError):
                    connection.recv(_MOST_BYTES)
                connection.sendall(_unavailable(self._health.diagnosis))
                # To close before all was read would be to break off what was just answered.
                connection.shutdown(socket.SHUT_WR)
                with suppress(TimeoutError):
                    while connection.recv(_MOST_BYTES):
                        pass


def _unavailable(diagnosis: Diagnosis) -> bytes:
    body = json.dumps(shown(diagnosis)).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
