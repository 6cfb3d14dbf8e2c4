"""The real bot behind a line that cuts, resets, garbles and makes things up: it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.http_server import LOOPBACK
from tests.crash.story import at_rest
from tests.support.deadlines import eventually
from tests.support.world import World, quick_world

_TROUBLES = ("refuse", "cut", "reset", "flip", "flip_up", "insert", "nonsense")
_MOST_TROUBLES = 12
_CHANCE = 0.35
_HANDSHAKE_AND_MORE_BYTES = 6_000


class BadLine:
    """Passes on what comes, and spoils its first connection and some others at some byte."""

    def __init__(self, port: int, generator: random.Random) -> None:
        self._port = port
        self._random = generator
        self.met: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trouble, at = self._next()
        with contextlib.suppress(OSError), contextlib.closing(writer):
            if trouble == "nonsense":
                writer.write(self._random.randbytes(at))
            if trouble not in ("nonsense", "refuse"):
                theirs, to_them = await asyncio.open_connection(LOOPBACK, self._port)
                up, down = ("flip", "") if trouble == "flip_up" else ("", trouble)
                await asyncio.gather(
                    self._pass(reader, to_them, up, at), self._pass(theirs, writer, down, at)
                )

    def _next(self) -> tuple[str, int]:
        at = self._random.randrange(_HANDSHAKE_AND_MORE_BYTES)
        is_bad = not self.met or self._random.random() < _CHANCE
        if len(self.met) >= _MOST_TROUBLES or not is_bad:
            return "", at
        self.met.append(self._random.choice(_TROUBLES))
        return self.met[-1], at

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, trouble: str, at: int
    ) -> None:
        passed = 0
        with contextlib.suppress(OSError), contextlib.closing(target):
            while data := await source.read(65_536):
                if trouble and passed <= at < passed + len(data):
                    data, goes_on = self._spoiled(data, at - passed, trouble, target)
                    target.write(data)
                    if not goes_on:
                        break
                else:
                    target.write(data)
                passed += len(data)
                await target.drain()

    def _spoiled(
        self, data: bytes, at: int, trouble: str, target: asyncio.StreamWriter
    ) -> tuple[bytes, bool]:
        match trouble:
            case "cut":
                return data[:at], False
            case "reset":
                target.transport.abort()
                return b"", False
            case "flip":
                return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], True
            case _:
                return data[:at] + self._random.randbytes(40) + data[at:], True


@contextlib.asynccontextmanager
async def bad_line(url: str, generator: random.Random) -> AsyncIterator[tuple[str, BadLine]]:
    """The same address by another port, and what happened on it."""
    parts = urlsplit(url)
    line = BadLine(parts.port or 443, generator)
    server = await asyncio.start_server(line.serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield parts._replace(netloc=f"{LOOPBACK}:{port}").geturl(), line
    finally:
        server.close()


@pytest.mark.parametrize("seed", range(4))
async def test_a_bad_line_ends_nothing_and_costs_nothing(
    tls: ssl.SSLContext, authority_path: Path, tmp_path: Path, seed: int
) -> None:
    generator = random.Random(seed)
    async with quick_world(tmp_path, tls=tls, SSL_CERT_FILE=str(authority_path)) as there:
        sides = ("TELEGRAM_BASE_URL", "DASHSCOPE_BASE_URL")
        addresses = [there.settings[name] for name in sides]
        async with (
            bad_line(addresses[0], generator) as (telegram, of_telegram),
            bad_line(addresses[1], generator) as (provider, of_provider),
        ):
            await there.start_bot(None, **dict(zip(sides, (telegram, provider), strict=True)))
            await one_video(there)
            assert of_telegram.met
            assert of_provider.met


async def one_video(there: World) -> None:
    ada = await there.person()
    await ada.sends_both()

    async def rests() -> bool:
        assert there.bot_is_running, there.log()[-3000:]
        return at_rest(there, 2)

    await eventually(rests, steps=2)
    assert len(await there.billed_videos()) == 1
    assert 1 <= len(await ada.videos()) <= 2
    assert "Traceback" not in there.log()
