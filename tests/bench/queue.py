"""How long a look at the queue takes, with many who wait against a few."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from bot.chat.queue_view import QueueView
from bot.clock import SystemClock
from storage.db.database import Database
from storage.jobs import tasks
from tests.bench.figures import Figure, figure_of
from tests.bench.worlds import start_job

FEW, MANY = 10, 100_000
RUNS = 3


async def measure(runs: int = RUNS) -> list[Figure]:
    """What the bot does again and again, to begin what is due and to show who waits."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few.db"), Path(folder, "many.db")
        await _fill(few, FEW)
        await _fill(many, MANY)
        pairs = [(await _look(many), await _look(few)) for _ in range(runs)]
    what, beside = f"a look, {MANY:,} waiting", f"the same with {FEW} waiting"
    return [figure_of("queue", what, pairs, "ms", beside)]


async def _fill(path: Path, waiting: int) -> None:
    database = await Database.open(path, SystemClock())
    await start_job(database)
    await database.close()
    connection = sqlite3.connect(path)
    with connection:
        _repeat_job(connection, waiting - 1)
    connection.close()


def _repeat_job(connection: sqlite3.Connection, times: int) -> None:
    """As if so many others had ordered the same."""
    of_job = {"id": "1 + n", "request": "'bench:' || n", "user_id": "1000 + n"}
    _repeat(connection, "jobs", of_job, times)
    _repeat(connection, "tasks", {"id": "1 + n", "job_id": "1 + n", "turn": "n"}, times)


def _repeat(connection: sqlite3.Connection, table: str, own: dict[str, str], times: int) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(own.get(column, column) for column in columns)
    connection.execute(
        "WITH RECURSIVE numbers (n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
        f" INSERT INTO {table} SELECT {values} FROM {table}, numbers WHERE {table}.id = 1",
        (times,),
    )


async def _look(path: Path) -> float:
    database = await Database.open(path, SystemClock())
    try:
        began = time.perf_counter()
        line = QueueView.of(await tasks.of_open_jobs(database))
        taken = 1000 * (time.perf_counter() - began)
    finally:
        await database.close()
    assert line.places
    return taken
