"""What lasts for hours is told about once a minute, without a traceback, and loses nothing."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from bot.logs import Seldom
from bot.sandbox.faults import ANY, Side
from bot.sandbox.server import DASHSCOPE_PORT, TELEGRAM_PORT
from storage.db import connection
from tests.soak.people import User, crowd
from tests.soak.virtual import VirtualLoop
from tests.soak.world import SoakWorld, soak_world
from tests.support.clock import HOUR

DAY_SECONDS = 24 * 3600.0
ONCE = 40
"""Lines that each piece of work has once: begun, made, delivered, given up."""

Cause = Callable[[SoakWorld], AbstractContextManager[object]]


def answered(side: Side, method: str, kind: str, **params: Any) -> Cause:
    """That service answers so, each time."""

    @contextmanager
    def lasting(there: SoakWorld) -> Iterator[None]:
        there.faults.add(side, method, kind, times=None, params=params)
        yield
        there.faults.clear()

    return lasting


def away(port: int) -> Cause:
    """That service cannot be reached."""

    def lasting(there: SoakWorld) -> AbstractContextManager[object]:
        served = there.network._served

        async def unless_there(request: httpx.Request) -> httpx.Response | httpx.HTTPError:
            return httpx.ConnectError("away") if request.url.port == port else await served(request)

        return patch.object(there.network, "_served", unless_there)

    return lasting


@contextmanager
def _locked(there: SoakWorld) -> Iterator[None]:
    """By a program that forgot its transaction."""
    with closing(sqlite3.connect(there.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def _full(_: SoakWorld) -> AbstractContextManager[object]:
    return patch.object(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))


CAUSES: dict[str, Cause] = {
    "refused token": answered("telegram", ANY, "status", code=401),
    "another poller": answered("telegram", "getUpdates", "conflict"),
    "Telegram away": away(TELEGRAM_PORT),
    "provider away": away(DASHSCOPE_PORT),
    "unpaid bill": answered("provider", ANY, "code", http=400, code="Arrearage"),
    "refused key": answered("provider", ANY, "code", http=401, code="InvalidApiKey"),
    "too many": answered("provider", ANY, "code", http=429, code="Throttling.RateQuota"),
    "database locked": _locked,
    "disk full": _full,
}


class _Log(logging.Handler):
    """All that an operator would read."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.addFilter(Seldom(lambda: asyncio.get_running_loop().time()))
        self.lines: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record)


async def _order(users: list[User]) -> None:
    for user in users:
        await user.sends_photo()
        await user.sends_voice(2_000)


async def _live(directory: Path, cause: Cause, hours: float) -> list[logging.LogRecord]:
    log = _Log()
    async with soak_world(directory, jobs_waiting_per_person=5) as there:
        await there.start_bot()
        early, late = await crowd(2, there), await crowd(2, there)
        await _order(early)
        await asyncio.sleep(20)
        logging.getLogger("bot").addHandler(log)
        logging.getLogger("storage").addHandler(log)
        with cause(there):
            await _order(late)
            await asyncio.sleep(hours * HOUR)
        lines = log.lines[:]
        assert not there.run.done()
        await there.rest(DAY_SECONDS)
        _check_nothing_is_lost(there)
    return lines


def _check_nothing_is_lost(there: SoakWorld) -> None:
    """Every voice is there, in a video, or with a question to its sender what to do now."""
    states = [row["state"] for row in there.rows("SELECT state FROM jobs")]
    assert set(states) == {"done"}
    media = there.rows("SELECT kind, state FROM media")
    assert [row["kind"] for row in media].count("voice") == 4
    assert {row["state"] for row in media} <= {"ready", "asked"}


def live(directory: Path, cause: Cause, hours: float) -> list[logging.LogRecord]:
    """Four people's orders, before the cause and within; what was logged while it lasted."""
    loggers = [logging.getLogger(name) for name in ("bot", "storage")]
    levels = [logger.level for logger in loggers]
    impatient = [each.replace("= 5000", "= 0") for each in connection._PRAGMAS]
    try:
        for logger in loggers:
            logger.setLevel(logging.INFO)
        with (
            patch.object(connection, "_PRAGMAS", impatient),
            asyncio.Runner(loop_factory=VirtualLoop) as runner,
        ):
            return runner.run(_live(directory, cause, hours))
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
            logger.handlers.clear()


def check(lines: list[logging.LogRecord], hours: float) -> None:
    """Few of them, and none with a traceback."""
    assert not [line.getMessage() for line in lines if line.exc_info]
    told = [f"{line.name}: {line.getMessage()}" for line in lines]
    assert len(told) <= 60 * hours + ONCE, "\n".join(told)


@pytest.mark.proof
@pytest.mark.parametrize("cause", CAUSES)
def test_hours_of_a_cause_fill_no_log_and_lose_nothing(tmp_path: Path, cause: str) -> None:
    check(live(tmp_path, CAUSES[cause], hours=2), hours=2)


@pytest.mark.parametrize("cause", ["refused token", "Telegram away"])
def test_minutes_of_a_cause_fill_no_log(tmp_path: Path, cause: str) -> None:
    check(live(tmp_path, CAUSES[cause], hours=0.1), hours=0.1)
