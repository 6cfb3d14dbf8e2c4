"""A stampede on the last seconds of quota: exactly as many holds as fit, whoever asks how."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from bot.gate import RuleRefused
from storage.db.database import Database
from storage.jobs import ledger
from tests.storage import orders
from tests.storage.orders import CAPS, start
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline

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


async def attempts(database: Database, *, milliseconds: int, times: int) -> int:
    """Ask so often; how many holds were placed."""
    made = 0
    for _ in range(times):
        try:
            await start(database, milliseconds=milliseconds)
        except RuleRefused:
            continue
        made += 1
    return made


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
    assert all(isinstance(r, RuleRefused) for r in results if isinstance(r, BaseException))
    assert sum(not isinstance(result, BaseException) for result in results) == 7
    assert holds(path) == (8, CAPS.person_day_milliseconds)


def stampede(path: Path, number: int, here: Barrier, made: Queue[int]) -> None:
    """One of them: a process of its own, which waits for the others and then asks for quota."""
    orders._numbers = itertools.count(1_000 * (number + 1))  # other updates than the others'

    async def ask() -> int:
        database = await Database.open(path, FakeClock())
        here.wait(deadline())
        found = await attempts(database, milliseconds=1_000, times=5)
        await database.close()
        return found

    made.put(asyncio.run(ask()))


def test_ten_processes_place_as_many_holds_as_fit(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    asyncio.run(almost_used_up(path))
    context = get_context("forkserver")
    here, made = context.Barrier(PROCESSES), context.Queue()
    for number in range(PROCESSES):
        context.Process(target=stampede, args=(path, number, here, made), daemon=True).start()
    answers = [made.get(timeout=deadline()) for _ in range(PROCESSES)]
    assert sum(answers) == 7, answers
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
