"""TLS before a plain local server, over a line that flips a bit of some answers."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from urllib.parse import urlsplit

import trustme

_CHUNK_BYTES = 65_536
_LOOPBACK = "127.0.0.1"
_METHODS = (b"GET ", b"POST ")
_SCHEME = b"\r\nX-Forwarded-Proto: https\r\n"


class FlippedBits:
    """Where the server is reached; `garbled` are the request lines whose answers were garbled."""

    def __init__(self, plain_port: int, tls: ssl.SSLContext) -> None:
        self.url = ""
        self.garbled: list[str] = []
        self._plain_port, self._tls = plain_port, tls
        self._wanted: dict[str, int] = {}

    @property
    def left(self) -> set[str]:
        """What was to be garbled and was not yet asked for so often."""
        return {part for part, times in self._wanted.items() if times > 0}

    def garble(self, part: str, times: int = 1) -> None:
        """Flip a bit in the next answers to requests with this in their first line."""
        self._wanted[part] = times

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection: what comes out of TLS is spoilt on the line below it."""
        line = writer.transport
        with suppress(OSError):  # either side has gone
            await writer.start_tls(self._tls)
            there = await asyncio.open_connection(_LOOPBACK, self._plain_port)
            try:
                await asyncio.wait(
                    [
                        asyncio.create_task(_pump(reader, there[1], lambda d: self._hear(d, line))),
                        asyncio.create_task(_pump(there[0], writer, lambda data: data)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                there[1].transport.abort()
                writer.transport.abort()

    def _hear(self, data: bytes, line: asyncio.WriteTransport) -> bytes:
        """A request, as the plain server is to take it."""
        if not data.startswith(_METHODS):
            return data
        first = data.partition(b"\r\n")[0].decode("latin-1")
        for part in [part for part in self.left if part in first]:
            self._wanted[part] -= 1
            self.garbled.append(first)
            _spoil(line)
        return data.replace(b"\r\n", _SCHEME, 1)


def _spoil(line: asyncio.WriteTransport) -> None:
    """From now on."""
    right = line.write

    def wrong(data: bytes) -> None:
        right(bytes(data[:-1]) + bytes([data[-1] ^ 1]))

    line.write = wrong  # type: ignore[method-assign,assignment]


async def _pump(
    reader: StreamReader, writer: StreamWriter, change: Callable[[bytes], bytes]
) -> None:
    with suppress(OSError):  # either side has gone
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(change(data))
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


@asynccontextmanager
async def flipped_bits(plain_url: str, authority: trustme.CA) -> AsyncIterator[FlippedBits]:
    """The server at `plain_url` over TLS, by a certificate of this authority."""
    port = urlsplit(plain_url).port
    assert port is not None
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(_LOOPBACK).configure_cert(tls)
    made = FlippedBits(port, tls)
    with closing(await asyncio.start_server(made.carry, _LOOPBACK, 0)) as server:
        made.url = f"https://{_LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        yield made
