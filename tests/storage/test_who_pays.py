"""Whoever had a video made pays for what the provider billed, however and whenever it ends.

Every way of ending, begun after every step of a job's way, of one task or of three: then the
provider ends what it had begun, and the books are looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

from bot.texts.catalogue import sources
from storage.db.database import Database, Transaction
from storage.groups.chats import close_chat
from storage.jobs import jobs, moves, task_moves, tasks
from storage.jobs.failures import OBJECTED, SERVICE_FAULTS, WITHDRAWN, is_charged
from storage.jobs.jobs import FINAL, Job, JobState
from storage.jobs.ledger import Caps, Price
from storage.jobs.tasks import ENDED, Task, TaskState
from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, shown, start

PRICE = Price(micro_yuan_per_second=900_000, quota_weight_permille=1800)
CAPS = Caps(SHANGHAI, 60_000, None, 10**12, 10**12)
CUTS = (7_001, 12_000)
LENGTH = 20_003
BILLED_MORE = (-1_999, 0, 3_000)
STEPS = {(): 7, CUTS: 17}  # a job of one task, of three

FAILURES = sorted(
    entry.id.name
    for entry in FluentParser().parse("\n".join(sources("en"))).body
    if isinstance(entry, Message) and entry.id.name.startswith("failed-")
)

CAUSED_BY_PEOPLE = {
    *(OBJECTED, "failed-moderated", "failed-refused", "failed-gone"),
    *(WITHDRAWN, "failed-photo", "failed-unchecked"),
}

_people = itertools.count(1)

End = Callable[[Transaction, Job], Awaitable[object]]


@dataclass
class Case:
    """One job; `more` is how much the provider bills above (or under) each task's length."""

    database: Database
    job_id: int
    more: int
    closed: bool = False
    objected: bool = False

    async def job(self) -> Job:
        found = await jobs.get(self.database, self.job_id)
        assert found is not None
        return found

    async def tasks(self) -> list[Task]:
        return await tasks.of_job(self.database, self.job_id)

    async def step(self) -> bool:
        """One step of the first that can go on; False when nothing can."""
        job, made = await self.job(), await self.tasks()
        async with self.database.transaction() as tx:
            for task in made:
                if await self._move_task(tx, task, made):
                    return True
            return await self._move(tx, job)

    async def _move_task(self, tx: Transaction, task: Task, made: list[Task]) -> bool:
        match task.state:
            case TaskState.PREPARING:
                return await task_moves.prepared(tx, task)
            case TaskState.READY:
                return await take_slot(tx)
            case TaskState.SUBMITTING:
                return await task_moves.submitted(tx, task, f"task-{task.id}")
            case TaskState.RUNNING if task.number == 1 and not all_ended(made[1:]):
                return False  # it is billed last: with two slots the others overtake it
            case TaskState.RUNNING:
                return await bill(tx, task, self.more)
            case TaskState.FETCHING:
                return await task_moves.fetched(tx, task)
        return False

    async def _move(self, tx: Transaction, job: Job) -> bool:
        match job.state:
            case JobState.JOINING:
                return await moves.joined(tx, job.id)
            case JobState.DELIVERING:
                return await self._deliver(tx, job)
        return False

    async def _deliver(self, tx: Transaction, job: Job) -> bool:
        if self.objected:
            return await moves.fail(tx, job, OBJECTED, None)
        if self.closed:
            return await moves.undeliverable(tx, job, "closed")
        return await moves.delivered(await shown(tx, job), job)


async def take_slot(tx: Transaction) -> bool:
    taken = await task_moves.take_slot(tx, account=ACCOUNT, slots=2, engine=ENGINE)
    return taken is not None


def all_ended(made: list[Task]) -> bool:
    return all(task.state in ENDED for task in made)


async def bill(tx: Transaction, task: Task, more: int) -> bool:
    milliseconds = task.length_milliseconds + more
    return await task_moves.rendered(tx, task, video_url="u", billed_milliseconds=milliseconds)


async def begin(database: Database, more: int, cuts: tuple[int, ...]) -> Case:
    job = await start(database, next(_people), LENGTH, cuts=cuts, caps=CAPS, price=PRICE)
    return Case(database, job.id, more)


async def end(case: Case, way: str) -> None:
    job, made = await case.job(), await case.tasks()
    going = next((task for task in made if task.state not in ENDED), None)
    async with case.database.transaction() as tx:
        if way.startswith("failed-") and going is not None:
            await task_moves.fail(tx, going, way, None)
        elif way.startswith("failed-"):
            await moves.fail(tx, job, way, None)
        elif way == "the chat closes":
            case.closed = True
            await close_chat(tx, job.chat_id, "blocked")
        elif way == "somebody objects":
            case.objected = True
            await moves.cancel(tx, job.id)
        elif way == "its maker stops it":
            await moves.cancel(tx, job.id)
        elif way == "the provider breaks it off" and going and going.billed_milliseconds is None:
            await task_moves.cancelled(tx, going)


async def check(case: Case, what: str) -> JobState:
    """Settled is what was billed, at most the hold; nothing, where the service is at fault or has
    broken it off.
    """
    job = await case.job()
    assert job.state in FINAL, what
    billed = sum(task.billed_milliseconds or 0 for task in await case.tasks())
    row = await case.database.fetch_one(
        """
        SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent,
            SUM(held_micro_yuan) AS money_held, SUM(spent_micro_yuan) AS money
        FROM ledger WHERE job_id = :id
        """,
        id=job.id,
    )
    assert row is not None
    owed = min(PRICE.of(billed).quota_milliseconds, PRICE.of(LENGTH).quota_milliseconds)
    if job.failure in SERVICE_FAULTS or job.state == JobState.CANCELLED:
        owed = 0
    assert (row["held"], row["money_held"]) == (0, 0), what
    assert row["spent"] == owed, what
    assert row["money"] == PRICE.of(billed).micro_yuan, what
    return JobState(job.state)


WAYS = (
    *("it is delivered", "the chat closes", "somebody objects"),
    *("its maker stops it", "the provider breaks it off", *FAILURES),
)


@pytest.mark.sampled(every=2)
@pytest.mark.parametrize("cuts", STEPS, ids=["one task", "three tasks"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_was_billed_counts_for_its_maker_unless_the_service_is_at_fault(
    database: Database, way: str, cuts: tuple[int, ...]
) -> None:
    for steps, more in itertools.product(range(STEPS[cuts]), BILLED_MORE):
        case = await begin(database, more, cuts)
        for _ in range(steps):
            await case.step()
        await end(case, way)
        while await case.step():
            pass
        await check(case, f"{way} after {steps} steps, {more:+} ms billed")


def test_it_is_decided_of_every_failure_who_bears_it() -> None:
    assert set(FAILURES) == SERVICE_FAULTS | CAUSED_BY_PEOPLE
    assert {key for key in FAILURES if is_charged(key)} == CAUSED_BY_PEOPLE
