"""What these tests share."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram.sender import Sender
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.local_telegram import LocalTelegram, local_telegram
from tests.telegram.loops import sender_of


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    """A local Telegram."""
    async with local_telegram() as telegram:
        yield telegram


@pytest.fixture
async def sender(telegram: LocalTelegram) -> AsyncIterator[Sender]:
    """A Sender connected to it, which waits for nothing."""
    async with sender_of(telegram.url, FakeClock()) as sender:
        yield sender


@pytest.fixture
def clock() -> FakeClock:
    """The database's: it goes like the machine's, and a test may move it on."""
    return FakeClock(time.time_ns() // 1_000_000, rate=1.0, jumps=False)


@pytest.fixture
async def database(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Database]:
    """An empty database."""
    database = await Database.open(tmp_path / "test.db", clock)
    yield database
    await database.close()


@pytest.fixture
def free_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
