"""One of a stampede: a process of its own that waits for the start and then asks for quota."""

# ruff: noqa: ASYNC240, ASYNC251  (each process has nothing else to do)

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from pathlib import Path

from storage.db.database import Database
from storage.jobs.ledger import QuotaExceeded
from tests.storage import orders
from tests.storage.orders import start
from tests.support.clock import FakeClock

_TIMES = 5


async def attempts(database: Database, *, milliseconds: int, times: int) -> int:
    """Ask so often; how many holds were placed."""
    made = 0
    for _ in range(times):
        try:
            await start(database, milliseconds=milliseconds)
        except QuotaExceeded:
            continue
        made += 1
    return made


async def main(path: Path, go: Path, number: int) -> None:
    """Open, say that it is here, wait for the others, and run."""
    orders._numbers = itertools.count(1_000 * (number + 1))  # other updates than the others'
    database = await Database.open(path, FakeClock())
    go.with_name(f"here-{number}").touch()
    while not go.exists():
        time.sleep(0.001)
    sys.stdout.write(str(await attempts(database, milliseconds=1_000, times=_TIMES)))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
