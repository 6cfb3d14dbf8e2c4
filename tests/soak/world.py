"""A world in this process and in virtual time: both servers, the real bot, what ends the bot."""

from __future__ import annotations

import asyncio
import os
import random
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from starlette.types import ASGIApp

from bot import app
from bot.config.settings import Settings
from bot.media.processes import MediaProcesses
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.faults import FaultBoard
from bot.sandbox.server import DASHSCOPE_PORT, TELEGRAM_PORT, Sandbox
from bot.sandbox.serving import Dated
from bot.sandbox.telegram import world as telegram
from bot.sandbox.telegram.app import create_telegram_app
from bot.sandbox.telegram.outbox import Outbox
from bot.texts import Texts
from tests.soak.media import MediaProcess, Renderer, find_faces
from tests.soak.network import Chance, Network
from tests.soak.virtual import InlineConnection, VirtualClock, inline
from tests.soak.witnesses import ADMIN, TEXTS, SoakJournal
from tests.support.invariants import LEFT
from tests.support.world import World, make_database

_START_MILLISECONDS = 1_795_708_800_000  # 2026-11-27 00:00 in Shanghai: a week with a month's end
_OF_THE_BOT: ContextVar[bool] = ContextVar("of the bot", default=False)
_STOP_SECONDS = 60.0
_GRACE_SECONDS = 15.0
_DAY_SECONDS = 24 * 3600


@dataclass(kw_only=True)
class SoakWorld(World):
    """The servers survive every bot; `clock` is theirs, and right, `bot_clock` may be set."""

    clock: VirtualClock
    bot_clock: VirtualClock
    chance: Chance
    journal: SoakJournal
    network: Network
    telegram: telegram.World
    dashscope: Provider
    bot_settings: Settings
    connections: list[InlineConnection]
    counts: Counter[str] = field(default_factory=Counter)
    run: asyncio.Task[None] = field(init=False)
    _stop: asyncio.Event = field(init=False)
    _tasks: weakref.WeakKeyDictionary[asyncio.Task[Any], bool] = field(
        default_factory=weakref.WeakKeyDictionary
    )

    async def start_bot(self, *_: object, **__: object) -> None:
        self._stop = asyncio.Event()
        asyncio.get_running_loop().set_task_factory(self._make_task)
        context = copy_context()
        context.run(_OF_THE_BOT.set, True)
        work = app.run(self.bot_settings, stop=self._stop)
        self.run = asyncio.create_task(work, name="bot", context=context)
        self._tasks[self.run] = True

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Task[Any]:
        """Remember which tasks die with the bot: those it began."""
        task = asyncio.Task(work, loop=loop, **options)
        if _OF_THE_BOT.get():
            self._tasks[task] = True
        return task

    async def stop_bot(self) -> None:
        """See `World`; raises what it ended with."""
        self._stop.set()
        since = self.clock.steady_seconds()
        await self.run
        self.counts["stops"] += 1
        took = self.clock.steady_seconds() - since
        assert took <= _STOP_SECONDS, f"stopping took {took:.0f} s"
        if took >= _GRACE_SECONDS:
            # What was under way was torn in the end, perhaps between an answer and its record.
            self.network.died()

    async def kill_bot(self) -> None:
        """In the middle of everything: nothing it does from now on has an effect."""
        for connection in self.connections:
            connection.cut()
        self.network.died()
        while alive := [task for task in self._tasks if not task.done()]:
            for task in alive:
                task.cancel()
            dead, _ = await asyncio.wait(alive, timeout=0.1)
            await asyncio.gather(*dead, return_exceptions=True)  # nobody hears of what it meets
        self.counts["kills"] += 1

    async def rest(self, within_seconds: float) -> None:
        """Until nothing is left to do."""
        end = self.clock.steady_seconds() + within_seconds
        while len(self.telegram.bots.expected.updates) or (left := self.rows(LEFT)):
            assert self.clock.steady_seconds() < end, f"not at rest: {left}"
            await self.clock.sleep(5.0)

    def forget_old_times(self, kept: int) -> None:
        """What memory is then used more than before is the bot's."""
        since = self.telegram.now_seconds() - _DAY_SECONDS
        for chat in self.telegram.chats:
            for number, message in list(chat.messages.items()):
                if message.body["date"] < since:
                    del chat.messages[number]
                    self.journal.out_of_sight.add((chat.chat_id, number))
        files, provider = self.telegram.files, self.dashscope
        for old in (
            *(files._files, files._paths, self.telegram.callbacks._presses),
            *(provider.uploads._uploads, provider.policies._grants, provider.queue._tasks),
        ):
            for key in list(old)[:-kept]:
                del old[key]
        self.telegram.outbox = Outbox()


@asynccontextmanager
async def soak_world(
    directory: Path, *, seed: int = 1, faults: float = 0.0, **settings: Any
) -> AsyncIterator[SoakWorld]:
    """Everything but the bot and people."""
    clock, chance = VirtualClock(_START_MILLISECONDS), Chance(seed, faults)
    async with AsyncExitStack() as stack:
        connections = stack.enter_context(inline())
        world = _servers(directory, clock, chance, settings, connections)
        stack.push_async_callback(world.telegram.close)
        for owner, name, instead in (
            (httpx.AsyncClient, "_init_transport", lambda *_, **__: world.network),
            (app, "SystemClock", lambda: world.bot_clock),
            (app, "end_at_last", lambda *_: None),  # it would wait in real time
            (MediaProcesses, "run", MediaProcess(chance).run),
            (Texts, "__init__", lambda texts, **_: texts.__dict__.update(vars(TEXTS))),
            (os, "urandom", chance.dice.randbytes),
            (random, "_urandom", chance.dice.randbytes),
        ):
            stack.enter_context(patch.object(owner, name, instead))
        await make_database(world.database)
        await world.ask("POST", "people", {"first_name": "Olga", "user_id": ADMIN})
        try:
            yield world
        finally:
            await world.kill_bot()


def _servers(
    directory: Path,
    clock: VirtualClock,
    chance: Chance,
    settings: dict[str, Any],
    connections: list[InlineConnection],
) -> SoakWorld:
    (directory / "bot-data" / "results").mkdir(parents=True)  # as `talking-photo run` does
    journal, faults = SoakJournal(clock), FaultBoard()
    provider = create_dashscope_app(
        journal, faults, clock=clock, renderer=Renderer(chance, clock), find_faces=find_faces
    )
    people = create_telegram_app(journal, faults, clock=clock, provider_control=provider.control)
    journal.files = people.state.world.files
    apps: dict[int, ASGIApp] = {TELEGRAM_PORT: people, DASHSCOPE_PORT: Dated(provider.app, clock)}
    url, provider_url = (f"http://127.0.0.1:{port}" for port in (TELEGRAM_PORT, DASHSCOPE_PORT))
    sandbox = Sandbox(url, f"{provider_url}/api/v1", journal, faults, provider.bill)
    chosen = {
        **{name.lower(): value for name, value in sandbox.settings.items()},
        "engine": "wan2.2-s2v",
        "database_url": f"sqlite:///{directory / 'bot.db'}",
        "admin_ids": str(ADMIN),
        # Sounds in parts have processes of their own, which virtual time has not.
        "longest_voice_seconds": 0,
        **settings,
    }
    return SoakWorld(
        sandbox,
        directory,
        httpx.AsyncClient(transport=httpx.ASGITransport(people), base_url=url),
        sandbox.settings,
        clock=clock,
        bot_clock=VirtualClock(_START_MILLISECONDS),
        chance=chance,
        journal=journal,
        network=Network(apps, faults, chance, journal.unheard),
        telegram=people.state.world,
        dashscope=provider.provider,
        bot_settings=Settings(**chosen),
        connections=connections,
    )
