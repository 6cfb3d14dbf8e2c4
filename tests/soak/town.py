"""A town: the real bot on a real database, everything outside it scripted, its clock virtual."""

# ruff: noqa: ARG002, ARG005  (stand-ins keep the signatures of what they stand for)

from __future__ import annotations

import asyncio
import json
import sqlite3
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from pydantic import SecretStr
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot import app, common
from bot.config import Settings
from bot.engines import build as engine_parts
from bot.telegram import build as telegram_parts
from bot.telegram.errors import SecondInstance
from bot.telegram.updates import UpdateLoop
from bot.texts import Texts
from tests.soak.chance import Chance
from tests.soak.chats import Chats
from tests.soak.inline import InlineConnection, inline_sqlite
from tests.soak.mailbox import Mailbox
from tests.soak.material import RandomFiles, RandomWorker
from tests.soak.provider import RandomProvider
from tests.soak.sender import RandomSender
from tests.soak.virtual import VirtualClock

START_MILLISECONDS = 1_795_708_800_000  # 2026-11-27 00:00 in Shanghai: a week with a month's end
ADMIN = 99

_TEXTS = Texts()  # reading the catalogues takes longer than all else at a start

_OF_THE_BOT: ContextVar[bool] = ContextVar("of the bot", default=False)

_RESTART_PAUSE_SECONDS = 5.0
_STOP_SECONDS = 60.0
_UNWRITTEN_SECONDS = 15.0
_GRACE_SECONDS = 15.0


class _Wires(BaseRequest):
    """The Bot API as far as the bot uses it past its sender: who am I, and the menu."""

    @property
    def read_timeout(self) -> float:
        """See `BaseRequest`."""
        return 5.0

    async def initialize(self) -> None:
        """See `BaseRequest`."""

    async def shutdown(self) -> None:
        """See `BaseRequest`."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """See `BaseRequest`."""
        me = {"id": 4242, "is_bot": True, "first_name": "Bot", "username": "soak_bot"}
        result = me if url.endswith("getMe") else True
        return 200, json.dumps({"ok": True, "result": result}).encode()


@dataclass
class Town:
    """Everything there is; `restart` and `kill` are the machine's part."""

    settings: Settings
    clock: VirtualClock
    chance: Chance
    provider: RandomProvider
    chats: Chats
    mailbox: Mailbox
    sender: RandomSender
    files: RandomFiles
    worker: RandomWorker
    texts: Texts
    connections: list[InlineConnection]
    counts: Counter[str] = field(default_factory=Counter)
    _run: asyncio.Task[None] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _bots: weakref.WeakSet[asyncio.Task[Any]] = field(default_factory=weakref.WeakSet)

    def start(self) -> None:
        """Start the bot."""
        self._stop = asyncio.Event()
        asyncio.get_running_loop().set_task_factory(self._make_task)
        context = copy_context()
        context.run(_OF_THE_BOT.set, True)
        work = app.run(self.settings, stop=self._stop)
        self._run = asyncio.create_task(work, name="bot", context=context)
        self._bots.add(self._run)

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Task[Any]:
        """Remember which tasks die with the bot: those it began."""
        task = asyncio.Task(work, loop=loop, **options)
        if _OF_THE_BOT.get():
            self._bots.add(task)
        return task

    async def stop(self) -> None:
        """Ask the bot to end, as a platform does; raises what it ended with."""
        assert self._run is not None
        self._stop.set()
        since = self.clock.steady_seconds()
        await self._run
        self.counts["stops"] += 1
        took = self.clock.steady_seconds() - since
        assert took <= _STOP_SECONDS, f"stopping took {took:.0f} s"
        if took >= _GRACE_SECONDS:
            # What was under way was torn in the end, perhaps between an answer and its record.
            self.chats.answers_lost_since(self.clock.steady_seconds() - _UNWRITTEN_SECONDS)

    async def kill(self) -> None:
        """End the bot in the middle of everything: nothing it does from now on has an effect."""
        for connection in self.connections:
            connection.cut()
        self.chats.answers_lost_since(self.clock.steady_seconds() - _UNWRITTEN_SECONDS)
        while alive := {task for task in self._bots if not task.done()}:
            for task in alive:
                task.cancel()
            await asyncio.wait(alive, timeout=0.1)
        self._run = None
        self.counts["kills"] += 1

    async def live_through_ends(self, every_seconds: float, stop: asyncio.Event) -> None:
        """Kill and restart the bot again and again, until `stop`; it is up in the end."""
        while not stop.is_set():
            pause = self.chance.dice.expovariate(1 / every_seconds)
            await self._until(stop, pause)
            if self._run is not None and self._run.done():
                self._note_end(self._run)
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

    def _note_end(self, run: asyncio.Task[None]) -> None:
        """Two ends of its own the bot may have: a second instance, and a token that is wrong."""
        error = run.exception()
        assert isinstance(error, SecondInstance), f"the bot ended by itself: {error!r}"
        self.counts["gave way to another instance"] += 1

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """What the bot's database says, read from outside."""
        connection = sqlite3.connect(self.settings.database_path)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, parameters)]
        finally:
            connection.close()

    def at_rest(self) -> bool:
        """Whether nothing is left to do."""
        (left,) = self.rows(
            """
            SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new')
                + (SELECT COUNT(*) FROM media WHERE state = 'received' OR announced = 0)
                + (SELECT COUNT(*) FROM jobs WHERE ended_at_milliseconds IS NULL
                    OR (announced = 0 AND state <> 'undeliverable')) AS work
            """
        )
        return self.mailbox.is_empty and left["work"] == 0

    async def rest(self, within_seconds: float) -> None:
        """Until nothing is left to do."""
        try:
            async with asyncio.timeout(within_seconds):
                while not self.at_rest():
                    await self.clock.sleep(5.0)
        except TimeoutError:
            raise AssertionError(f"not at rest: {self.left()}") from None

    def left(self) -> list[dict[str, Any]]:
        """What is still open, for a failure's text."""
        return self.rows(
            """
            SELECT 'job' AS kind, id, state, failure AS detail, tries FROM jobs
            WHERE ended_at_milliseconds IS NULL OR (announced = 0 AND state <> 'undeliverable')
            UNION ALL SELECT 'half', id, state, fault, tries FROM media
            WHERE state = 'received' OR announced = 0
            UNION ALL SELECT 'update', update_id, state, error, tries FROM inbox
            WHERE state = 'new' LIMIT 20
            """
        )


@asynccontextmanager
async def town(
    directory: Path, *, seed: int = 1, faults: float = 0.0, slots: int = 1, **settings: Any
) -> AsyncIterator[Town]:
    """Everything but the bot is there; `Town.start` starts it."""
    clock, chance = VirtualClock(START_MILLISECONDS), Chance(seed, faults)
    with ExitStack() as stack:
        chats = Chats(directory / "chats.db")
        stack.callback(chats.close)
        there = Town(
            settings=_settings(directory, settings),
            clock=clock,
            chance=chance,
            provider=RandomProvider(chance, clock, slots),
            chats=chats,
            mailbox=Mailbox(chance, clock),
            sender=RandomSender(chats, chance),
            files=RandomFiles(chance),
            worker=RandomWorker(chance),
            texts=_TEXTS,
            connections=stack.enter_context(inline_sqlite()),
        )
        stack.enter_context(_in_place_of_the_network(there))
        try:
            yield there
        finally:
            await there.kill()


def _settings(directory: Path, settings: dict[str, Any]) -> Settings:
    return Settings(
        **{
            "engine": "wan2.2-s2v",
            "telegram_bot_token": SecretStr("4242:AAH-local-sandbox-token-000000000000"),
            "dashscope_api_key": SecretStr("sk-local-sandbox-key-000000000000"),
            "database_url": f"sqlite:///{directory / 'bot.db'}",
            "admin_ids": str(ADMIN),
            # Sounds in parts have processes of their own, which virtual time has not.
            "longest_voice_seconds": 0,
            **settings,
        }
    )


@contextmanager
def _in_place_of_the_network(there: Town) -> Iterator[None]:
    """The real wiring of `bot.app` with everything that reaches outside replaced."""

    def updates(*arguments: Any, **options: Any) -> UpdateLoop:
        loop = UpdateLoop(*arguments, **options)
        loop._poller = there.mailbox  # type: ignore[assignment]
        return loop

    async def nobody(*_: Any) -> None:
        return None

    with (
        patch.multiple(
            app,
            raise_alarm=nobody,
            SystemClock=lambda: there.clock,
            build_bot=lambda token, url: ExtBot(
                token.get_secret_value(), request=_Wires(), get_updates_request=_Wires()
            ),
            build_http=httpx.AsyncClient,
            UpdateLoop=updates,
            end_at_last=lambda *_: None,  # it would wait in real time
        ),
        patch.multiple(common, Texts=lambda: _TEXTS, MediaWorker=lambda *_: there.worker),
        patch.multiple(
            telegram_parts, Sender=lambda *_, **__: there.sender, Files=lambda **_: there.files
        ),
        patch.multiple(
            engine_parts, build_http=httpx.AsyncClient, _engine=lambda *_: there.provider
        ),
    ):
        yield
