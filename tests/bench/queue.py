"""What a look at the queue, a claim and a hold take of the processor with many who wait against a
few, and what a second takes in which nothing happens.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from bot.chat import status
from bot.chat.queue_view import JobView
from bot.chat.status import Progress
from bot.clock import SystemClock
from storage.db.database import Database
from storage.jobs import task_moves
from storage.jobs.ledger import Caps
from tests.bench.figures import Figure, figure_of
from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, more_jobs
from tests.storage.orders import start as start_job
from tests.support.fake_services import Fakes

FEW, SOME, MANY = 10, 10_000, 100_000
RUNS = 9
IDLE_SECONDS = 5.0
_LOOKS = 30
"""More than are made of one queue."""
_ENDLESS = Caps(SHANGHAI, 10**12, 10**12, 10**18, 10**18)
_HOUR_SECONDS = 3600.0


async def measure(runs: int = RUNS, many: int = MANY, some: int = SOME) -> list[Figure]:
    """What the bot does again and again, to begin what is due and to show who waits."""
    async with _queue_of(many) as ours, _queue_of(FEW) as beside:
        figures = [
            figure_of(
                "queue",
                f"{name}, {many:,} waiting",
                [(await _timed(work, ours), await _timed(work, beside)) for _ in range(runs)],
                "ms",
                f"the same with {FEW} waiting",
                2.0,
            )
            for name, work in (("a look", _look), ("a claim", _claim), ("a hold", _hold))
        ]
    async with _queue_of(some) as ours:
        share = (1000 * await _idle(ours), 1000.0)
    what, beside_is = f"a second of nothing, {some:,} waiting", "one core"
    return [*figures, figure_of("queue", what, [share], "ms", beside_is, 0.05)]


@asynccontextmanager
async def _queue_of(waiting: int) -> AsyncIterator[Fakes]:
    """So many wait behind one that is rendered; all was said that there is to say."""
    with tempfile.TemporaryDirectory() as folder:
        path, clock = Path(folder, "bot.db"), cast(Any, SystemClock())
        database = await Database.open(path, clock)
        fakes = Fakes(database, clock, Path(folder))
        try:
            await fakes.running_job()
            await fakes.waiting_job(2)
            more_jobs(path, waiting - 1)
            await _say_some(fakes)
            yield fakes
        finally:
            await database.close()


async def _say_some(fakes: Fakes) -> None:
    """As if the status messages had been shown that are looked at while this measures."""

    async def note(self: Progress, view: JobView) -> None:
        self._shown[view.job.id] = hash(self._change_key(view))

    seen = _LOOKS * status._FAR_AT_ONCE
    with patch.object(Progress, "_show", note), patch.object(status, "_FAR_AT_ONCE", seen):
        await _look(fakes)
    fakes.common.part(Progress)._far.clear()


async def _timed(work: Callable[[Fakes], Awaitable[object]], fakes: Fakes) -> float:
    began = time.process_time()
    await work(fakes)
    return 1000 * (time.process_time() - began)


async def _look(fakes: Fakes) -> None:
    """What is due, and what every status message is to say."""
    await fakes.steps.due()
    await fakes.common.part(Progress).due()
    await fakes.worker.progress.show()


async def _claim(fakes: Fakes) -> None:
    """The next in turn takes a slot; it gives it back, to be measured again."""
    async with fakes.database.transaction() as tx:
        taken = await task_moves.take_slot(tx, account=ACCOUNT, slots=2, engine=ENGINE)
        assert taken is not None
        await task_moves.wait_again(tx, taken, 0.0)


async def _hold(fakes: Fakes) -> None:
    await start_job(fakes.database, 9, caps=_ENDLESS)


async def _idle(fakes: Fakes) -> float:
    """The share of one core that a bot takes while nothing happens."""
    cast(Any, fakes.engine).query = _unanswered
    async with fakes.open():
        await asyncio.sleep(1)
        began = time.process_time()
        await asyncio.sleep(IDLE_SECONDS)
        return (time.process_time() - began) / IDLE_SECONDS


async def _unanswered(_: str) -> None:
    await asyncio.sleep(_HOUR_SECONDS)
