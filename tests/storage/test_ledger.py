"""Money: a hold resolves once, caps hold, sums are balances."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from bot.gate import Rule, RuleRefused
from storage.db.database import Database
from storage.jobs import ledger, moves, task_moves
from storage.jobs.jobs import Job
from storage.jobs.ledger import Price, next_day_milliseconds, next_month_milliseconds
from tests.storage.orders import CAPS, NOON, PRICE, SHANGHAI, deliver, render, start, task_of
from tests.support.clock import HOUR, FakeClock

DAY = 24 * HOUR


async def left(database: Database, user_id: int = 1) -> int:
    return (await ledger.quota_of(database, user_id, CAPS)).left_milliseconds


async def test_a_delivered_job_costs_what_was_billed_and_the_rest_comes_back(
    database: Database,
) -> None:
    job = await render(database, await start(database, milliseconds=5_000), 4_700)
    assert await left(database) == 55_000
    assert await deliver(database, job)
    assert await left(database) == 55_300
    rows = await database.fetch_all("SELECT kind, video_milliseconds FROM ledger ORDER BY id")
    assert [(row["kind"], row["video_milliseconds"]) for row in rows] == [
        ("hold", 5_000),
        ("settle", 4_700),
        ("release", 0),
    ]


async def test_a_bill_above_the_hold_is_flagged_and_the_person_pays_the_hold(
    database: Database,
) -> None:
    job = await render(database, await start(database, milliseconds=5_000), 5_900)
    await deliver(database, job)
    assert await left(database) == 55_000
    settled = await database.fetch_one("SELECT * FROM ledger WHERE kind = 'settle'")
    assert settled is not None
    assert settled["flagged"] == 1
    assert settled["spent_micro_yuan"] == 2_950_000


async def test_a_job_that_fails_before_the_bill_costs_nobody_anything(database: Database) -> None:
    job = await start(database)
    async with database.transaction() as tx:
        await task_moves.fail(tx, await task_of(tx, job), "failed-service", None)
    assert await left(database) == 60_000
    assert await ledger.charged_milliseconds(database, job.id) == 0


async def test_a_job_that_fails_after_the_bill_costs_the_operator_and_not_the_person(
    database: Database,
) -> None:
    job = await render(database, await start(database), 5_000)
    async with database.transaction() as tx:
        await moves.fail(tx, job, "failed-lost", None)
    assert await left(database) == 60_000
    spent = await database.fetch_one("SELECT SUM(spent_micro_yuan) AS spent FROM ledger")
    assert spent == {"spent": 2_500_000}


async def test_the_quota_is_refused_with_what_is_left_and_when_it_comes_back(
    database: Database,
) -> None:
    await start(database, milliseconds=58_000)
    with pytest.raises(RuleRefused, match=Rule.QUOTA) as refusal:
        await start(database, milliseconds=2_001)
    assert refusal.value.values == {"resets_at": NOON + 12 * 3600 * 1000}
    assert await left(database) == 2_000
    await start(database, milliseconds=2_000)


async def test_a_refused_job_leaves_no_trace(database: Database) -> None:
    with pytest.raises(RuleRefused, match=Rule.QUOTA):
        await start(database, milliseconds=60_001)
    assert await database.fetch_all("SELECT * FROM jobs") == []
    assert await database.fetch_all("SELECT * FROM ledger") == []


async def test_the_next_day_begins_with_a_full_quota(database: Database, clock: FakeClock) -> None:
    await start(database, milliseconds=60_000)
    clock.advance(DAY)
    assert await left(database) == 60_000
    await start(database, milliseconds=60_000)


async def test_the_month_binds_when_it_leaves_less_than_the_day(
    database: Database, clock: FakeClock
) -> None:
    caps = replace(CAPS, person_month_milliseconds=70_000)
    await start(database, milliseconds=60_000, caps=caps)
    clock.advance(DAY)
    quota = await ledger.quota_of(database, 1, caps)
    assert quota.left_milliseconds == 10_000
    assert quota.resets_at_milliseconds == next_month_milliseconds(NOON, SHANGHAI)
    with pytest.raises(RuleRefused, match=Rule.QUOTA):
        await start(database, milliseconds=10_001, caps=caps)


async def test_the_whole_bots_budget_refuses_everybody(database: Database) -> None:
    caps = replace(CAPS, bot_day_micro_yuan=10_000_000)
    await start(database, 1, 15_000, caps=caps)
    with pytest.raises(RuleRefused, match=Rule.BUDGET) as refusal:
        await start(database, 2, 5_001, caps=caps)
    assert refusal.value.values == {"resets_at": next_day_milliseconds(NOON, SHANGHAI)}
    await start(database, 2, 5_000, caps=caps)


async def test_a_cap_of_zero_refuses_all(database: Database) -> None:
    with pytest.raises(RuleRefused, match=Rule.QUOTA):
        await start(database, milliseconds=1, caps=replace(CAPS, person_day_milliseconds=0))
    with pytest.raises(RuleRefused, match=Rule.BUDGET):
        await start(database, milliseconds=1, caps=replace(CAPS, bot_month_micro_yuan=0))


async def test_a_second_of_720p_counts_by_its_price(database: Database) -> None:
    price = Price(micro_yuan_per_second=900_000, quota_weight_permille=1800)
    await start(database, milliseconds=10_000, price=price)
    assert await left(database) == 42_000
    assert price.affordable_milliseconds(42_000) == 23_333


async def test_fifty_at_once_cannot_overdraw_the_last_seconds(database: Database) -> None:
    await start(database, milliseconds=50_000)
    results = await asyncio.gather(
        *(start(database, milliseconds=1_000) for _ in range(50)), return_exceptions=True
    )
    assert sum(not isinstance(result, RuleRefused) for result in results) == 10
    assert await left(database) == 0


async def test_entries_can_be_neither_changed_nor_erased(database: Database) -> None:
    await start(database)
    for sql in ("UPDATE ledger SET held_quota_milliseconds = 0", "DELETE FROM ledger"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            async with database.transaction() as tx:
                await tx.execute(sql)


async def test_a_hold_cannot_be_resolved_twice(database: Database) -> None:
    job = await start(database)
    async with database.transaction() as tx:
        await ledger.settle(tx, job.id, PRICE, billed_milliseconds=1, charge_person=True)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await ledger.settle(tx, job.id, PRICE, billed_milliseconds=1, charge_person=True)


async def test_a_job_cannot_end_with_its_hold_open(database: Database) -> None:
    job = await start(database)
    async with database.transaction() as tx:
        await tx.execute("UPDATE tasks SET state = 'cancelled', ended_at_milliseconds = 1")
    with pytest.raises(sqlite3.IntegrityError, match="hold resolved"):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE jobs SET state = 'cancelled', ended_at_milliseconds = 1 WHERE id = :id",
                id=job.id,
            )


async def submit_without_hold(database: Database, job: Job) -> None:
    async with database.transaction() as tx:
        await ledger.release(tx, job.id)
        await tx.execute(
            "UPDATE tasks SET state = 'submitting', account = 'a', slot = 0,"
            " submitting_at_milliseconds = 1 WHERE job_id = :id",
            id=job.id,
        )


async def test_nothing_is_submitted_without_a_hold(database: Database) -> None:
    job = await start(database)
    with pytest.raises(sqlite3.IntegrityError, match="without a hold"):
        await submit_without_hold(database, job)
    assert (await task_of(database, job)).state == "preparing"
