"""A listening socket that nobody should come to."""

from __future__ import annotations

import socket
import threading


class Trap:
    """Accepts, counts and hangs up."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._came: list[int] = []
        self._counted = threading.Condition()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def visitors(self) -> int:
        """Return how many have come so far: all that stood in line before a visit of our own."""
        own = self._visit()
        with self._counted:
            assert self._counted.wait_for(lambda: own in self._came, timeout=10)
            self._came.remove(own)
            return len(self._came)

    def close(self) -> None:
        """Stop."""
        self._stopping = True
        self._visit()
        self._thread.join()
        self._socket.close()

    _stopping = False

    def _visit(self) -> int:
        with socket.create_connection(("127.0.0.1", self.port)) as own:
            port: int = own.getsockname()[1]
            return port

    def _serve(self) -> None:
        while not self._stopping:
            visitor, address = self._socket.accept()
            visitor.close()
            with self._counted:
                self._came.append(address[1])
                self._counted.notify_all()
