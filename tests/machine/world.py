"""A world whose machine has bad days: quick local servers, the real bot, the operator's chat."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.crash.world import local_servers, material
from tests.machine.nursery import Forked, Nursery
from tests.system.world import Json, Person, World, eventually, text_of

PLAIN = {"CRASH_PLAIN": "1"}
"""Decode in the bot's own process, and do not pace messages: for tests of something else."""
STOP_SECONDS = 20.0
_NO_IDLE_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)
"""The servers close them after 5 s, perhaps while the next request is on its way."""


@dataclass
class Machine(World):
    """A `World` whose bots come from the nursery."""

    nursery: Nursery = field(kw_only=True)
    bot: Forked = field(init=False)  # type: ignore[assignment]

    async def start_bot(self, **settings: str) -> None:
        """Start the bot; `PLAIN` unless told otherwise."""
        environment = {**PLAIN, **self.settings, **settings}
        self.bot = self.nursery.start(self.directory, environment)

    async def stop_bot(self) -> None:
        """Ask it to stop; it has to do so in time."""
        async with asyncio.timeout(STOP_SECONDS):
            assert await self.terminate_bot() == 0, self.bot.last_lines()

    async def up(self) -> None:
        """Wait until it fetches updates."""
        before = len(await self.bot_calls("getUpdates"))

        async def polls() -> bool:
            assert self.bot.is_running, self.bot.last_lines()
            return len(await self.bot_calls("getUpdates")) > before

        await eventually(polls, "the bot is up")

    @property
    def trouble(self) -> Path:
        """A pragma in this file is run before each transaction of the bot."""
        return self.directory / "trouble"

    async def state_of_job(self, *states: str) -> str:
        """Wait until the newest job is in one of these states."""

        async def look() -> str | None:
            try:
                found = self.rows("SELECT state FROM jobs ORDER BY id DESC LIMIT 1")
            except sqlite3.OperationalError:
                return None  # it is only being made
            return found[0]["state"] if found and found[0]["state"] in states else None

        try:
            return await eventually(look, f"a job that is {states}")
        except AssertionError as failure:
            jobs = self.rows("SELECT * FROM jobs")
            raise AssertionError(f"{failure}\n{jobs}\n{self.bot.last_lines()}") from None

    async def billed(self) -> int:
        """How many videos the provider bills."""
        return len((await self.provider("bill"))["videos"])

    async def submissions(self) -> int:
        """How often the bot called what is paid for."""
        return len(await self.provider_calls("submit"))

    def balance(self) -> tuple[int, int]:
        """What is held and what was spent, in micro-yuan."""
        (row,) = self.rows(
            "SELECT COALESCE(SUM(held_micro_yuan), 0) AS held,"
            " COALESCE(SUM(spent_micro_yuan), 0) AS spent FROM ledger"
        )
        return row["held"], row["spent"]

    async def books_balance(self) -> None:
        """The provider's bill is what was settled, and nothing is held any more."""
        bill = await self.provider("bill")
        assert self.balance() == (0, sum(video["micro_yuan"] for video in bill["videos"]))


async def sends_both(person: Person) -> tuple[int, int]:
    """A photo and a voice note, small and quick; their message ids."""
    photo, voice = material()
    photo_id = await person.send_file("photo", photo, "photo.jpg")
    return photo_id, await person.send_file("voice", voice, "voice.ogg", raw=1)


async def videos_of(person: Person) -> list[Json]:
    """The videos in the person's chat."""
    return [message for message in await person.heard() if "video" in message]


async def told(person: Person, words: str) -> Json:
    """Wait for a message of the bot with these words."""

    async def look() -> Json | None:
        return next((m for m in await person.heard() if words in text_of(m)), None)

    return await eventually(look, f"a message with {words!r}")


@asynccontextmanager
async def machine(
    directory: Path, nursery: Nursery, *, render_seconds: float = 0.1, **settings: str
) -> AsyncIterator[Machine]:
    """Servers without a bot; whatever bot is left at the end is stopped."""
    async with (
        local_servers(render_seconds) as sandbox,
        httpx.AsyncClient(
            base_url=sandbox.telegram_base_url, timeout=30, limits=_NO_IDLE_CONNECTIONS
        ) as http,
    ):
        (await http.patch("/sim/settings", json={"rate_limits": False})).raise_for_status()
        made = Machine(
            sandbox,
            directory,
            http,
            {
                **sandbox.settings,
                "DATABASE_URL": f"sqlite:///{directory / 'bot.db'}",
                "POLL_SECONDS": "0.1",
                "CRASH_SETTLED_SECONDS": "0.6",
                "MACHINE_TROUBLE": str(directory / "trouble"),
                "TMPDIR": str(directory),
                **settings,
            },
            nursery=nursery,
        )
        try:
            yield made
        finally:
            if hasattr(made, "bot") and made.bot.is_running:
                await made.kill_bot()  # its media workers notice
