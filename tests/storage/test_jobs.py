"""Jobs: fair turns, one per slot, every move made at most once."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from storage import drafts, media
from storage.db.database import Database
from storage.jobs import jobs, moves
from storage.jobs.jobs import JobState, TooManyWaiting
from storage.media import ConversationKey
from tests.storage.orders import (
    ACCOUNT,
    CAPS,
    NOON,
    deliver,
    item,
    make_ready,
    order,
    render,
    start,
    submit_next,
)
from tests.support.clock import FakeClock


async def state_of(database: Database, job_id: int) -> str:
    job = await jobs.get(database, job_id)
    assert job is not None
    return job.state


async def end(database: Database, job_id: int) -> None:
    job = await jobs.get(database, job_id)
    assert job is not None
    async with database.transaction() as tx:
        await moves.fail(tx, job, "failed-service", None)


async def test_people_take_turns_and_one_persons_jobs_keep_their_order(database: Database) -> None:
    first = [await start(database, 1, 1_000) for _ in range(3)]
    second = [await start(database, 2, 1_000) for _ in range(2)]
    third = await start(database, 3, 1_000)
    for job in (*first, *second, third):
        await make_ready(database, job)
    served = []
    while (next_job := await submit_next(database)) is not None:
        served.append(next_job.id)
        await end(database, next_job.id)
    assert served == [first[0].id, second[0].id, third.id, first[1].id, second[1].id, first[2].id]


async def test_a_newcomer_does_not_overtake_turns_that_are_over(database: Database) -> None:
    early = [await start(database, 1, 1_000) for _ in range(3)]
    for job in early:
        await make_ready(database, job)
    for _ in range(2):
        served = await submit_next(database)
        assert served is not None
        await end(database, served.id)
    newcomer = await start(database, 2, 1_000)
    assert newcomer.turn == early[1].turn
    again = await start(database, 1, 1_000)
    assert again.turn == early[2].turn + 1


async def test_one_slot_is_one_job_whoever_asks(database: Database) -> None:
    for _ in range(5):
        await make_ready(database, await start(database, 1, 1_000))
    taken = await asyncio.gather(*(submit_next(database) for _ in range(10)))
    assert sum(job is not None for job in taken) == 1


async def test_two_slots_are_two_jobs(database: Database) -> None:
    for _ in range(3):
        await make_ready(database, await start(database, 1, 1_000))
    taken = [await submit_next(database, slots=2) for _ in range(3)]
    assert [job.slot if job else None for job in taken] == [0, 1, None]


async def test_the_schema_itself_refuses_a_second_job_in_a_slot(database: Database) -> None:
    for _ in range(2):
        await make_ready(database, await start(database, 1, 1_000))
    assert await submit_next(database) is not None
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*slot"):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE jobs SET state = 'submitting', account = :account, slot = 0,"
                " submitting_at_milliseconds = 1 WHERE state = 'ready'",
                {"account": ACCOUNT},
            )


async def test_one_task_belongs_to_one_job(database: Database) -> None:
    one = await render(database, await start(database, 1, 1_000), 1_000)
    other = await start(database, 1, 1_000)
    await make_ready(database, other)
    assert await submit_next(database) is not None
    assert one.task_id is not None
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with database.transaction() as tx:
            await moves.submitted(tx, other.id, one.task_id)


async def test_a_job_postponed_is_passed_over_until_it_is_due(
    database: Database, clock: FakeClock
) -> None:
    job = await start(database, 1, 1_000)
    await make_ready(database, job)
    taken = await submit_next(database)
    assert taken is not None
    async with database.transaction() as tx:
        await moves.not_submitted(tx, job.id, NOON + 5_000)
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
            made.append(await jobs.start(tx, same, caps=CAPS, waiting_per_person=3))
    assert [job is not None for job in made] == [True, False]
    assert len(await database.fetch_all("SELECT * FROM ledger")) == 1


async def test_waiting_jobs_are_capped_per_person(database: Database) -> None:
    async with database.transaction() as tx:
        for wanted in (1, 1):
            await jobs.start(tx, await order(tx, wanted, 1_000), caps=CAPS, waiting_per_person=2)
    with pytest.raises(TooManyWaiting):
        async with database.transaction() as tx:
            await jobs.start(tx, await order(tx, 1, 1_000), caps=CAPS, waiting_per_person=2)


async def test_every_move_repeated_after_a_lost_reply_answers_no_and_changes_nothing(
    database: Database,
) -> None:
    job = await render(database, await start(database), 5_000)
    assert await deliver(database, job)
    before = await database.fetch_all("SELECT * FROM ledger")
    assert not await deliver(database, job)
    async with database.transaction() as tx:
        assert not await moves.prepared(tx, job.id)
        assert not await moves.submitted(tx, job.id, "other")
        assert not await moves.fetched(tx, job.id)
        assert not await moves.fail(tx, job, "failed-lost", None)
        assert not await moves.undeliverable(tx, job, "gone")
        assert not await moves.cancelled(tx, job)
        assert not await moves.cancel_waiting(tx, job.id)
    assert await database.fetch_all("SELECT * FROM ledger") == before
    assert await state_of(database, job.id) == JobState.DONE


async def test_an_ended_job_cannot_be_woken(database: Database) -> None:
    job = await start(database)
    await end(database, job.id)
    with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE jobs SET state = 'ready', ended_at_milliseconds = NULL WHERE id = :id",
                {"id": job.id},
            )


async def test_waiting_jobs_are_cancelled_at_once_and_running_ones_only_asked_to(
    database: Database,
) -> None:
    waiting, running = await start(database, 1, 1_000), await start(database, 2, 1_000)
    await make_ready(database, running)
    assert await submit_next(database) is not None
    async with database.transaction() as tx:
        assert await moves.cancel_waiting(tx, waiting.id)
        assert not await moves.cancel_waiting(tx, running.id)
        assert await moves.request_cancel(tx, running.id)
        assert not await moves.request_cancel(tx, running.id)
    assert await state_of(database, waiting.id) == JobState.CANCELLED
    assert await state_of(database, running.id) == JobState.SUBMITTING


async def test_a_newer_photo_takes_the_place_of_one_that_is_still_looked_at(
    database: Database,
) -> None:
    conversation = ConversationKey(1, 0, 1)
    async with database.transaction() as tx:
        old = await item(tx, "photo", conversation)
        await tx.execute("UPDATE media SET state = 'received' WHERE id = :id", {"id": old.id})
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
