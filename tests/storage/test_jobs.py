"""Jobs: fair turns, one per slot, every move made at most once."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from bot.gate import Rule, RuleRefused
from storage import drafts, media
from storage.db.database import Database
from storage.jobs import jobs, moves, task_moves, tasks
from storage.jobs.jobs import Job, JobState
from storage.jobs.tasks import Task, TaskState
from storage.media import ConversationKey
from tests.storage.orders import (
    ACCOUNT,
    SHANGHAI,
    as_it_is,
    deliver,
    item,
    make,
    make_ready,
    order,
    render,
    start,
    submit_next,
    task_of,
)
from tests.support.clock import FakeClock


async def end(database: Database, task: Task) -> None:
    async with database.transaction() as tx:
        await task_moves.fail(tx, task, "failed-service", None)


async def test_people_take_turns_and_one_persons_jobs_keep_their_order(database: Database) -> None:
    first = [await start(database, 1, 1_000) for _ in range(3)]
    second = [await start(database, 2, 1_000) for _ in range(2)]
    third = await start(database, 3, 1_000)
    for job in (*first, *second, third):
        await make_ready(database, job)
    served = []
    while (task := await submit_next(database)) is not None:
        served.append(task.job_id)
        await end(database, task)
    assert served == [first[0].id, second[0].id, third.id, first[1].id, second[1].id, first[2].id]


async def test_a_newcomer_does_not_overtake_turns_that_are_over(database: Database) -> None:
    early = [await start(database, 1, 1_000) for _ in range(3)]
    for job in early:
        await make_ready(database, job)
    for _ in range(2):
        served = await submit_next(database)
        assert served is not None
        await end(database, served)
    newcomer = await start(database, 2, 1_000)
    assert await turn_of(database, newcomer) == await turn_of(database, early[1])
    again = await start(database, 1, 1_000)
    assert await turn_of(database, again) == await turn_of(database, early[2]) + 1


async def turn_of(database: Database, job: Job) -> int:
    return (await task_of(database, job)).turn


async def test_one_slot_is_one_task_whoever_asks(database: Database) -> None:
    for _ in range(5):
        await make_ready(database, await start(database, 1, 1_000))
    taken = await asyncio.gather(*(submit_next(database) for _ in range(10)))
    assert sum(task is not None for task in taken) == 1


async def test_two_slots_are_two_tasks(database: Database) -> None:
    for _ in range(3):
        await make_ready(database, await start(database, 1, 1_000))
    taken = [await submit_next(database, slots=2) for _ in range(3)]
    assert [task.slot if task else None for task in taken] == [0, 1, None]


async def test_the_schema_itself_refuses_a_second_task_in_a_slot(database: Database) -> None:
    for _ in range(2):
        await make_ready(database, await start(database, 1, 1_000))
    assert await submit_next(database) is not None
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*slot"):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE tasks SET state = 'submitting', account = :account, slot = 0,"
                " submitting_at_milliseconds = 1 WHERE state = 'ready'",
                account=ACCOUNT,
            )


async def test_a_rendering_of_the_provider_belongs_to_one_task(database: Database) -> None:
    one = await render(database, await start(database, 1, 1_000), 1_000)
    other = await start(database, 1, 1_000)
    await make_ready(database, other)
    taken = await submit_next(database)
    assert taken is not None
    owned = (await task_of(database, one)).task_id or ""
    assert await tasks.owned(database, ACCOUNT, [owned, "other"]) == {owned}
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with database.transaction() as tx:
            await task_moves.submitted(tx, taken, owned)


async def test_a_task_postponed_is_passed_over_until_it_is_due(
    database: Database, clock: FakeClock
) -> None:
    job = await start(database, 1, 1_000)
    await make_ready(database, job)
    taken = await submit_next(database)
    assert taken is not None
    async with database.transaction() as tx:
        await task_moves.wait_again(tx, taken, 5.0)
    clock.advance(4.999)
    assert await submit_next(database) is None
    clock.advance(0.001)
    assert await submit_next(database) is not None


async def test_the_same_request_makes_one_job(database: Database) -> None:
    async with database.transaction() as tx:
        same = await order(tx)
    made = []
    for _ in range(2):
        async with database.transaction() as tx:
            made.append(await jobs.start(tx, same, zone=SHANGHAI))
    assert [job is not None for job in made] == [True, False]
    assert len(await database.fetch_all("SELECT * FROM ledger")) == 1


async def test_waiting_jobs_are_capped_per_person(database: Database) -> None:
    async with database.transaction() as tx:
        for wanted in (1, 1):
            await make(tx, await order(tx, wanted, 1_000), most_waiting=2)
    with pytest.raises(RuleRefused, match=Rule.WAITING):
        async with database.transaction() as tx:
            await make(tx, await order(tx, 1, 1_000), most_waiting=2)


async def test_every_move_repeated_after_a_lost_reply_answers_no_and_changes_nothing(
    database: Database,
) -> None:
    job = await render(database, await start(database), 5_000)
    assert await deliver(database, job)
    before = await database.fetch_all("SELECT * FROM ledger")
    assert not await deliver(database, job)
    task = await task_of(database, job)
    async with database.transaction() as tx:
        assert not await task_moves.prepared(tx, task)
        assert not await task_moves.submitted(tx, task, "other")
        assert not await task_moves.fetched(tx, task)
        assert not await task_moves.fail(tx, task, "failed-lost", None)
        assert not await task_moves.cancelled(tx, task)
        assert not await moves.fail(tx, job, "failed-lost", None)
        assert not await moves.undeliverable(tx, job, "gone")
        assert not await moves.cancel(tx, job.id)
    assert await database.fetch_all("SELECT * FROM ledger") == before
    assert (await as_it_is(database, job)).state == JobState.DONE


@pytest.mark.parametrize(("table", "state"), [("jobs", "making"), ("tasks", "ready")])
async def test_what_ended_cannot_be_woken(database: Database, table: str, state: str) -> None:
    await end(database, await task_of(database, await start(database)))
    with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
        async with database.transaction() as tx:
            await tx.execute(
                f"UPDATE {table} SET state = :state, ended_at_milliseconds = NULL", state=state
            )


async def test_waiting_jobs_are_cancelled_at_once_and_running_ones_only_asked_to(
    database: Database,
) -> None:
    waiting, running = await start(database, 1, 1_000), await start(database, 2, 1_000)
    await make_ready(database, running)
    assert await submit_next(database) is not None
    async with database.transaction() as tx:
        assert await moves.cancel(tx, waiting.id)
        assert not await moves.cancel(tx, running.id)
    assert (await as_it_is(database, waiting)).state == JobState.CANCELLED
    asked = await task_of(database, running)
    assert (asked.state, asked.cancel_requested) == (TaskState.SUBMITTING, 1)


async def test_a_newer_photo_takes_the_place_of_one_that_is_still_looked_at(
    database: Database,
) -> None:
    conversation = ConversationKey(1, 0, 1)
    async with database.transaction() as tx:
        old = await item(tx, "photo", conversation)
        await tx.execute("UPDATE media SET state = 'received' WHERE id = :id", id=old.id)
        new = await item(tx, "photo", conversation)
        draft = await drafts.get(tx, conversation)
        replaced = await media.get(tx, old.id)
    assert draft.photo is not None
    assert draft.photo.id == new.id
    assert replaced is not None
    assert replaced.state == "superseded"


async def test_drafts_of_people_and_topics_do_not_mix(database: Database) -> None:
    async with database.transaction() as tx:
        await item(tx, "photo", ConversationKey(-5, 0, 1))
        await item(tx, "voice", ConversationKey(-5, 0, 2))
        await item(tx, "voice", ConversationKey(-5, 7, 1))
        for conversation in (
            ConversationKey(-5, 0, 1),
            ConversationKey(-5, 0, 2),
            ConversationKey(-5, 7, 1),
        ):
            assert not (await drafts.get(tx, conversation)).is_complete
