"""What is asked every second, and with every job, is answered from an index."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage import due, inbox, outages, verdicts
from storage.db.database import Database, Transaction
from storage.db.rows import Row
from storage.due import Due
from storage.groups import borrowed_media, reports
from storage.jobs import jobs, line, task_moves, tasks
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task
from storage.media import Media
from storage.people.preferences import quiet_jobs
from tests.storage import orders

_LARGE = ("jobs", "tasks", "media", "ledger", "detections", "inbox", "people", "verdicts")


class Explaining(Transaction):
    """Does what it is told, and notes which tables were read from one end to the other."""

    def __init__(self, inner: Transaction) -> None:
        super().__init__(inner._connection, inner.now_milliseconds)
        self.scanned: list[str] = []

    async def execute(self, sql: str, /, **parameters: Any) -> int:
        await self._explain(sql, **parameters)
        return await super().execute(sql, **parameters)

    async def fetch_all(self, sql: str, /, **parameters: Any) -> list[Row]:
        await self._explain(sql, **parameters)
        return await super().fetch_all(sql, **parameters)

    async def _explain(self, sql: str, **parameters: Any) -> None:
        for row in await super().fetch_all(f"EXPLAIN QUERY PLAN {sql}", **parameters):
            if row["detail"] in {f"SCAN {table}" for table in _LARGE}:
                self.scanned.append(f"{row['detail']}: {sql}")


async def _slot(tx: Transaction) -> None:
    await task_moves.take_slot(tx, account=orders.ACCOUNT, slots=1, engine=orders.ENGINE)


async def _start(tx: Transaction) -> None:
    await orders.make(tx, await orders.order(tx), most_waiting=9)


async def _uncount(tx: Transaction) -> None:
    await verdicts.uncount_check(tx, 1)


_OFTEN: dict[str, Callable[[Transaction], Awaitable[object]]] = {
    "halves to be worked on": lambda tx: due.rows(tx, Media, Due.MEDIA, 32),
    "halves to be talked about": lambda tx: due.rows(tx, Media, Due.UNANNOUNCED_MEDIA, 32),
    "a person's open jobs": lambda tx: jobs.open_of(tx, 1, chat_id=1),
    "what is shown of somebody": lambda tx: borrowed_media.object_to_all(tx, 1, 1),
    "what reports keep": reports.expire,
    "what is made of a media item": lambda tx: jobs.made_of(tx, 1),
    "the waiting jobs of a chat": lambda tx: jobs.waiting_in(tx, 1),
    "jobs being made": lambda tx: jobs.being_made(tx, 0, 9),
    "jobs that were made": lambda tx: due.rows(tx, Job, Due.MADE_JOBS, 9),
    "new jobs": lambda tx: jobs.newer(tx, 0, 9),
    "some jobs": lambda tx: jobs.some(tx, [1, 2]),
    "their tasks": lambda tx: tasks.of_jobs(tx, [1, 2]),
    "jobs without a status": lambda tx: jobs.without_status(tx, 9),
    "tasks under way": lambda tx: due.rows(tx, Task, Due.TASKS_UNDER_WAY, 9),
    "tasks to prepare": lambda tx: tasks.preparing(tx, orders.ENGINE, 9),
    "what waits too long": lambda tx: tasks.waiting_too_long(tx, orders.ENGINE, orders.NOON, 9),
    "for which engines tasks wait": line.engines,
    "the front of the line": lambda tx: line.first(tx, orders.ENGINE, 9),
    "places in the line": lambda tx: line.places(tx, orders.ENGINE, (0, 0), 9),
    "who waits": lambda tx: line.idle_jobs(tx, 9),
    "quiet jobs": lambda tx: quiet_jobs(tx, [1, 2]),
    "jobs to be talked about": lambda tx: due.rows(tx, Job, Due.UNANNOUNCED_JOBS, 9),
    "a slot": _slot,
    "what there is to do": due.kinds,
    "what is refused": lambda tx: outages.all_of(tx, orders.ACCOUNT),
    "how long tasks take": lambda tx: tasks.durations(tx, orders.ENGINE, 50),
    "a new job": _start,
    "whose tasks these are": lambda tx: tasks.owned(tx, orders.ACCOUNT, ["a"]),
    "what a half became": lambda tx: jobs.newest_with(tx, 1),
    "a check that was not made": _uncount,
}


@pytest.mark.parametrize("what", _OFTEN)
async def test_it_takes_no_longer_with_every_row(database: Database, what: str) -> None:
    await orders.start(database)
    async with database.transaction() as tx:
        explaining = Explaining(tx)
        await _OFTEN[what](explaining)
    assert explaining.scanned == []


async def test_old_updates_are_forgotten_without_reading_all(database: Database) -> None:
    plan = await database.fetch_all(
        "EXPLAIN QUERY PLAN DELETE FROM inbox"
        " WHERE state = 'done' AND handled_at_milliseconds < :before",
        before=1,
    )
    assert "INDEX inbox_handled" in plan[0]["detail"]
    assert await database.do(inbox.forget_done, 1) == 0


async def test_a_scan_would_be_noticed(database: Database) -> None:
    async with database.transaction() as tx:
        explaining = Explaining(tx)
        await explaining.fetch_all("SELECT * FROM jobs WHERE failure = 'x'")
    assert explaining.scanned == ["SCAN jobs: SELECT * FROM jobs WHERE failure = 'x'"]
