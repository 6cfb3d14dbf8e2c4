"""A server on a raw socket: answers from a script, well or badly, and counts what reaches it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Received:
    """One request that arrived whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> object:
        return json.loads(self.body)


DROP = "the request is read, then the connection is closed"
RESET = "the request is read, then the connection is reset"
SILENCE = "the request is read, then nothing more happens"
CLOSE_UNREAD = "the connection is closed before anything is read"

Reply = bytes | str
"""The bytes to answer with, or one of the words above."""


@dataclass
class FaultServer:
    """Answers each request with the next reply of `script`; the last one serves for ever."""

    script: list[Reply] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    _handlers: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        try:
            await self._serve(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client has gone, or the test is over.
        finally:
            self._handlers.discard(task)
            writer.close()

    async def close(self) -> None:
        for handler in list(self._handlers):
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        while True:
            if self.script and self.script[0] == CLOSE_UNREAD:
                return
            self.requests.append(await _read(reader, connection))
            self.reached.set()
            reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
                if b"connection: close" in reply.lower():
                    return
                continue
            if reply == SILENCE:
                await asyncio.Event().wait()
            if reply == RESET:
                writer.transport.abort()
            return


async def _read(reader: asyncio.StreamReader, connection: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body, connection)


def answer(
    body: object = b"", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """A well-formed HTTP answer; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Reason\r\n{head}\r\n".encode() + content


def refusal(status: int, code: str, message: str = "said the provider", **headers: str) -> bytes:
    """An error answer in the provider's shape."""
    body = {"code": code, "message": message, "request_id": "r-1"}
    return answer(body, status=status, headers=headers)


HTML = answer(b"<html><body><h1>Bad Gateway</h1></body></html>")
EMPTY = answer(b"")
BROKEN_JSON = answer(b'{"output": {"task_id": "t')
ARRAY = answer([1, 2, 3])
WRONG_SHAPE = answer({"output": "text", "data": 7, "request_id": "r-1"})
DEEP = answer(b"[" * 200_000)

GARBAGE: dict[str, Reply] = {
    "html": HTML,
    "an empty body": EMPTY,
    "broken JSON": BROKEN_JSON,
    "a JSON array": ARRAY,
    "JSON of another shape": WRONG_SHAPE,
    "JSON nested without end": DEEP,
}

LOST: dict[str, Reply] = {
    "connection closed unread": CLOSE_UNREAD,
    "connection closed after the request": DROP,
    "connection reset after the request": RESET,
    "no answer in time": SILENCE,
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{",
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\nconnection: close\r\n\r\n",
}


@asynccontextmanager
async def fault_server(*script: Reply) -> AsyncIterator[FaultServer]:
    """Serve a script on a free port of this machine."""
    server = FaultServer(list(script))
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.close()
        await listener.wait_closed()
