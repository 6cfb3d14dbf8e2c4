"""The bot's process, as tests start it: the real `run`, forked from a process that has imported
everything. A start takes a hundredth of a second; what is killed is as dead as any.

That process is multiprocessing's fork server: it belongs to no event loop, and serves all tests of
a session. When the tests' process ends, the bots' standard input does, and they stop.

The bot is `talking-photo run`, but for settings of its own, all optional:

- BOT_COMMAND: `web`, in the place of `run`;
- CRASH_AT, CRASH_TRACE: see `tests.crash.reaper`;
- CRASH_SETTLED_SECONDS: how long a submission is looked for before it counts as never made;
- CRASH_FORGOTTEN_SECONDS: after how long it can no longer be looked up;
- CRASH_SUBMIT_SECONDS: how long the call itself may take;
- CRASH_PLAIN: decode in this process and do not pace messages, for tests of something else;
- MACHINE_TROUBLE: a file; while it exists, the pragma in it is run before each transaction;
- JOB_JOURNAL: a database that gets a row for every state that a job comes to;
- CLOCK_RATE, CLOCK_BEGAN: see `tests.support.clock`;
- CRASH_CLOCK_SECONDS: how far this machine's clock is ahead;
- CHANGED_BY: a test's own change, `module:function`, made in the bot's process before it starts;
- HANG_UP_IGNORED: it is as under nohup; without, it is as in a terminal, wherever this runs.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from bot.clock import Clock, SystemClock
from bot.commands.child import bot_environment
from bot.media.processes import MediaProcesses
from bot.retry import RetryPolicy
from bot.telegram.rate_limits import Limit, TelegramLimits
from storage.db.database import Database, Transaction
from tests.crash import reaper
from tests.support.clock import FakeClock
from tests.support.process import Running

_FORKS = get_context("forkserver")
_PRELOADED = ["bot.app", "bot.commands.run", "bot.web.webhook", "tests.support.bot_process"]
_FORKS.set_forkserver_preload(_PRELOADED)


def start_bot(directory: Path, settings: Mapping[str, str]) -> Running:
    """It logs to `bot.log` in that directory."""
    log, environment = directory / "bot.log", bot_environment(settings)
    process = _FORKS.Process(target=_become, args=(log, environment), daemon=True)
    process.start()
    return Running(log, process.pid or 0, lambda: process.exitcode)


def _become(log: Path, environment: Mapping[str, str]) -> None:
    """The bot, to its end."""
    os.setsid()
    ignored = "HANG_UP_IGNORED" in environment
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tests = parent_process()
    assert tests is not None
    os.dup2(tests.sentinel, 0)
    for stream in (1, 2):
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), stream)
    os.environ.clear()
    os.environ.update(environment)
    _change()
    from bot.__main__ import main as command_line

    word = os.environ.get("BOT_COMMAND", "run")
    command_line([word, "--stop-with-stdin"], prog_name="talking-photo")


JOB_ROWS = (
    "SELECT CASE jobs.state WHEN 'making' THEN tasks.state ELSE jobs.state END AS state, task_id,"
    " jobs.* FROM jobs JOIN tasks ON job_id = jobs.id"
)
"""A job's row, with what its task says of it while it is being made: of two columns of one name the
first is taken."""

_NOTED = f"BEGIN INSERT INTO job_states {JOB_ROWS} WHERE"
_JOURNAL = f"""
    PRAGMA journal.journal_mode = WAL;
    PRAGMA journal.synchronous = OFF;
    CREATE TABLE IF NOT EXISTS journal.job_states AS {JOB_ROWS} WHERE false;
    CREATE TEMP TRIGGER task_made AFTER INSERT ON tasks {_NOTED} tasks.id = NEW.id; END;
    CREATE TEMP TRIGGER task_moved AFTER UPDATE OF state ON tasks {_NOTED} tasks.id = NEW.id; END;
    CREATE TEMP TRIGGER job_moved AFTER UPDATE OF state ON jobs {_NOTED} jobs.id = NEW.id; END;
"""

_SOON = RetryPolicy((0.3, 0.6, 1.2, 2.4, 4.8, *[60] * 5))

_open = Database.open


def _change() -> None:
    """What is asked for."""
    reaper.reap(os.environ.get("CRASH_AT"), os.environ.get("CRASH_TRACE"))
    _hurry()
    if os.environ.get("CRASH_PLAIN"):
        _make_plain()
    if os.environ.get("CLOCK_RATE"):
        _run_clock()
    _set_clock(float(os.environ.get("CRASH_CLOCK_SECONDS", "0")))
    if trouble := os.environ.get("MACHINE_TROUBLE"):
        _spoil(Path(trouble))
    if change := os.environ.get("CHANGED_BY"):
        resolve_name(change)()
    if journal := os.environ.get("JOB_JOURNAL"):
        _keep_journal(Path(journal))


def put(owner: str | type, name: str, value: object) -> None:
    """Replace what is there, in a module or class: a name that is gone would change nothing."""
    there = importlib.import_module(owner) if isinstance(owner, str) else owner
    assert hasattr(there, name), f"{there.__name__} has no {name} any more"
    setattr(there, name, value)


def _hurry() -> None:
    """Shorten waits that are constants of the bot."""
    submission = "bot.jobs.submit"
    if seconds := os.environ.get("CRASH_SETTLED_SECONDS"):
        put(submission, "SETTLED_AFTER_MILLISECONDS", int(float(seconds) * 1000))
        put(submission, "TASK_LIST", _SOON)
        put(submission, "SUBMIT", _SOON)
        put("bot.jobs.suspension", "SUBMIT", _SOON)
    if seconds := os.environ.get("CRASH_FORGOTTEN_SECONDS"):
        put(submission, "FORGOTTEN_AFTER_MILLISECONDS", int(float(seconds) * 1000))
        put(submission, "TASK_CHOICE", _SOON)
    if seconds := os.environ.get("CRASH_SUBMIT_SECONDS"):
        timeouts = importlib.import_module("bot.dashscope.http")
        timeouts.TIMEOUTS["submit"] = timeouts.Timeout(1.0, float(seconds), float(seconds))


def _set_clock(ahead_seconds: float) -> None:
    """As if the machine's clock were wrong; what really passes is not changed by that."""
    right, ahead = SystemClock.now_milliseconds, round(ahead_seconds * 1000)
    put(SystemClock, "now_milliseconds", lambda self: right(self) + ahead)


def _run_clock() -> None:
    rate, began = float(os.environ["CLOCK_RATE"]), float(os.environ["CLOCK_BEGAN"])
    clock = FakeClock(rate=rate, jumps=False, began_seconds=began)
    put("bot.app", "SystemClock", lambda: clock)


def _make_plain() -> None:
    fast = TelegramLimits(*[Limit(1000, 1.0)] * 3)
    put("bot.common", "MediaProcesses", _HereMedia)
    put("bot.telegram.rate_limits", "TelegramLimits", lambda: fast)


class _HereMedia(MediaProcesses):
    """Without a process of its own."""

    async def run(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return await asyncio.to_thread(call, *args, **named)


def _spoil(path: Path) -> None:
    def trouble() -> str:
        return path.read_text() if path.exists() else ""

    within = Database.transaction

    @asynccontextmanager
    async def spoilt(self: Database, **how: Any) -> AsyncIterator[Transaction]:
        if pragma := trouble():
            await self.writer.execute(f"PRAGMA {pragma}")
        async with within(self, **how) as tx:
            yield tx

    put(Database, "transaction", spoilt)


def _keep_journal(path: Path) -> None:
    """Write down the row of a job at each state it or a task of it comes to, with its commit."""

    async def journalled(database_path: Path, clock: Clock) -> Database:
        database = await _open(database_path, clock)
        await database.writer.execute("ATTACH ? AS journal", (str(path),))
        await database.writer.executescript(_JOURNAL)
        return database

    put(Database, "open", staticmethod(journalled))
