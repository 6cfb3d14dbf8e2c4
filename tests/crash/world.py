"""A small world for one story: local servers with stand-ins, a bot that can die, one person."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

from bot.clock import SystemClock
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import serve
from bot.sandbox.telegram.app import create_telegram_app
from tests.crash.nursery import Mortal, Nursery
from tests.crash.points import Crash
from tests.sandbox_dashscope.stand_in import FaceList, HereRenderer
from tests.system.material import photo, voice
from tests.system.world import World

RENDER_SECONDS = 0.1
_LOOK_EVERY_SECONDS = 0.05
SETTLED_SECONDS = 0.6
QUOTA_MILLISECONDS = 60_000
BUDGET_MICRO_YUAN = 50_000_000


@dataclass
class CrashWorld(World):
    """A `World` whose bot comes from the nursery, so that it can be killed at a point."""

    nursery: Nursery = field(kw_only=True)
    mortal: Mortal = field(init=False)
    starts: int = 0

    @property
    def bot_is_running(self) -> bool:
        """See `World`."""
        return self.starts > 0 and self.mortal.is_alive

    def runs(self) -> list[list[str]]:
        """The points that each bot passed, one list for every start."""
        paths = [self._trace(number) for number in range(1, self.starts + 1)]
        return [path.read_text("utf-8").splitlines() if path.exists() else [] for path in paths]

    async def kill_mortal(self) -> None:
        """Kill it from outside, wherever it is."""
        await self.mortal.kill()
        with self._trace(self.starts).open("a", encoding="utf-8") as trace:
            trace.write("killed\n")

    def _trace(self, number: int) -> Path:
        return self.directory / f"trace-{number}"

    async def start_mortal(self, crash: Crash | None = None, **settings: str) -> None:
        """Start a bot that dies there."""
        self.starts += 1
        doom = {"CRASH_TRACE": str(self._trace(self.starts))}
        if crash is not None:
            doom["CRASH_AT"] = str(crash)
        self.mortal = await self.nursery.start(
            self.directory, {**self.settings, **doom, **settings}
        )


@cache
def material() -> tuple[bytes, bytes]:
    """One photo and one voice for all worlds: nothing is remembered between them."""
    return photo(), voice(0.9)


@asynccontextmanager
async def local_servers(render_seconds: float = RENDER_SECONDS) -> AsyncIterator[Sandbox]:
    """A sandbox with the stand-ins for renderer and faces."""
    clock, faults = SystemClock(), FaultBoard()
    journal = Journal(clock)
    provider = create_dashscope_app(
        journal,
        faults,
        clock=clock,
        settings=ProviderSettings(render_seconds=render_seconds, refuse_seconds=RENDER_SECONDS),
        renderer=HereRenderer(),
        find_faces=FaceList(),
    )
    telegram = create_telegram_app(
        journal, faults, clock=clock, page_directory=None, provider_control=provider.control
    )
    async with serve(provider.app) as provider_url, serve(telegram) as telegram_url:
        yield Sandbox(telegram_url, f"{provider_url}/api/v1", journal, faults)


@asynccontextmanager
async def crash_world(
    nursery: Nursery, *, render_seconds: float = RENDER_SECONDS, **settings: str
) -> AsyncIterator[CrashWorld]:
    """Servers without a bot; whatever bot is left at the end is killed."""
    directory = Path(tempfile.mkdtemp(prefix="crash-"))
    async with (
        local_servers(render_seconds) as sandbox,
        _control(sandbox) as http,
    ):
        (await http.patch("/sim/settings", json={"rate_limits": False})).raise_for_status()
        made = CrashWorld(
            sandbox, directory, http, {**_settings(sandbox, directory), **settings}, nursery=nursery
        )
        try:
            yield made
        finally:
            if made.starts:
                await made.mortal.kill()
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)


def _control(sandbox: Sandbox) -> httpx.AsyncClient:
    # The server closes idle connections after 5 s: one that is about to be closed is not used.
    limits = httpx.Limits(keepalive_expiry=2.0)
    return httpx.AsyncClient(base_url=sandbox.telegram_base_url, timeout=30, limits=limits)


def _settings(sandbox: Sandbox, directory: Path) -> dict[str, str]:
    return {
        **sandbox.settings,
        "DATABASE_URL": f"sqlite:///{directory / 'bot.db'}",
        "ENGINE": "wan2.2-s2v",
        "POLL_SECONDS": "0.1",
        "QUOTA_SECONDS_PER_DAY": str(QUOTA_MILLISECONDS // 1000),
        "BUDGET_YUAN_PER_DAY": str(BUDGET_MICRO_YUAN // 1_000_000),
        "CRASH_SETTLED_SECONDS": str(SETTLED_SECONDS),
        "CRASH_PLAIN": "1",
    }


async def within(
    seconds: float,
    holds: Callable[[], Awaitable[bool]],
    every_seconds: float = _LOOK_EVERY_SECONDS,
) -> bool:
    """Whether that came true in time."""
    until = asyncio.get_running_loop().time() + seconds
    while not (true := await holds()) and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
        await asyncio.sleep(every_seconds)
    return true
