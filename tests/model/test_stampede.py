"""A stampede on the last seconds of quota: exactly as many holds as fit, whoever asks how."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

from storage.db.database import Database
from storage.jobs import ledger
from storage.jobs.ledger import QuotaExceeded
from tests.model.stampeder import attempts
from tests.storage.orders import CAPS, start
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually

PROCESSES = 10
LEFT_MILLISECONDS = 7_000


async def almost_used_up(path: Path) -> None:
    database = await Database.open(path, FakeClock())
    await start(database, milliseconds=CAPS.person_day_milliseconds - LEFT_MILLISECONDS)
    await database.close()


def holds(path: Path) -> tuple[int, int]:
    """How many holds there are, and how much they hold."""
    connection = sqlite3.connect(path)
    row = connection.execute(
        "SELECT COUNT(*), SUM(held_quota_milliseconds) FROM ledger WHERE kind = 'hold'"
    ).fetchone()
    connection.close()
    return row[0], row[1]


async def test_fifty_coroutines_on_five_connections_place_as_many_holds_as_fit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bot.db"
    await almost_used_up(path)
    databases = [await Database.open(path, FakeClock()) for _ in range(5)]
    results = await asyncio.gather(
        *(start(databases[n % 5], milliseconds=1_000) for n in range(50)), return_exceptions=True
    )
    for database in databases:
        await database.close()
    assert all(isinstance(r, QuotaExceeded) for r in results if isinstance(r, BaseException))
    assert sum(not isinstance(result, BaseException) for result in results) == 7
    assert holds(path) == (8, CAPS.person_day_milliseconds)


async def test_ten_processes_place_as_many_holds_as_fit(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await almost_used_up(path)
    go = tmp_path / "go"
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.model.stampeder", str(path), str(go), str(number)),
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    await eventually(lambda: len(list(tmp_path.glob("here-*"))) == PROCESSES)
    go.touch()
    answers = [(await process.communicate())[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    made = [int(answer) for answer in answers]
    assert sum(made) == 7, made
    assert holds(path) == (8, CAPS.person_day_milliseconds)


async def test_what_is_left_is_used_to_the_last_millisecond(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await almost_used_up(path)
    database = await Database.open(path, FakeClock())
    assert await attempts(database, milliseconds=2_999, times=4) == 2
    assert await attempts(database, milliseconds=1_002, times=4) == 1
    quota = await ledger.quota_of(database, 1, CAPS)
    await database.close()
    assert quota.left_milliseconds == 0
