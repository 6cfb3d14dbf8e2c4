"""A server on a raw socket, and the clients that are tested against it.

It answers from a script, well or badly, and counts what reaches it.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from email import message_from_string

import httpx
from pydantic import SecretStr

from bot.clock import Clock, SystemClock
from bot.dashscope.client import DashScope
from bot.dashscope.fields import VideoRequest
from bot.dashscope.http import TIMEOUTS, Timeout
from bot.http_client import HttpClient
from bot.http_server import LOOPBACK
from bot.sandbox.serving import garble

DROP = "the request is read, then the connection is closed"
RESET = "the request is read, then the connection is reset"
SILENCE = "the request is read, then nothing more happens"
GARBLED = "a bit of the answer is flipped under way, which TLS notices"
CLOSE_UNREAD = "the connection is closed before anything is read"

Reply = bytes | str
"""The bytes to answer with, or one of the words above."""


class FaultServer:
    """Answers each request with the next reply of `script`; the last one serves for ever."""

    def __init__(self, script: list[Reply]) -> None:
        self.script = script
        self.requests: list[httpx.Request] = []
        self.reached = asyncio.Event()
        self.connections = 0
        self.origin = ""

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        # The client has gone, or the test is over.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while self.script[0] != CLOSE_UNREAD:
                self.requests.append(await _read(reader, number))
                self.reached.set()
                reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if reply == SILENCE:
                    await reader.read()
                if not await _replied(writer, reply):
                    break
        writer.close()


async def _replied(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Whether the connection stays."""
    if isinstance(reply, bytes):
        writer.write(reply)
        await writer.drain()
        return b"connection: close" not in reply.lower()
    if reply == GARBLED:
        garble(writer.transport)
    if reply == RESET:
        writer.transport.abort()
    return False


async def _read(reader: asyncio.StreamReader, connection: int) -> httpx.Request:
    """One request that arrived whole, and on which connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, _, rest = head.partition("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(message_from_string(rest).items())
    content = await reader.readexactly(int(headers.get("Content-Length", "0")))
    on = {"connection": connection}
    url = f"http://127.0.0.1{target}"
    return httpx.Request(method, url, headers=headers, content=content, extensions=on)


def answer(
    body: object = b"", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """A well-formed HTTP answer; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": len(content), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Reason\r\n{head}\r\n".encode() + content


def refusal(status: int, code: str, message: str = "said the provider", **headers: str) -> bytes:
    """An error answer in the provider's shape."""
    body = {"code": code, "message": message, "request_id": "r-1"}
    return answer(body, status=status, headers=headers)


HTML = answer(b"<html><body><h1>Bad Gateway</h1></body></html>")
EMPTY = answer(b"")

GARBAGE: dict[str, Reply] = {
    "html": HTML,
    "an empty body": EMPTY,
    "broken JSON": answer(b'{"output": {"task_id": "t'),
    "a JSON array": answer([1, 2, 3]),
    "JSON of another shape": answer({"output": "text", "data": 7, "request_id": "r-1"}),
    "JSON nested without end": answer(b"[" * 200_000),
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
async def fault_server(
    *script: Reply, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FaultServer]:
    """Serve a script on a free port of this machine."""
    server = FaultServer(list(script))
    with closing(await asyncio.start_server(server.handle, LOOPBACK, 0, ssl=tls)) as listener:
        scheme, port = "https" if tls else "http", listener.sockets[0].getsockname()[1]
        server.origin = f"{scheme}://{LOOPBACK}:{port}"
        yield server


KEY = "sk-0123456789abcdef0123456789abcdef"
S2V_MODEL, S2V_DETECT_MODEL = "wan2.2-s2v", "wan2.2-s2v-detect"
EMO_MODEL, EMO_DETECT_MODEL = "emo-v1", "emo-detect-v1"
S2V = VideoRequest(
    S2V_MODEL, "oss://space/photo.jpg", "oss://space/voice.wav", {"resolution": "480P"}
)

TLS = ssl.create_default_context()
"""Shared: making one takes longer than most tests."""

ABSURDLY_SHORT = Timeout(connect_seconds=10, silence_seconds=0.5, total_seconds=10)
"""Long enough for a good answer, also where others want the processor."""
IMPATIENT = dict.fromkeys(TIMEOUTS, ABSURDLY_SHORT)


@asynccontextmanager
async def client_of(
    base_url: str,
    *,
    key: str = KEY,
    clock: Clock | None = None,
    timeouts: Mapping[str, Timeout] = TIMEOUTS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[DashScope]:
    """A client; with `transport`, nothing goes over a socket."""
    async with HttpClient(transport=transport, verify=TLS) as http:
        yield DashScope(
            http,
            base_url=base_url,
            api_key=SecretStr(key),
            clock=clock or SystemClock(),
            timeouts=timeouts,
        )
