"""The world of a test: local Telegram, local provider, the real bot's process."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.clock import Clock, SystemClock
from bot.config.settings import WebhookSettings
from bot.http_server import listener_on
from bot.limits import HERE, TEXT_VERSION
from bot.sandbox.faults import FaultBoard
from bot.sandbox.server import Sandbox, serve_sandbox
from bot.telegram.receiving import ALLOWED_UPDATES
from storage.db.database import Database
from tests.crash.points import Crash
from tests.support.bot_process import JOB_ROWS, start_bot
from tests.support.chats import Chats, Json, lines_of
from tests.support.clock import FakeClock
from tests.support.credentials import SPELLINGS
from tests.support.deadlines import deadline, eventually
from tests.support.fakes import FaceList, HereRenderer
from tests.support.person import Person
from tests.support.process import Running

PLAIN = {"CRASH_PLAIN": "1"}
"""Decode in the bot's own process, and do not pace messages: for tests of something else."""

HELD_SECONDS = 10_000.0
"""A video that takes so long is being made until the test lets go of it."""

QUICK_SECONDS = 0.1

MIDDAY = f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"
"""A time zone in which no day ends while these tests run."""

_ANY_TIME_MILLISECONDS = 10**15

in_use: list[World] = []
"""The worlds that are there now."""
left_behind: list[tuple[str, str]] = []
"""Where a failure ended a world, and its report."""


@dataclass
class World:
    """Everything there is; bots come and go on the same database."""

    sandbox: Sandbox
    directory: Path
    http: httpx.AsyncClient
    settings: dict[str, str]
    bot: Running = field(init=False)
    starts: int = 0
    is_traced: bool = False

    def __post_init__(self) -> None:
        self.chats = Chats(self.sandbox.journal)
        self._log_began = 0

    @property
    def faults(self) -> FaultBoard:
        """What goes wrong on either server."""
        return self.sandbox.faults

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self.directory / "bot.db"

    @property
    def trouble(self) -> Path:
        """A pragma in this file is run before each transaction of the bot."""
        return self.directory / "trouble"

    def log(self) -> str:
        """All that the bot logged."""
        path = self.directory / "bot.log"
        return path.read_text("utf-8") if path.exists() else ""

    def rows(self, sql: str) -> list[Json]:
        """What the bot's database says, read from outside."""
        return _rows_of(self.database, sql)

    def jobs(self) -> list[Json]:
        """Each job's row at every state that it or a task of it ever came to, the present last.

        While it is being made, `state` and `task_id` are those of the task.
        """
        try:
            written = _rows_of(self._job_journal, "SELECT * FROM job_states")
        except sqlite3.OperationalError:
            written = []  # it is only being made
        return [*written, *self.rows(f"{JOB_ROWS} ORDER BY jobs.id, number")]

    def runs(self) -> list[list[str]]:
        """The points that each bot passed, one list for every start."""
        paths = [self._trace(number) for number in range(1, self.starts + 1)]
        return [path.read_text("utf-8").splitlines() if path.exists() else [] for path in paths]

    @property
    def _job_journal(self) -> Path:
        """It lies beside the database, and goes with it."""
        return self.directory / f"{self.database.name}.jobs"

    def _trace(self, number: int) -> Path:
        return self.directory / f"trace-{number}"

    async def start_bot(self, crash: Crash | None = None, /, **settings: str) -> None:
        """Start a bot; with `crash`, it dies there."""
        self.starts += 1
        self._log_began = len(self.log())
        more = {"JOB_JOURNAL": str(self._job_journal)}
        more["MACHINE_TROUBLE"] = str(self.trouble)
        if self.is_traced:
            more["CRASH_TRACE"] = str(self._trace(self.starts))
        if crash is not None:
            more["CRASH_AT"] = str(crash)
        environment = {**more, **self.settings, **settings}
        self.bot = start_bot(self.directory, environment)

    async def up(self) -> None:
        """Wait until the bot that was started last is up: signals stop it, messages reach it."""

        def is_up() -> bool:
            assert self.bot.is_running, self.bot.last_lines()
            return "the bot is up" in self.log()[self._log_began :]

        await eventually(is_up, "the bot is up")

    async def stop_bot(self) -> None:
        """Ask it to stop, as a platform does; it ends well."""
        if self.bot_is_running:
            await self.up()
            assert await self.bot.kill(signal.SIGTERM) == 0, self.bot.last_lines()

    async def kill_bot(self) -> None:
        """End it at once, wherever it is, and its helpers not at all: they have to notice."""
        await self.bot.kill()
        with self._trace(self.starts).open("a", encoding="utf-8") as trace:
            trace.write("killed\n")

    @property
    def bot_is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.starts > 0 and self.bot.is_running

    async def ask(self, verb: str, path: str, body: Json | None = None) -> Any:
        """What the sandbox's control side answers to a request that must succeed."""
        answer = await self.http.request(verb, f"/sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def provider(self, path: str) -> Any:
        """What the provider's control side says."""
        return await self.ask("GET", f"provider/{path}")

    async def tell_provider(self, **settings: Any) -> None:
        """Change how the provider behaves."""
        await self.ask("PATCH", "provider/settings", settings)

    async def provider_calls(self, endpoint: str) -> list[Json]:
        """The calls of that endpoint the bot made to the provider."""
        calls = (await self.provider("calls"))["calls"]
        return [call for call in calls if call["endpoint"] == endpoint]

    async def billed_videos(self) -> list[Json]:
        """The videos on the provider's bill."""
        videos: list[Json] = (await self.provider("bill"))["videos"]
        return videos

    def balance(self) -> tuple[int, int]:
        """What is held and what was spent, in micro-yuan."""
        (row,) = self.rows(
            "SELECT COALESCE(SUM(held_micro_yuan), 0) AS held,"
            " COALESCE(SUM(spent_micro_yuan), 0) AS spent FROM ledger"
        )
        return row["held"], row["spent"]

    async def ledger_balances(self) -> None:
        """The provider's bill is what was settled, and nothing is held any more; waited for."""

        async def look() -> bool:
            billed = sum(video["micro_yuan"] for video in await self.billed_videos())
            return self.balance() == (0, billed)

        await eventually(look, "ledger and bill agree")

    async def bot_calls(self, method: str) -> list[Json]:
        """The calls of that method the bot made to Telegram."""
        calls: list[Json] = (await self.ask("GET", f"outbox?method={method}"))["calls"]
        return calls

    async def person(
        self, first_name: str = "Ada", language_code: str = "en", *, agrees: bool = True
    ) -> Person:
        """Someone new with a private chat, who agreed to everything long ago unless told not to."""
        body = {"first_name": first_name, "language_code": language_code}
        user_id = (await self.ask("POST", "people", body))["user_id"]
        person = Person(self, user_id)
        if agrees:
            self.agree(user_id)
        return person

    def agree(self, *user_ids: int) -> None:
        """As if they had pressed the button long ago, for all that a bot of these tests asks."""
        now = time.time_ns() // 1_000_000
        rows = [
            (user_id, TEXT_VERSION, destination, _ANY_TIME_MILLISECONDS, now)
            for destination in (HERE, "127.0.0.1")
            for user_id in user_ids
        ]
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            sql = "INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?, 'en', ?)"
            connection.executemany(sql, rows)

    async def leaks(self) -> list[str]:
        """The places where a secret was written, or handed to the provider with an address."""
        calls = (await self.provider("calls"))["calls"]
        asked = [(call["path"], call["request"]) for call in calls]
        written = {"calls to the provider": json.dumps(asked)}
        for path in self.directory.rglob("*"):
            if path.is_file():
                written[f"file {path.name}"] = path.read_bytes().decode("latin-1")
        found = [where for where, text in written.items() if any(s in text for s in SPELLINGS)]
        if "/file/bot" in written["calls to the provider"]:
            found.append("the provider was given an address of Telegram's files")
        return found

    def report(self) -> str:
        """What whoever reads a failure wants to see."""
        chats = "\n\n".join(
            f"chat {chat_id}:\n" + "\n".join(lines_of(self.chats.now(chat_id)))
            for chat_id in self.chats.ids()
        )
        jobs = "\n".join(f"job {row['id']}: {row['state']}" for row in self.jobs())
        log = self.bot.last_lines() if self.starts else "no bot was started"
        return f"{chats}\n\n{jobs}\nbill: {self.sandbox.bill()}\n\nthe bot's log ends:\n{log}"


def reports() -> list[tuple[str, str]]:
    """Of each world that a test that failed just now had: where it was, and its report."""
    found = [*left_behind, *((made.directory.name, made.report()) for made in in_use)]
    left_behind.clear()
    return found


def _rows_of(database: Path, sql: str) -> list[Json]:
    """Nothing before it is made."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


async def make_database(path: Path) -> None:
    """As a bot leaves it; people can agree in it before there is one."""
    await (await Database.open(path, SystemClock())).close()


@asynccontextmanager
async def world(
    directory: Path,
    settings: Mapping[str, str] = {},
    *,
    factor: float = 1.0,
    clock: Clock | None = None,
    render_seconds: float | None = 0.2,
    stand_ins: bool = False,
) -> AsyncIterator[World]:
    """Servers and bot, started and stopped; `clock` is that of the servers.

    With a `factor`, time runs so many times as fast for bot and servers alike, for what Telegram's
    limits would draw out: both keep to every one, as their clocks see it.
    """
    began, hurry = time.monotonic(), {}
    if factor != 1.0:
        hurry = {"CLOCK_RATE": str(factor), "CLOCK_BEGAN": repr(began)}
        clock = FakeClock(rate=factor, jumps=False, began_seconds=began)
        render_seconds = factor * (render_seconds or 0.0)
    usual = {"POLL_SECONDS": "0.2", "LOG_LEVEL": "DEBUG", "TIME_ZONE": MIDDAY}
    chosen = {**usual, **hurry, **settings}
    servers = {"render_seconds": render_seconds, "clock": clock}
    async with _furnished(directory, chosen, stand_ins=stand_ins, **servers) as made:
        await made.start_bot()
        yield made


@asynccontextmanager
async def quick_world(
    directory: Path,
    *,
    render_seconds: float = QUICK_SECONDS,
    tls: ssl.SSLContext | None = None,
    **settings: str,
) -> AsyncIterator[World]:
    """Servers with stand-ins and without rate limits, no bot yet; bots are `PLAIN`."""
    chosen = {"POLL_SECONDS": "0.1", "CRASH_SETTLED_SECONDS": "0.6", "TMPDIR": str(directory)}
    chosen = {**PLAIN, **chosen, **settings}
    async with _furnished(directory, chosen, render_seconds=render_seconds, tls=tls) as made:
        made.is_traced = True
        await made.tell_provider(refuse_seconds=0.1)
        await made.ask("PATCH", "settings", {"rate_limits": False})
        yield made


@asynccontextmanager
async def _furnished(
    directory: Path, settings: Mapping[str, str], *, stand_ins: bool = True, **servers: Any
) -> AsyncIterator[World]:
    if stand_ins:
        servers |= {"renderer": HereRenderer(), "find_faces": FaceList()}
    # A connection that was left idle may be closed by the server at the moment it is used again.
    limits = httpx.Limits(max_keepalive_connections=0)
    async with (
        AsyncExitStack() as stack,
        serve_sandbox(telegram_port=0, dashscope_port=0, **servers) as sandbox,
        httpx.AsyncClient(
            base_url=sandbox.telegram_base_url, timeout=deadline(), limits=limits, verify=False
        ) as http,
    ):
        database = f"sqlite:///{directory / 'bot.db'}"
        made = World(
            sandbox, directory, http, {**sandbox.settings, "DATABASE_URL": database, **settings}
        )
        if os.environ.get("BOT_COMMAND") == "web":
            await _put_behind_webhook(made, stack)
        await make_database(made.database)
        in_use.append(made)
        try:
            yield made
        except BaseException:
            left_behind.append((directory.name, made.report()))
            raise
        finally:
            in_use.remove(made)
            if made.bot_is_running:
                await made.bot.kill()


async def _put_behind_webhook(made: World, stack: AsyncExitStack) -> None:
    """As a release does; the port is nobody else's meanwhile."""
    port = stack.enter_context(listener_on("", 0)).getsockname()[1]
    address = {"HTTP_PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    made.settings |= {"BOT_COMMAND": "web", **address}
    chosen = {name.lower(): value for name, value in made.settings.items()}
    settings = WebhookSettings.model_validate(chosen)
    await made.ask("PATCH", "settings", {"webhook_retry_seconds": 0.02})
    webhook = {"url": settings.webhook_url, "allowed_updates": ALLOWED_UPDATES}
    webhook["secret_token"] = settings.webhook_secret.get_secret_value()
    token = settings.telegram_bot_token.get_secret_value()
    (await made.http.post(f"/bot{token}/setWebhook", json=webhook)).raise_for_status()
