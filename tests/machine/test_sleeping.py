"""A platform that lets the bot sleep: it is stopped while nobody asks, and started by a request."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.http_server import LOOPBACK, listener_on
from tests.support.deadlines import eventually
from tests.support.texts import said
from tests.support.world import HELD_SECONDS, World, quick_world

_CHUNK_BYTES = 65_536


class Platform:
    """In front of the bot: whatever comes waits until it is there."""

    def __init__(self, there: World, port: int) -> None:
        self._there = there
        self._port = port
        self._waking = asyncio.Lock()
        self._served: set[asyncio.Task[None]] = set()
        self._writers: list[StreamWriter] = []

    def accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection from outside."""
        self._writers.append(writer)
        self._served.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        """No connection is left open, not even one that its other end no longer reads."""
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with closing(writer):
            async with self._waking:
                inner_reader, inner_writer = await eventually(self._connected, "the bot's port")
            with closing(inner_writer):
                await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))

    async def _connected(self) -> tuple[StreamReader, StreamWriter] | None:
        if not self._there.bot_is_running:
            await self._there.start_bot(HTTP_PORT=str(self._port))
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(LOOPBACK, self._port)
            self._writers.append(writer)
            return reader, writer
        return None


async def _pipe(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def on_a_platform(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that sleeps, behind the address that Telegram knows."""
    with listener_on("", 0) as kept:
        async with quick_world(tmp_path) as there:
            platform = Platform(there, kept.getsockname()[1])
            outside = listener_on(LOOPBACK, urlsplit(there.settings["PUBLIC_URL"]).port or 0)
            async with await asyncio.start_server(platform.accept, sock=outside):
                try:
                    yield there
                finally:
                    await platform.close()


async def handled(there: World, count: int) -> None:
    """Everything that was written is, once."""

    def look() -> bool:
        return [row["state"] for row in there.rows("SELECT state FROM inbox")] == ["done"] * count

    await eventually(look, f"{count} updates are handled")


async def test_nothing_is_lost_by_sleep_and_videos_come_when_somebody_wakes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_COMMAND", "web")
    async with on_a_platform(tmp_path) as there:
        await there.tell_provider(render_seconds=HELD_SECONDS)
        people = [await there.person(f"P{number}") for number in range(6)]
        ada, others = people[0], people[1:]
        await ada.sends_photo()
        await ada.sees_key("photo-ready")
        await there.stop_bot()
        await ada.says()
        await ada.reaches("running")
        await there.stop_bot()
        await there.tell_provider(render_seconds=0.2)
        await asyncio.gather(*(one.writes("/last") for one in others))
        for one in others:
            await one.sees(said("last-none"))
        await ada.sees_video()
        await handled(there, 2 + len(others))
        await there.stop_bot()
        await ada.says()
        await ada.sees_video(2)
        assert len(await there.billed_videos()) == 2
        assert there.starts >= 4
