"""How long a look at the queue takes, with many who wait against a few."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from bot.chat.queue_view import QueueView
from bot.clock import SystemClock
from storage.db.database import Database
from storage.jobs import jobs
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
    own = {"id": "NULL", "request": "'bench:' || n", "user_id": "1000 + n", "turn": "n"}
    columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
    values = ", ".join(own.get(column, column) for column in columns)
    connection.execute(
        "WITH RECURSIVE numbers (n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
        f" INSERT INTO jobs SELECT {values} FROM jobs, numbers WHERE jobs.id = 1",
        (times,),
    )


async def _look(path: Path) -> float:
    database = await Database.open(path, SystemClock())
    try:
        began = time.perf_counter()
        line = QueueView.of(await jobs.open_jobs(database))
        taken = 1000 * (time.perf_counter() - began)
    finally:
        await database.close()
    assert line.places
    return taken
