"""How long an update takes from Telegram to its handler, stored on disk before it is confirmed.

Beside it: python-telegram-bot's own updater, which confirms before anything is handled.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, TypeHandler

from bot.clock import SystemClock
from storage.db.database import Database
from tests.bench.figures import Figure, figure_of
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram, local_telegram
from tests.telegram.conftest import running as running_loop

RUNS = 3
UPDATES = 500
MOST = 12.0
"""Two commits to the disk for each of them, where the other one keeps nothing."""


class _Countdown:
    """`done` with the last update."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self._left = UPDATES

    async def ours(self, _update: Update) -> None:
        """A handler."""
        self._left -= 1
        if not self._left:
            self.done.set()

    async def theirs(self, update: Update, _context: Any) -> None:
        """A handler as python-telegram-bot calls it."""
        await self.ours(update)


async def measure(runs: int = RUNS) -> list[Figure]:
    """Milliseconds an update, all of them waiting at the start."""
    pairs = [(await _ours(), await _theirs()) for _ in range(runs)]
    return [figure_of("updates", "each of 500", pairs, "ms", "python-telegram-bot alone", MOST)]


async def _ours() -> float:
    async with local_telegram() as telegram:
        await _say_all(telegram)
        countdown, began = _Countdown(), time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            database = await Database.open(Path(folder, "bot.db"), SystemClock())
            try:
                async with running_loop(telegram, database, countdown.ours):
                    await countdown.done.wait()
                    return _milliseconds_each(began)
            finally:
                await database.close()


async def _theirs() -> float:
    async with local_telegram() as telegram:
        await _say_all(telegram)
        countdown, began = _Countdown(), time.perf_counter()
        builder = ApplicationBuilder().token(SECRET_TOKEN.get_secret_value())
        application: Any = builder.base_url(f"{telegram.url}/bot").build()
        application.add_handler(TypeHandler(Update, countdown.theirs))
        async with application:
            await application.start()
            await application.updater.start_polling(poll_interval=0)
            await countdown.done.wait()
            taken = _milliseconds_each(began)
            await application.updater.stop()
            await application.stop()
        return taken


async def _say_all(telegram: LocalTelegram) -> None:
    for number in range(UPDATES):
        await telegram.say(f"message {number}")


def _milliseconds_each(began: float) -> float:
    return 1000 * (time.perf_counter() - began) / UPDATES
