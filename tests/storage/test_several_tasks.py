"""A job of several tasks: one hold, one bill, one end, whatever becomes of which task."""

from __future__ import annotations

import sqlite3

import pytest

from bot.gate import Rule, RuleRefused
from storage.db.database import Database
from storage.db.rows import Row
from storage.jobs import jobs, ledger, moves, task_moves, tasks
from storage.jobs.jobs import Job, JobState
from tests.storage.orders import (
    as_it_is,
    bill,
    fetch_next,
    make,
    make_ready,
    order,
    run_next,
    shown,
    start,
    submit_next,
)

LENGTH = 45_000
CUTS = (16_000, 31_000)


async def start_long(database: Database, user_id: int = 1) -> Job:
    job = await start(database, user_id, LENGTH, cuts=CUTS)
    await make_ready(database, job)
    return job


async def states(database: Database, job: Job) -> list[str]:
    made = await tasks.of_job(database, job.id)
    return [(await as_it_is(database, job)).state, *(task.state for task in made)]


async def balance(database: Database) -> Row:
    row = await database.fetch_one(
        "SELECT SUM(held_micro_yuan) AS held, SUM(held_quota_milliseconds) AS quota_held,"
        " SUM(spent_micro_yuan) AS spent, SUM(spent_quota_milliseconds) AS quota_spent,"
        " SUM(kind = 'hold') AS holds FROM ledger"
    )
    assert row is not None
    return row


async def test_a_job_has_one_hold_and_tasks_that_cover_it(database: Database) -> None:
    job = await start_long(database)
    made = await tasks.of_job(database, job.id)
    assert [(task.number, *task.span) for task in made] == [
        (1, 0, 16_000),
        (2, 16_000, 31_000),
        (3, 31_000, 45_000),
    ]
    assert (await balance(database))["holds"] == 1
    assert (await balance(database))["quota_held"] == LENGTH


async def test_what_the_quota_does_not_cover_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuleRefused, match=Rule.QUOTA):
        await start(database, 1, 61_000, cuts=CUTS)
    assert await jobs.newest(database) == 0
    assert await tasks.of_open_jobs(database) == []


async def test_it_is_settled_once_with_what_its_tasks_were_billed(database: Database) -> None:
    job = await start_long(database)
    for billed in (16_000, 14_900, 13_500):
        assert (await as_it_is(database, job)).state == JobState.MAKING
        await fetch_next(database, billed)
    assert await states(database, job) == ["joining", "fetched", "fetched", "fetched"]
    async with database.transaction() as tx:
        assert await moves.joined(tx, job.id)
        assert not await moves.joined(tx, job.id)
    async with database.transaction() as tx:
        joined = await as_it_is(database, job)
        assert await moves.delivered(await shown(tx, joined), joined)
    spent = {"held": 0, "quota_held": 0, "quota_spent": 44_400, "holds": 1, "spent": 22_200_000}
    assert await balance(database) == spent


async def test_a_task_that_fails_ends_it_and_the_person_pays_nothing(database: Database) -> None:
    job = await start_long(database)
    await fetch_next(database)
    failing = await run_next(database)
    async with database.transaction() as tx:
        assert await task_moves.fail(tx, failing, "failed-service", "why")
        assert not await task_moves.fail(tx, failing, "failed-service", "why")
    assert await states(database, job) == ["failed", "fetched", "failed", "cancelled"]
    ended = await as_it_is(database, job)
    assert (ended.failure, ended.failure_detail) == ("failed-service", "why")
    books = await balance(database)
    assert (books["held"], books["quota_held"], books["quota_spent"]) == (0, 0, 0)
    assert books["spent"] == 8_000_000  # what the first task cost the operator
    assert await ledger.charged_milliseconds(database, job.id) == 0


async def test_with_a_task_still_running_the_end_waits_for_its_bill(database: Database) -> None:
    job = await start_long(database)
    first, second = await run_next(database, 2), await run_next(database, 2)
    async with database.transaction() as tx:
        await task_moves.fail(tx, first, "failed-service", None)
    assert await states(database, job) == ["making", "failed", "running", "cancelled"]
    stopping = await tasks.get(database, second.id)
    assert stopping is not None
    assert stopping.cancel_requested == 1
    await bill(database, second)
    assert await states(database, job) == ["failed", "failed", "dropped", "cancelled"]
    assert (await balance(database))["spent"] == 7_500_000


@pytest.mark.parametrize("again", [True, False])
async def test_a_task_of_a_failing_job_that_was_not_submitted_does_not_wait_again(
    database: Database, again: bool
) -> None:
    job = await start_long(database)
    first, second = await run_next(database, 2), await submit_next(database, 2)
    assert second is not None
    async with database.transaction() as tx:
        await task_moves.fail(tx, first, "failed-service", None)
        if again:
            await task_moves.prepare_again(tx, second)
        else:
            await task_moves.wait_again(tx, second, 5.0)
    assert await states(database, job) == ["failed", "failed", "cancelled", "cancelled"]
    assert (await balance(database))["spent"] == 0


async def test_stopped_before_it_began_it_costs_nothing(database: Database) -> None:
    job = await start_long(database)
    async with database.transaction() as tx:
        assert await moves.cancel(tx, job.id)
        assert not await moves.cancel(tx, job.id)
    assert await states(database, job) == ["cancelled"] * 4
    assert (await balance(database))["quota_held"] == 0


async def test_stopped_in_the_middle_what_was_made_comes_and_counts(database: Database) -> None:
    job = await start_long(database)
    await fetch_next(database)
    running = await run_next(database)
    async with database.transaction() as tx:
        assert not await moves.cancel(tx, job.id)
    assert await states(database, job) == ["making", "fetched", "running", "cancelled"]
    async with database.transaction() as tx:
        await task_moves.cancelled(tx, running)
    assert await states(database, job) == ["joining", "fetched", "cancelled", "cancelled"]
    assert (await as_it_is(database, job)).billed_milliseconds == 16_000


@pytest.mark.parametrize(
    ("failure", "ends_as"),
    [("failed-moderated", "joining"), ("failed-refused", "joining"), ("failed-service", "failed")],
)
async def test_of_a_stopped_job_comes_what_counts_though_a_task_fails_after_that(
    database: Database, failure: str, ends_as: str
) -> None:
    """Of the service's own faults nothing counts; what was made then waits for Try again."""
    job = await start_long(database)
    await fetch_next(database)
    running = await run_next(database)
    async with database.transaction() as tx:
        assert not await moves.cancel(tx, job.id)
        await task_moves.fail(tx, running, failure, None)
    assert await states(database, job) == [ends_as, "fetched", "failed", "cancelled"]
    ended = await as_it_is(database, job)
    assert (ended.billed_milliseconds, ended.failure is None) == (16_000, ends_as == "joining")


async def test_of_a_stopped_job_that_nothing_came_of_it_is_said_why(database: Database) -> None:
    job = await start_long(database)
    first, second = await run_next(database, 2), await run_next(database, 2)
    async with database.transaction() as tx:
        assert not await moves.cancel(tx, job.id)
        await task_moves.fail(tx, first, "failed-moderated", None)
    assert await states(database, job) == ["making", "failed", "running", "cancelled"]
    async with database.transaction() as tx:
        await task_moves.cancelled(tx, second)
    assert await states(database, job) == ["failed", "failed", "cancelled", "cancelled"]
    assert (await as_it_is(database, job)).failure == "failed-moderated"


async def test_a_task_that_somebody_else_cancelled_ends_it_for_nothing(database: Database) -> None:
    job = await start_long(database)
    await fetch_next(database)
    running = await run_next(database)
    async with database.transaction() as tx:
        await task_moves.cancelled(tx, running)
    assert (await as_it_is(database, job)).state == JobState.CANCELLED
    assert await ledger.charged_milliseconds(database, job.id) == 0


async def test_a_fetched_task_that_is_lost_is_fetched_again_and_its_job_waits(
    database: Database,
) -> None:
    job = await start_long(database)
    lost = [await fetch_next(database) for _ in (*CUTS, 0)][1]
    async with database.transaction() as tx:
        assert await moves.fetch_tasks_again(tx, job.id, [lost])
        assert not await moves.fetch_tasks_again(tx, job.id, [lost])
    assert await states(database, job) == ["making", "fetched", "fetching", "fetched"]
    async with database.transaction() as tx:
        assert await task_moves.fetched(tx, lost)
    assert (await as_it_is(database, job)).state == JobState.JOINING


async def test_a_joined_file_that_is_lost_is_joined_again(database: Database) -> None:
    job = await start_long(database)
    for _ in (*CUTS, 0):
        await fetch_next(database)
    async with database.transaction() as tx:
        await moves.joined(tx, job.id)
        assert await moves.fetch_again(tx, job.id)
    assert await states(database, job) == ["joining", "fetched", "fetched", "fetched"]


async def test_the_file_of_a_job_of_one_task_that_is_lost_is_fetched_again(
    database: Database,
) -> None:
    job = await start(database)
    await make_ready(database, job)
    await fetch_next(database)
    async with database.transaction() as tx:
        assert await moves.fetch_again(tx, job.id)
        assert not await moves.fetch_again(tx, job.id)
    assert await states(database, job) == ["making", "fetching"]


async def test_other_people_come_between_the_tasks(database: Database) -> None:
    await start_long(database, 1)
    await fetch_next(database)
    other = await start(database, 2)
    await make_ready(database, other)
    served = []
    for _ in range(3):
        task = await run_next(database)
        served.append(task.job_id == other.id)
        await bill(database, task)
    assert served == [True, False, False]


async def test_it_counts_as_one_among_those_that_wait(database: Database) -> None:
    async with database.transaction() as tx:
        wanted = await order(tx, 1, LENGTH, cuts=CUTS)
        job = await make(tx, wanted, most_waiting=1)
    assert job is not None
    with pytest.raises(RuleRefused, match=Rule.WAITING):
        async with database.transaction() as tx:
            await make(tx, await order(tx), most_waiting=1)
    found = await jobs.open_of(database, 1, chat_id=1)
    assert [each.id for each in found] == [job.id]


REFUSED = {
    "a job goes on before its tasks": (
        "UPDATE jobs SET state = 'joining', billed_milliseconds = 1",
        "goes on after its tasks",
    ),
    "a job is joined without a bill": ("UPDATE jobs SET state = 'joining'", "CHECK"),
    "a task is in two slots' states without a slot": (
        "UPDATE tasks SET state = 'submitting', submitting_at_milliseconds = 1, account = 'a'",
        "CHECK",
    ),
    "two tasks have one number": ("UPDATE tasks SET number = 1 WHERE number = 2", "UNIQUE"),
    "a task is fetched without a bill": (
        "UPDATE tasks SET state = 'fetched', ended_at_milliseconds = 1, account = 'a',"
        " task_id = 't' WHERE number = 1",
        "CHECK",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_the_schema_refuses_it_when(database: Database, what: str) -> None:
    await start_long(database)
    sql, message = REFUSED[what]
    with pytest.raises(sqlite3.IntegrityError, match=message):
        async with database.transaction() as tx:
            await tx.execute(sql)


async def test_what_was_fetched_is_not_fetched_again_once_its_job_has_gone_on(
    database: Database,
) -> None:
    job = await start(database)
    await make_ready(database, job)
    await fetch_next(database)
    with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
        async with database.transaction() as tx:
            await tx.execute("UPDATE tasks SET state = 'fetching', ended_at_milliseconds = NULL")


async def test_a_task_of_a_job_whose_hold_is_gone_is_not_submitted(database: Database) -> None:
    job = await start_long(database)
    async with database.transaction() as tx:
        await ledger.release(tx, job.id)
    with pytest.raises(sqlite3.IntegrityError, match="without a hold"):
        await submit_next(database)
