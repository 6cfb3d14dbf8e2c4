"""What these tests share."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from telegram import Update
from telegram.ext import MessageHandler, TypeHandler, filters

from bot.clock import Clock, SystemClock
from bot.http_client import HttpClient
from bot.telegram.connection import READ_SECONDS, build_application, build_bot
from bot.telegram.polling import Polling, PollingOptions
from bot.telegram.sender import Sender
from bot.telegram.updates import UpdateLoop
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram, local_telegram

Handle = Callable[[Update], Awaitable[None]]


@dataclass(frozen=True)
class Running:
    """What fetches, what handles, and the task they run in."""

    polling: Polling
    loop: UpdateLoop
    task: asyncio.Task[None]

    def stop(self) -> None:
        """Ask both to end."""
        self.polling.stop()
        self.loop.stop()


@asynccontextmanager
async def running(
    telegram: LocalTelegram,
    database: Database,
    handle: Handle,
    *,
    clock: Clock | None = None,
    options: PollingOptions | None = None,
    grace_seconds: float = 0.2,
    uses: filters.BaseFilter = filters.ALL,
    first: Handle | None = None,
    **more: Any,
) -> AsyncIterator[Running]:
    """A loop that gives every update that `handle` `uses` to it, and all to `first` before that;
    stopped at the end unless it ended before.
    """

    async def callback(update: Update, _context: object) -> None:
        await handle(update)

    async def look(update: Update, _context: object) -> None:
        if first is not None:
            await first(update)

    application = build_application(build_bot(SECRET_TOKEN, telegram.url))
    application.add_handler(TypeHandler(Update, look), group=-1)
    application.add_handler(MessageHandler(uses, callback))
    async with application, HttpClient() as http:
        loop = UpdateLoop(
            application=application,
            database=database,
            clock=clock or SystemClock(),
            grace_seconds=grace_seconds,
            **{"on_parked": _ignore, **more},
        )
        polling = Polling(
            bot=application.bot,
            http=http,
            receiver=loop.receiver,
            clock=clock or SystemClock(),
            options=options,
        )
        task = asyncio.create_task(_until_one_ends(polling, loop))
        bot = Running(polling, loop, task)
        try:
            yield bot
        finally:
            bot.stop()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()


async def _until_one_ends(polling: Polling, loop: UpdateLoop) -> None:
    tasks = [asyncio.create_task(polling.run()), asyncio.create_task(loop.run())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    polling.stop()
    loop.stop()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def _ignore(_update_id: int, _reason: str) -> None:
    """Nobody is told."""


class Notebook:
    """A handler that notes texts; those named in `failing` raise after being noted."""

    def __init__(self, failing: dict[str, Exception] | None = None) -> None:
        self.texts: list[str] = []
        self.failing = failing or {}

    def has(self, text: str) -> bool:
        """Whether it was noted."""
        return text in self.texts

    async def __call__(self, update: Update) -> None:
        text = (update.effective_message and update.effective_message.text) or ""
        self.texts.append(text)
        if text in self.failing:
            raise self.failing[text]


async def state_of(database: Database, update_id: int) -> tuple[str, int] | None:
    """State and tries of one row."""
    row = await database.fetch_one(
        "SELECT state, tries FROM inbox WHERE update_id = :id", id=update_id
    )
    return None if row is None else (row["state"], row["tries"])


async def settled(database: Database) -> bool:
    """Whether something is in the inbox and all of it is finished."""
    row = await database.fetch_one("SELECT count(*) n, sum(state = 'new') new FROM inbox")
    return row is not None and row["n"] > 0 and row["new"] == 0


@asynccontextmanager
async def sender_of(
    base_url: str, clock: Clock | None = None, read_seconds: float = READ_SECONDS
) -> AsyncIterator[Sender]:
    """A Sender over a real Bot and real sockets; the Bot has not introduced itself (getMe)."""
    bot = build_bot(SECRET_TOKEN, base_url, read_seconds=read_seconds)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bot.request.shutdown)
        sender = Sender(bot, clock or SystemClock())
        stack.push_async_callback(sender.close)
        yield sender


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
