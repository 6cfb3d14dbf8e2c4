"""A reply that was lost, for jobs and what is said: every call made a second time answers no, or
the same, and changes nothing. The few that count on purpose are named, with how much they count."""

# ruff: noqa: ARG005  (all calls of a kind have one shape)

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from storage import alerts, due, inbox, outbox, verdicts
from storage.alerts import Value
from storage.db.database import Database, Transaction
from storage.inbox import StoredUpdate
from storage.jobs import candidates, deliveries, jobs, ledger, moves, task_moves, tasks
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task
from storage.outbox import OutboxEntry
from tests.model.conftest import LATER, Arrange, Call, after, everything, repeat
from tests.storage.orders import (
    ACCOUNT,
    CAPS,
    ENGINE,
    bill,
    fetch_next,
    make_ready,
    order,
    render,
    run_next,
    shown,
    start,
    submit_next,
    task_of,
)


async def preparing(database: Database) -> Job:
    return await start(database)


async def ready(database: Database) -> Job:
    job = await start(database)
    await make_ready(database, job)
    return job


async def preparing_task(database: Database) -> Task:
    return await task_of(database, await preparing(database))


async def submitting(database: Database) -> Task:
    await ready(database)
    task = await submit_next(database)
    assert task is not None
    return task


async def running(database: Database) -> Task:
    await ready(database)
    return await run_next(database)


async def fetching(database: Database) -> Task:
    task = await running(database)
    await bill(database, task, 4_000)
    return await task_of(database, await job_of(database, task))


async def job_of(database: Database, task: Task) -> Job:
    job = await jobs.get(database, task.job_id)
    assert job is not None
    return job


async def joining(database: Database) -> Job:
    job = await start(database, cuts=(2_000,))
    await make_ready(database, job)
    for _ in range(2):
        await fetch_next(database)
    return job


async def fetched(database: Database) -> Task:
    return await task_of(database, await joining(database))


async def delivering(database: Database) -> Job:
    return await render(database, await start(database), 4_000)


async def sending(tx: Transaction, job: Job) -> None:
    await deliveries.sending(tx, job, "first:1", Form.VIDEO, 1)


async def under_way(database: Database) -> Job:
    job = await delivering(database)
    async with database.transaction() as tx:
        await sending(tx, job)
    return job


async def sent(database: Database) -> Job:
    job = await delivering(database)
    async with database.transaction() as tx:
        await shown(tx, job)
    return job


def of_job(
    state: Callable[[Database], Awaitable[Job]], call: Callable[[Transaction, Job], Awaitable[Any]]
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await state(database)
        return lambda tx: call(tx, job)

    return arrange


def of_task(
    state: Callable[[Database], Awaitable[Task]],
    call: Callable[[Transaction, Task], Awaitable[Any]],
) -> Arrange:
    async def arrange(database: Database) -> Call:
        task = await state(database)
        return lambda tx: call(tx, task)

    return arrange


def asked(call: Callable[[Transaction, Task], Awaitable[Any]]) -> Arrange:
    """The operator was asked which of two is the task's."""

    async def arrange(database: Database) -> Call:
        task = await submitting(database)
        async with database.transaction() as tx:
            await candidates.store(tx, task, ["a", "b"])
        return lambda tx: call(tx, task)

    return arrange


async def same_order(database: Database) -> Call:
    async with database.transaction() as tx:
        wanted = await order(tx)
    return lambda tx: jobs.start(tx, wanted, zone=CAPS.zone)


NOTICE: tuple[str, str, dict[str, Value]] = ("lost:1", "operator-budget", {})


async def made_before(database: Database) -> Call:
    """The parts of one job are there when it is asked for again."""
    made = await tasks.of_job(database, (await joining(database)).id)
    again = await start(database, cuts=tuple(task.span[0] for task in made[1:]))

    async def reuse(tx: Transaction) -> bool:
        return bool(await tasks.reuse(tx, again.id, made))

    return reuse


async def put(tx: Transaction, key: str = "update:9:thing") -> bool:
    return await outbox.put(tx, "thing", key, chat_id=1, message_id=5, user_id=1)


def an_entry(call: Callable[[Transaction, OutboxEntry], Awaitable[Any]]) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            await put(tx)
            (entry,) = await outbox.due(tx, 9)
        return lambda tx: call(tx, entry)

    return arrange


async def two_of_one_message(database: Database) -> Call:
    async with database.transaction() as tx:
        await put(tx)
        await outbox.put(tx, "thing", "update:8", chat_id=1, message_id=5, page=2)
    return lambda tx: outbox.withdraw_earlier(tx, "update:8")


CALLS: dict[str, Arrange] = {
    "jobs.start": same_order,
    "task_moves.prepared": of_task(preparing_task, task_moves.prepared),
    "task_moves.take_slot": of_job(
        ready, lambda tx, job: task_moves.take_slot(tx, account=ACCOUNT, slots=1, engine=ENGINE)
    ),
    "task_moves.date_submission": of_task(
        submitting, lambda tx, task: task_moves.date_submission(tx, task, LATER)
    ),
    "task_moves.submitted": of_task(
        submitting, lambda tx, task: task_moves.submitted(tx, task, "t")
    ),
    "task_moves.wait_again": of_task(
        running, lambda tx, task: task_moves.wait_again(tx, task, 9.0, refused=True)
    ),
    "task_moves.prepare_again": of_task(running, task_moves.prepare_again),
    "task_moves.look_up_again": of_task(running, task_moves.look_up_again),
    "task_moves.cancel_refused": of_task(running, task_moves.cancel_refused),
    "task_moves.rendered": of_task(
        running,
        lambda tx, task: task_moves.rendered(tx, task, video_url="u", billed_milliseconds=1),
    ),
    "task_moves.fetched": of_task(fetching, task_moves.fetched),
    "task_moves.fail": of_task(
        fetching, lambda tx, task: task_moves.fail(tx, task, "failed-lost", None)
    ),
    "task_moves.cancelled": of_task(running, task_moves.cancelled),
    "task_moves.set_voice": of_task(
        preparing_task, lambda tx, task: task_moves.set_voice(tx, task, "o", 9)
    ),
    "candidates.store": of_task(
        submitting, lambda tx, task: candidates.store(tx, task, ["a", "b"])
    ),
    "candidates.adopt": asked(lambda tx, task: candidates.adopt(tx, task.job_id, "a")),
    "candidates.release": asked(
        lambda tx, task: candidates.release(tx, task.job_id, "failed-released")
    ),
    "moves.advance": of_job(preparing, lambda tx, job: moves.advance(tx, job.id)),
    "tasks.reuse": made_before,
    "moves.give_status_away": of_job(sent, lambda tx, job: moves.give_status_away(tx, job.id)),
    "moves.joined": of_job(joining, lambda tx, job: moves.joined(tx, job.id)),
    "moves.fetch_tasks_again": of_task(
        fetched, lambda tx, task: moves.fetch_tasks_again(tx, task.job_id, [task])
    ),
    "moves.delivered": of_job(sent, moves.delivered),
    "deliveries.sending": of_job(delivering, sending),
    "deliveries.not_sent": of_job(under_way, lambda tx, job: deliveries.not_sent(tx, "first:1")),
    "deliveries.sent": of_job(
        under_way, lambda tx, job: deliveries.sent(tx, "first:1", Form.VIDEO, 9, file_id="f")
    ),
    "deliveries.want_removed": of_job(
        sent, lambda tx, job: deliveries.want_removed(tx, job.id, "update:1")
    ),
    "deliveries.take_back": of_job(
        sent, lambda tx, job: deliveries.take_back(tx, [replace(job, state="done")], "update:1")
    ),
    "deliveries.removed": of_job(sent, lambda tx, job: deliveries.removed(tx, 1)),
    "deliveries.forget_files": of_job(sent, lambda tx, job: deliveries.forget_files(tx, job.id)),
    "moves.undeliverable": of_job(delivering, lambda tx, job: moves.undeliverable(tx, job, "gone")),
    "moves.fail": of_job(delivering, lambda tx, job: moves.fail(tx, job, "failed-lost", None)),
    "moves.cancel": of_job(ready, lambda tx, job: moves.cancel(tx, job.id)),
    "moves.fetch_again": of_job(delivering, lambda tx, job: moves.fetch_again(tx, job.id)),
    "moves.set_status_message": of_job(
        ready, lambda tx, job: moves.set_status_message(tx, job.id, chat_id=1, message_id=5)
    ),
    "moves.set_first_status": of_job(
        ready, lambda tx, job: moves.set_first_status(tx, job.id, chat_id=1, message_id=5)
    ),
    "moves.announced": of_job(delivering, lambda tx, job: moves.announced(tx, job.id)),
    "ledger.release": of_job(preparing, lambda tx, job: ledger.release(tx, job.id)),
    "alerts.write": after(None, lambda tx: alerts.write(tx, *NOTICE, [7, 8])),
    "outbox.put": after(None, put),
    "outbox.begin": an_entry(lambda tx, entry: outbox.begin(tx, entry, LATER)),
    "outbox.sending": an_entry(lambda tx, entry: outbox.sending(tx, entry)),
    "outbox.put_off": an_entry(lambda tx, entry: outbox.put_off(tx, entry, LATER)),
    "outbox.leave_alone": an_entry(
        lambda tx, entry: outbox.leave_alone(tx, 9, chat_id=entry.chat_id)
    ),
    "outbox.end": an_entry(lambda tx, entry: outbox.end(tx, entry, done=True)),
    "outbox.end_all": an_entry(lambda tx, entry: outbox.end_all(tx, entry.chat_id)),
    "outbox.withdraw_earlier": two_of_one_message,
    "outbox.erase": an_entry(lambda tx, entry: outbox.erase(tx, entry)),
    "alerts.is_due": after(None, lambda tx: alerts.is_due(tx, "subject")),
}

COUNTING = {
    "due.postpone": "one more try",
    "tasks.begin": "the schema refuses it",
    "ledger.hold": "the schema refuses it",
    "ledger.settle": "the schema refuses it",
}
"""Calls whose second time is meant to count, or cannot be."""

MAY_CHANGE_NOTHING = {"moves.advance"}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    await repeat(database, CALLS[name], may_change_nothing=name in MAY_CHANGE_NOTHING)


async def test_a_hold_and_its_settlement_cannot_be_repeated(database: Database) -> None:
    job = await start(database)
    before, amount = await everything(database), job.price.of(1_000)
    with pytest.raises(Exception, match="UNIQUE"):
        async with database.transaction() as tx:
            await ledger.hold(tx, user_id=1, job_id=job.id, amount=amount, zone=CAPS.zone)
    assert await everything(database) == before


async def test_a_try_and_a_paid_check_count_each_time(database: Database) -> None:
    job = await start(database)
    for tries in (1, 2):
        async with database.transaction() as tx:
            await due.postpone(tx, job, 9.0)
            await verdicts.count_check(
                tx,
                user_id=1,
                media_id=job.photo_id,
                picture_sha256="p",
                model="m",
                micro_yuan=4_000,
                zone=CAPS.zone,
            )
        rows = await everything(database)
        assert rows["jobs"][0]["tries"] == tries
        assert len(rows["detections"]) == tries


async def test_the_inbox_keeps_and_finishes_an_update_once(database: Database) -> None:
    updates = [StoredUpdate(5, "{}"), StoredUpdate(4, "{}"), StoredUpdate(5, "{}")]
    await database.do(inbox.store, updates)
    stored = await everything(database)
    await database.do(inbox.store, updates)
    assert await everything(database) == stored
    for finish in (inbox.done, partial(inbox.park, error="broken")):
        await database.do(finish, 5)
        after = await everything(database)
        await database.do(finish, 5)
        assert await everything(database) == after
    assert await inbox.undone(database) == [4]
    await database.do(inbox.store, updates)
    assert await everything(database) == after
    await database.do(inbox.store, [StoredUpdate(6, "{}", names=frozenset({7}))])
    for _ in range(2):
        await database.do(inbox.let_go, 6)
        assert await everything(database) == after
    assert await database.do(inbox.begin_again, 4) == 2
    assert await database.do(inbox.forget_done, LATER) == 0
