"""TLS before a plain local server, over a line that flips a bit of some answers."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import trustme

_CHUNK_BYTES = 65_536
_LOOPBACK = "127.0.0.1"
_METHODS = (b"GET ", b"POST ")
_SCHEME = b"\r\nX-Forwarded-Proto: https\r\n"

Change = Callable[[bytes], bytes]


@dataclass
class FlippedBits:
    """Where the server is reached; a connection is known by its port between line and TLS."""

    plain_port: int
    url: str = ""
    garbled: list[str] = field(default_factory=list)
    """The request lines whose answers were garbled."""
    _tls_port: int = 0
    _wanted: dict[str, int] = field(default_factory=dict)
    _doomed: set[int] = field(default_factory=set)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def left(self) -> set[str]:
        """What was to be garbled and was not yet asked for so often."""
        return {part for part, times in self._wanted.items() if times > 0}

    def garble(self, part: str, times: int = 1) -> None:
        """Flip a bit in the next answers to requests with this in their first line."""
        self._wanted[part] = times

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """The line: what is on it cannot be read here, only spoilt."""
        there = await asyncio.open_connection(_LOOPBACK, self._tls_port)
        port = int(there[1].get_extra_info("sockname")[1])
        await self._join(
            (reader, there[1], _unchanged),
            (there[0], writer, lambda data: self._spoilt(data, port)),
        )

    async def end_tls(self, reader: StreamReader, writer: StreamWriter) -> None:
        """The server's end of TLS."""
        there = await asyncio.open_connection(_LOOPBACK, self.plain_port)
        port = int(writer.get_extra_info("peername")[1])
        await self._join(
            (reader, there[1], lambda data: self._request(data, port)),
            (there[0], writer, _unchanged),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _request(self, data: bytes, port: int) -> bytes:
        if not data.startswith(_METHODS):
            return data
        first = data.partition(b"\r\n")[0].decode("latin-1")
        for part, times in self._wanted.items():
            if part in first and times > 0:
                self._wanted[part] -= 1
                self._doomed.add(port)
                self.garbled.append(first)
        return data.replace(b"\r\n", _SCHEME, 1)

    def _spoilt(self, data: bytes, port: int) -> bytes:
        if port not in self._doomed:
            return data
        return data[:-1] + bytes([data[-1] ^ 1])

    async def _join(self, *ways: tuple[StreamReader, StreamWriter, Change]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        pumps = [asyncio.create_task(_pump(*way)) for way in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._open.discard(task)
            for pump in pumps:
                pump.cancel()
            for _, writer, _ in ways:
                writer.transport.abort()


async def _pump(reader: StreamReader, writer: StreamWriter, change: Change) -> None:
    with suppress(OSError):  # either side has gone
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(change(data))
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def _unchanged(data: bytes) -> bytes:
    return data


@asynccontextmanager
async def flipped_bits(plain_url: str, authority: trustme.CA) -> AsyncIterator[FlippedBits]:
    """The server at `plain_url` over TLS, by a certificate of this authority."""
    port = urlsplit(plain_url).port
    assert port is not None
    line = FlippedBits(port)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(_LOOPBACK).configure_cert(tls)
    finisher = await asyncio.start_server(line.end_tls, _LOOPBACK, 0, ssl=tls)
    outside = await asyncio.start_server(line.carry, _LOOPBACK, 0)
    line._tls_port = finisher.sockets[0].getsockname()[1]
    line.url = f"https://{_LOOPBACK}:{outside.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        outside.close()
        finisher.close()
        await line.close()
