"""The real bot on a real database and a virtual clock, and the machine that ends it."""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from pydantic import SecretStr

from bot import app
from bot.config.settings import Settings
from bot.media.processes import MediaProcesses
from bot.telegram.errors import SecondInstance
from bot.texts import Texts
from tests.soak.chance import Chance
from tests.soak.media import MediaProcess
from tests.soak.network import PROVIDER_PORT, TELEGRAM_PORT
from tests.soak.services import TEXTS, Services
from tests.soak.virtual import InlineConnection, VirtualClock, inline_sqlite, inline_threads
from tests.support import credentials
from tests.support.consenting import make_ready, rows_of
from tests.support.invariants import LEFT

ADMIN = 99

_START_MILLISECONDS = 1_795_708_800_000  # 2026-11-27 00:00 in Shanghai: a week with a month's end
_OF_THE_BOT: ContextVar[bool] = ContextVar("of the bot", default=False)
_RESTART_PAUSE_SECONDS = 5.0
_STOP_SECONDS = 60.0
_GRACE_SECONDS = 15.0


@dataclass
class SoakedBot:
    """Starts, is stopped, is killed; the services outlive it.

    `machine_clock` is the bot's own: it may be set, `clock` is right.
    """

    settings: Settings
    clock: VirtualClock
    machine_clock: VirtualClock
    chance: Chance
    services: Services
    connections: list[InlineConnection]
    counts: Counter[str] = field(default_factory=Counter)
    _run: asyncio.Task[None] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: weakref.WeakKeyDictionary[asyncio.Task[Any], bool] = field(
        default_factory=weakref.WeakKeyDictionary
    )

    def start(self) -> None:
        """Start it."""
        self._stop = asyncio.Event()
        asyncio.get_running_loop().set_task_factory(self._make_task)
        context = copy_context()
        context.run(_OF_THE_BOT.set, True)
        work = app.run(self.settings, stop=self._stop)
        self._run = asyncio.create_task(work, name="bot", context=context)
        self._tasks[self._run] = True

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Task[Any]:
        """Remember which tasks die with the bot: those it began."""
        task = asyncio.Task(work, loop=loop, **options)
        if _OF_THE_BOT.get():
            self._tasks[task] = True
        return task

    async def stop(self) -> None:
        """Ask it to end, as a platform does; raises what it ended with."""
        assert self._run is not None
        self._stop.set()
        since = self.clock.steady_seconds()
        await self._run
        self.counts["stops"] += 1
        took = self.clock.steady_seconds() - since
        assert took <= _STOP_SECONDS, f"stopping took {took:.0f} s"
        if took >= _GRACE_SECONDS:
            # What was under way was torn in the end, perhaps between an answer and its record.
            self.services.network.died()

    async def kill(self) -> None:
        """End it in the middle of everything: nothing it does from now on has an effect."""
        for connection in self.connections:
            connection.cut()
        self.services.network.died()
        while alive := [task for task in self._tasks if not task.done()]:
            for task in alive:
                task.cancel()
            await asyncio.wait(alive, timeout=0.1)
        self._run = None
        self.counts["kills"] += 1

    async def live_through_ends(self, every_seconds: float, stop: asyncio.Event) -> None:
        """Kill and restart it again and again, until `stop`; it is up in the end."""
        while not stop.is_set():
            await self._until(stop, self.chance.dice.expovariate(1 / every_seconds))
            if self._run is not None and self._run.done():
                error = self._run.exception()
                assert isinstance(error, SecondInstance), f"the bot ended by itself: {error!r}"
                self.counts["gave way to another instance"] += 1
            elif stop.is_set():
                return
            elif self.chance.dice.random() < 0.7:
                await self.kill()
            else:
                await self.stop()
            await self.clock.sleep(_RESTART_PAUSE_SECONDS)
            self.start()

    async def _until(self, stop: asyncio.Event, seconds: float) -> None:
        assert self._run is not None
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait(
            {self._run, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        stopped.cancel()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What its database says."""
        return rows_of(self.settings.database_path, sql)

    async def rest(self, within_seconds: float) -> None:
        """Until nothing is left to do."""
        end = self.clock.steady_seconds() + within_seconds
        while len(self.services.updates) or (left := self.rows(LEFT)):
            assert self.clock.steady_seconds() < end, f"not at rest: {left}"
            await self.clock.sleep(5.0)


@asynccontextmanager
async def soaked_bot(
    directory: Path, *, seed: int = 1, faults: float = 0.0, **settings: Any
) -> AsyncIterator[SoakedBot]:
    """Everything but the bot is there; `SoakedBot.start` starts it."""
    clock, machine_clock = VirtualClock(_START_MILLISECONDS), VirtualClock(_START_MILLISECONDS)
    chance = Chance(seed, faults)
    services = Services(clock, chance)
    services.join(ADMIN)
    chosen = _settings(directory, settings)
    with ExitStack() as stack:
        stack.callback(services.telegram.close)
        connections = stack.enter_context(inline_sqlite())
        stack.enter_context(inline_threads())
        stack.enter_context(
            patch.object(httpx.AsyncClient, "_init_transport", lambda *_, **__: services.network)
        )
        stack.enter_context(
            patch.multiple(
                app,
                SystemClock=lambda: machine_clock,
                end_at_last=lambda *_: None,  # it would wait in real time
            )
        )
        stack.enter_context(patch.object(MediaProcesses, "run", MediaProcess(chance).run))
        stack.enter_context(patch.object(Texts, "__init__", _know_texts))
        for source in ("os.urandom", "random._urandom"):
            stack.enter_context(patch(source, chance.dice.randbytes))
        await make_ready(chosen.database_path)
        bot = SoakedBot(chosen, clock, machine_clock, chance, services, connections)
        try:
            yield bot
        finally:
            await bot.kill()


def _know_texts(texts: Texts) -> None:
    vars(texts).update(vars(TEXTS))


def _settings(directory: Path, settings: dict[str, Any]) -> Settings:
    return Settings(
        **{
            "engine": "wan2.2-s2v",
            "telegram_bot_token": credentials.SECRET_TOKEN,
            "telegram_base_url": f"http://127.0.0.1:{TELEGRAM_PORT}",
            "dashscope_api_key": SecretStr(credentials.KEY),
            "dashscope_base_url": f"http://127.0.0.1:{PROVIDER_PORT}/api/v1",
            "database_url": f"sqlite:///{directory / 'bot.db'}",
            "admin_ids": str(ADMIN),
            # Sounds in parts have processes of their own, which virtual time has not.
            "longest_voice_seconds": 0,
            **settings,
        }
    )
