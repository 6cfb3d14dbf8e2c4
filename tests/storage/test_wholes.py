"""A whole and its parts: one hold, one bill, one end, whatever becomes of which part."""

from __future__ import annotations

import sqlite3

import pytest

from storage.db.database import Database
from storage.db.rows import Row
from storage.jobs import job_parts, jobs, ledger, moves
from storage.jobs.jobs import Job, JobState, TooManyWaiting
from storage.jobs.ledger import QuotaExceeded
from tests.storage.orders import ACCOUNT, CAPS, ENGINE, NOON, order, shown, start
from tests.support.clock import FakeClock

LENGTH = 45_000
CUTS = (16_000, 31_000)


async def start_whole(
    database: Database, user_id: int = 1, *, length: int = LENGTH, waiting: int = 9
) -> Job:
    async with database.transaction() as tx:
        whole = await job_parts.start(
            tx, await order(tx, user_id, length), cuts=CUTS, caps=CAPS, waiting_per_person=waiting
        )
    assert whole is not None
    return whole


async def prepare(database: Database, whole: Job) -> list[Job]:
    async with database.transaction() as tx:
        for part in await job_parts.parts_of(tx, whole.id):
            await moves.prepared(tx, part.id)
    return await job_parts.parts_of(database, whole.id)


async def take(database: Database, slots: int = 1) -> Job:
    async with database.transaction() as tx:
        taken = await moves.take_slot(tx, account=ACCOUNT, slots=slots, engine=ENGINE)
    assert taken is not None
    return taken


async def run_next(database: Database, slots: int = 1) -> Job:
    taken = await take(database, slots)
    async with database.transaction() as tx:
        assert await moves.submitted(tx, taken.id, f"task-{taken.id}")
    return taken


async def bill(database: Database, job: Job, billed: int | None = None) -> None:
    milliseconds = job.held_milliseconds if billed is None else billed
    async with database.transaction() as tx:
        assert await moves.rendered(tx, job.id, video_url="u", billed_milliseconds=milliseconds)


async def keep_next(database: Database, billed: int | None = None) -> Job:
    part = await run_next(database)
    await bill(database, part, billed)
    async with database.transaction() as tx:
        assert await job_parts.kept(tx, part.id)
    return part


async def now(database: Database, job: Job) -> Job:
    found = await jobs.get(database, job.id)
    assert found is not None
    return found


async def states(database: Database, whole: Job) -> list[str]:
    parts = await job_parts.parts_of(database, whole.id)
    return [(await now(database, whole)).state, *(part.state for part in parts)]


async def balance(database: Database) -> Row:
    row = await database.fetch_one(
        "SELECT SUM(held_micro_yuan) AS held, SUM(held_quota_milliseconds) AS quota_held,"
        " SUM(spent_micro_yuan) AS spent, SUM(spent_quota_milliseconds) AS quota_spent,"
        " SUM(kind = 'hold') AS holds FROM ledger"
    )
    assert row is not None
    return row


async def test_a_whole_has_one_hold_and_parts_that_cover_it(database: Database) -> None:
    whole = await start_whole(database)
    parts = await job_parts.parts_of(database, whole.id)
    assert [(p.part, p.begins_at_milliseconds, p.held_milliseconds) for p in parts] == [
        (1, 0, 16_000),
        (2, 16_000, 15_000),
        (3, 31_000, 14_000),
    ]
    assert (await balance(database))["holds"] == 1
    assert (await balance(database))["quota_held"] == LENGTH


async def test_what_the_quota_does_not_cover_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(QuotaExceeded):
        await start_whole(database, length=61_000)
    assert await jobs.open_jobs(database) == []


async def test_it_is_settled_once_with_what_its_parts_were_billed(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    for billed in (16_000, 14_900, 13_500):
        assert (await now(database, whole)).state == JobState.IN_PARTS
        await keep_next(database, billed)
    assert await states(database, whole) == ["joining", "kept", "kept", "kept"]
    async with database.transaction() as tx:
        assert await job_parts.joined(tx, whole.id)
        assert not await job_parts.joined(tx, whole.id)
    async with database.transaction() as tx:
        job = await now(database, whole)
        assert await moves.delivered(await shown(tx, job), job)
    spent = {"held": 0, "quota_held": 0, "quota_spent": 44_400, "holds": 1, "spent": 22_200_000}
    assert await balance(database) == spent


async def test_a_part_that_fails_ends_it_and_the_person_pays_nothing(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    await keep_next(database)
    failing = await run_next(database)
    async with database.transaction() as tx:
        assert await moves.fail(tx, failing, "failed-service", "why")
        assert not await moves.fail(tx, failing, "failed-service", "why")
    assert await states(database, whole) == ["failed", "kept", "failed", "cancelled"]
    ended = await now(database, whole)
    assert (ended.failure, ended.failure_detail) == ("failed-service", "why")
    books = await balance(database)
    assert (books["held"], books["quota_held"], books["quota_spent"]) == (0, 0, 0)
    assert books["spent"] == 8_000_000  # what the first part cost the operator
    assert await ledger.charged_milliseconds(database, whole.id) == 0


async def test_with_a_part_still_running_the_end_waits_for_its_bill(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    first, second = await run_next(database, 2), await run_next(database, 2)
    async with database.transaction() as tx:
        await moves.fail(tx, first, "failed-service", None)
    assert await states(database, whole) == ["in_parts", "failed", "running", "cancelled"]
    assert (await now(database, second)).cancel_requested == 1
    await bill(database, second)
    assert await states(database, whole) == ["failed", "failed", "kept", "cancelled"]
    assert (await balance(database))["spent"] == 7_500_000


@pytest.mark.parametrize("again", [True, False])
async def test_a_doomed_part_that_was_not_submitted_does_not_wait_again(
    database: Database, again: bool
) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    first, second = await run_next(database, 2), await take(database, 2)
    async with database.transaction() as tx:
        await moves.fail(tx, first, "failed-service", None)
        if again:
            await moves.prepare_again(tx, second.id)
        else:
            await moves.not_submitted(tx, second.id, NOON + 5_000)
    assert await states(database, whole) == ["failed", "failed", "cancelled", "cancelled"]
    assert (await balance(database))["spent"] == 0


async def test_stopped_before_it_began_it_costs_nothing(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    async with database.transaction() as tx:
        assert await moves.cancel_waiting(tx, whole.id)
        assert not await moves.cancel_waiting(tx, whole.id)
    assert await states(database, whole) == ["cancelled"] * 4
    assert (await balance(database))["quota_held"] == 0


async def test_stopped_in_the_middle_what_was_made_comes_and_counts(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    await keep_next(database)
    running = await run_next(database)
    async with database.transaction() as tx:
        assert not await moves.cancel_waiting(tx, whole.id)
    assert await states(database, whole) == ["in_parts", "kept", "running", "cancelled"]
    async with database.transaction() as tx:
        await moves.cancelled(tx, running)
    assert await states(database, whole) == ["joining", "kept", "cancelled", "cancelled"]
    assert (await now(database, whole)).billed_milliseconds == 16_000


async def test_a_task_that_somebody_else_cancelled_ends_it_for_nothing(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    await keep_next(database)
    running = await run_next(database)
    async with database.transaction() as tx:
        await moves.cancelled(tx, running)
    assert (await now(database, whole)).state == JobState.CANCELLED
    assert await ledger.charged_milliseconds(database, whole.id) == 0


async def test_a_kept_part_that_is_lost_is_fetched_again_and_the_whole_waits(
    database: Database,
) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    parts = [await keep_next(database) for _ in (*CUTS, 0)]
    lost = await now(database, parts[1])
    async with database.transaction() as tx:
        assert await job_parts.lost(tx, lost)
        assert not await job_parts.lost(tx, lost)
    assert await states(database, whole) == ["in_parts", "kept", "fetching", "kept"]
    async with database.transaction() as tx:
        assert await job_parts.kept(tx, lost.id)
    assert (await now(database, whole)).state == JobState.JOINING


async def test_a_whole_is_failed_from_outside_as_soon_as_nothing_of_it_runs(
    database: Database,
) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    running = await run_next(database)
    async with database.transaction() as tx:
        assert await moves.fail(tx, await now(database, whole), "failed-lost", None)
    assert (await now(database, whole)).state == JobState.IN_PARTS
    async with database.transaction() as tx:
        await moves.cancelled(tx, running)
    assert (await now(database, whole)).state == JobState.FAILED


async def test_other_people_come_between_the_parts(database: Database) -> None:
    whole = await start_whole(database, 1)
    await prepare(database, whole)
    await keep_next(database)
    other = await start(database, 2)
    async with database.transaction() as tx:
        await moves.prepared(tx, other.id)
    served = []
    for _ in range(3):
        job = await run_next(database)
        served.append(job.user_id)
        async with database.transaction() as tx:
            await moves.rendered(tx, job.id, video_url="u", billed_milliseconds=1)
    assert served == [2, 1, 1]


async def test_it_counts_as_one_among_those_that_wait(database: Database) -> None:
    whole = await start_whole(database, waiting=1)
    with pytest.raises(TooManyWaiting):
        await start_whole(database, waiting=1, length=45_001)
    found = await jobs.open_jobs_of(database, 1, 1)
    assert [job.id for job in found] == [whole.id]
    assert await jobs.unannounced(database) == []


REFUSED = {
    "a whole ends before its parts": (
        "UPDATE jobs SET state = 'joining' WHERE parts IS NOT NULL",
        "goes on after its parts",
    ),
    "a part is delivered": ("UPDATE jobs SET state = 'done' WHERE part = 1", "CHECK"),
    "a whole takes a slot": (
        "UPDATE jobs SET state = 'submitting', slot = 0 WHERE parts IS NOT NULL",
        "CHECK",
    ),
    "a part has parts": ("UPDATE jobs SET parts = 2 WHERE part = 1", "CHECK"),
    "two parts have one number": ("UPDATE jobs SET part = 1 WHERE part = 2", "UNIQUE"),
    "a part is kept without a bill": (
        "UPDATE jobs SET state = 'kept', ended_at_milliseconds = 1 WHERE part = 1",
        "CHECK",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_the_schema_refuses_it_when(database: Database, what: str) -> None:
    await start_whole(database)
    sql, message = REFUSED[what]
    with pytest.raises(sqlite3.IntegrityError, match=message):
        async with database.transaction() as tx:
            await tx.execute(sql)


async def test_a_part_of_a_whole_whose_hold_is_gone_is_not_submitted(database: Database) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    async with database.transaction() as tx:
        await ledger.release(tx, whole.id)
    with pytest.raises(sqlite3.IntegrityError, match="without a hold"):
        await take(database)


async def test_files_of_a_part_are_kept_until_its_whole_has_ended(
    database: Database, clock: FakeClock
) -> None:
    whole = await start_whole(database)
    await prepare(database, whole)
    part = await keep_next(database)
    assert await jobs.endings(database, [part.id]) == {part.id: None}
    clock.advance(0.005)
    async with database.transaction() as tx:
        await moves.fail(tx, await now(database, whole), "failed-lost", None)
    assert await jobs.endings(database, [part.id]) == {part.id: NOON + 5}
