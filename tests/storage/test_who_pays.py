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
from storage.jobs import job_parts, jobs, moves
from storage.jobs.failures import OBJECTED, SERVICE_FAULTS, is_charged
from storage.jobs.jobs import FINAL, Job, JobState
from storage.jobs.ledger import Caps, Price
from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, order, shown

PRICE = Price(micro_yuan_per_second=900_000, quota_weight_permille=1800)
CAPS = Caps(SHANGHAI, 60_000, None, 10**12, 10**12)
CUTS = (7_001, 12_000)
LENGTH = 20_003
BILLED_MORE = (-1_999, 0, 3_000)
STEPS = {False: 7, True: 17}  # a job of one task, of three

FAILURES = sorted(
    entry.id.name
    for entry in FluentParser().parse("\n".join(sources("en"))).body
    if isinstance(entry, Message) and entry.id.name.startswith("failed-")
)

CAUSED_BY_PEOPLE = {
    *(OBJECTED, "failed-moderated", "failed-refused", "failed-gone"),
    *("failed-photo", "failed-unchecked"),
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

    async def tasks(self) -> list[Job]:
        return await job_parts.parts_of(self.database, self.job_id) or [await self.job()]

    async def step(self) -> bool:
        """One step of the first that can go on; False when nothing can."""
        for job in [*await self.tasks(), await self.job()]:
            async with self.database.transaction() as tx:
                if await self._move(tx, job):
                    return True
        return False

    async def _move(self, tx: Transaction, job: Job) -> bool:
        match job.state:
            case JobState.PREPARING:
                return await moves.prepared(tx, job.id)
            case JobState.READY:
                return await take_slot(tx)
            case JobState.SUBMITTING:
                return await moves.submitted(tx, job.id, f"task-{job.id}")
            case JobState.RUNNING if job.part == 1 and await others_go_on(tx, job):
                return False  # it is billed last
            case JobState.RUNNING:
                return await bill(tx, job, self.more)
            case JobState.FETCHING if job.whole_id is not None:
                return await job_parts.kept(tx, job.id)
            case JobState.FETCHING:
                return await moves.fetched(tx, job.id)
            case JobState.JOINING:
                return await job_parts.joined(tx, job.id)
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
    taken = await moves.take_slot(tx, account=ACCOUNT, slots=2, engine=ENGINE)
    return taken is not None


async def others_go_on(tx: Transaction, part: Job) -> bool:
    """Whether others of its whole have not ended: with two slots they overtake it."""
    assert part.whole_id is not None
    others = [other for other in await job_parts.parts_of(tx, part.whole_id) if other.id != part.id]
    return any(other.state not in FINAL for other in others)


async def bill(tx: Transaction, job: Job, more: int) -> bool:
    milliseconds = job.held_milliseconds + more
    return await moves.rendered(tx, job.id, video_url="u", billed_milliseconds=milliseconds)


async def begin(database: Database, more: int, *, in_parts: bool) -> Case:
    async with database.transaction() as tx:
        wanted = await order(tx, next(_people), LENGTH, PRICE)
        facts = {"caps": CAPS, "waiting_per_person": 9}
        start = job_parts.start if in_parts else jobs.start
        job = await start(tx, wanted, **facts, **({"cuts": CUTS} if in_parts else {}))  # type: ignore[arg-type]
    assert job is not None
    return Case(database, job.id, more)


async def stop(tx: Transaction, case: Case) -> None:
    """As whoever may stop it does: see `handlers.jobs`."""
    if not await moves.cancel_waiting(tx, case.job_id):
        await moves.request_cancel(tx, case.job_id)


async def end(case: Case, way: str) -> None:
    job = await case.job()
    async with case.database.transaction() as tx:
        if way.startswith("failed-"):
            await moves.fail(tx, job, way, None)
        elif way == "the chat closes":
            case.closed = True
            await close_chat(tx, job.chat_id, "blocked")
        elif way == "somebody objects":
            case.objected = True
            await stop(tx, case)
        elif way == "its maker stops it":
            await stop(tx, case)
        elif way == "it is cancelled":
            await moves.cancelled(tx, job)


async def check(case: Case, what: str) -> JobState:
    """Settled is what was billed, at most the hold; nothing, where the service is at fault."""
    job = await case.job()
    assert job.state in FINAL, what
    billed = sum(task.billed_milliseconds or 0 for task in await case.tasks())
    row = await case.database.fetch_one(
        """
        SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent,
            SUM(held_micro_yuan) AS money_held, SUM(spent_micro_yuan) AS money
        FROM ledger WHERE job_id = :id
        """,
        {"id": job.id},
    )
    assert row is not None
    owed = min(PRICE.of(billed).quota_milliseconds, PRICE.of(LENGTH).quota_milliseconds)
    if job.failure in SERVICE_FAULTS:
        owed = 0
    assert (row["held"], row["money_held"]) == (0, 0), what
    assert row["spent"] == owed, what
    assert row["money"] == PRICE.of(billed).micro_yuan, what
    return JobState(job.state)


WAYS = (
    *("it is delivered", "the chat closes", "somebody objects"),
    *("its maker stops it", "it is cancelled", *FAILURES),
)


@pytest.mark.parametrize("in_parts", [False, True], ids=["one task", "three tasks"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_was_billed_counts_for_its_maker_unless_the_service_is_at_fault(
    database: Database, way: str, in_parts: bool
) -> None:
    for steps, more in itertools.product(range(STEPS[in_parts]), BILLED_MORE):
        case = await begin(database, more, in_parts=in_parts)
        for _ in range(steps):
            await case.step()
        await end(case, way)
        while await case.step():
            pass
        await check(case, f"{way} after {steps} steps, {more:+} ms billed")


def test_it_is_decided_of_every_failure_who_bears_it() -> None:
    assert set(FAILURES) == SERVICE_FAULTS | CAUSED_BY_PEOPLE
    assert {key for key in FAILURES if is_charged(key)} == CAUSED_BY_PEOPLE
