"""Places in the line, and that what is due is reached however much is before it."""

from __future__ import annotations

from storage import due
from storage.db.database import Database
from storage.jobs import jobs, line, tasks
from storage.verdicts import count_check, uncount_check
from tests.storage import orders
from tests.support.clock import FakeClock


async def test_a_job_of_several_tasks_has_one_place_and_those_behind_it_the_next(
    database: Database,
) -> None:
    long = await orders.start(database, 1, 10_000, cuts=(5_000,))
    short = await orders.start(database, 2)
    found = await line.places(database, orders.ENGINE, line.START, 9)
    seen = [(place.job_id, place.place, place.ahead_milliseconds) for place in found]
    assert seen == [(long.id, 1, 0), (short.id, 2, 5_000), (long.id, 2, 10_000)]
    for place in found[:2]:
        task = await orders.task_of(database, long if place.job_id == long.id else short)
        assert await line.place_of(database, task) == place
    assert await line.idle_jobs(database, 9) == [long.id, short.id]
    assert await line.idle_up_to(database) == 2
    assert await line.engines(database) == [orders.ENGINE]


async def test_any_stretch_of_the_line_says_the_same_as_all_of_it(database: Database) -> None:
    for user_id in range(1, 8):
        await orders.start(database, user_id, 10_000, cuts=(5_000,) if user_id % 2 else ())
    whole = await line.places(database, orders.ENGINE, line.START, 99)
    for size in (1, 2, 3, 5):
        after, seen = line.START, []
        while found := await line.places(database, orders.ENGINE, after, size):
            seen += found
            after = found[-1].position
        firsts = {}
        for place in reversed(seen):
            firsts[place.job_id] = place
        assert seen == whole
        assert sorted(place.place for place in firsts.values()) == [*range(1, 8)]


async def test_what_always_fails_keeps_nothing_from_its_preparation(
    database: Database, clock: FakeClock
) -> None:
    made = [await orders.start(database, user_id) for user_id in range(1, 8)]
    reached = set()
    for _ in range(12):
        for task in await tasks.preparing(database, orders.ENGINE, 2):
            reached.add(task.job_id)
            async with database.transaction() as tx:
                await due.postpone(tx, task, 1.0)
        clock.advance(0.5)
    assert reached == {job.id for job in made}


async def test_the_money_of_a_day_follows_paid_checks_that_were_made(database: Database) -> None:
    job = await orders.start(database)
    before = await database.number("SELECT SUM(micro_yuan) FROM money_of_days")
    async with database.transaction() as tx:
        booked = await count_check(
            tx,
            user_id=1,
            media_id=job.photo_id,
            picture_sha256="abc",
            model="m",
            micro_yuan=4_000,
            zone=orders.CAPS.zone,
        )
    assert await database.number("SELECT SUM(micro_yuan) FROM money_of_days") == before + 4_000
    async with database.transaction() as tx:
        await uncount_check(tx, booked)
    assert await database.number("SELECT SUM(micro_yuan) FROM money_of_days") == before


async def test_a_job_that_is_to_be_said_later_lets_others_be_said(database: Database) -> None:
    first, second = await orders.start(database), await orders.start(database, 2)
    assert [job.id for job in await jobs.without_status(database, 1)] == [first.id]
    async with database.transaction() as tx:
        await due.postpone(tx, first, 5.0)
    assert [job.id for job in await jobs.without_status(database, 1)] == [second.id]
