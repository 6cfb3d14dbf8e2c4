"""Our bot and the naive one, each started against a fresh local Telegram."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.commands.child import BotProcess, bot_process
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.bench.processes import processor_seconds

OURS, NAIVE = "bot", "tests.bench.naive_bot"
NAIVE_IS = "a naive bot (python-telegram-bot, the provider's SDK, PyAV)"

_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Started:
    """A bot that polls: seconds to its first getUpdates, by the wall and of the processor."""

    pid: int
    wall_seconds: float
    processor_seconds: float
    http: httpx.AsyncClient

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of that method it made."""
        return await _calls(self.http, method)


@asynccontextmanager
async def started(module: str) -> AsyncIterator[Started]:
    """The bot `python -m module run`, up."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            serve_sandbox(telegram_port=0, dashscope_port=0) as sandbox,
            httpx.AsyncClient(base_url=sandbox.telegram_base_url, trust_env=False) as http,
        ):
            began_milliseconds = time.time() * 1000
            async with bot_process(Path(folder), _settings(sandbox, folder), module=module) as bot:
                first, pid = await _first_poll(http, bot), bot.process.pid
                wall_seconds = (first["at"] - began_milliseconds) / 1000
                yield Started(pid, wall_seconds, processor_seconds(pid), http)


def _settings(sandbox: Sandbox, folder: str) -> dict[str, str]:
    return {**sandbox.settings, "DATABASE_URL": f"sqlite:///{folder}/bot.db"}


async def _first_poll(http: httpx.AsyncClient, bot: BotProcess) -> dict[str, Any]:
    while not (calls := await _calls(http, "getUpdates")):
        assert bot.is_running, bot.last_lines()
        await asyncio.sleep(_LOOK_SECONDS)
    return calls[0]


async def _calls(http: httpx.AsyncClient, method: str) -> list[dict[str, Any]]:
    answer = await http.get("/sim/outbox", params={"method": method})
    calls: list[dict[str, Any]] = answer.raise_for_status().json()["calls"]
    return calls
