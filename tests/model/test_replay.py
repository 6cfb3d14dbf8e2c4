"""A reply that was lost: every call of the storage made a second time answers no, or the same,
and changes nothing. The few that count on purpose are named, with how much they count."""

# ruff: noqa: ARG005  (all calls of a kind have one shape)

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from storage import alerts, drafts, media, media_answers, outbox, verdicts
from storage.alerts import Alert
from storage.db.database import Database, Transaction
from storage.groups import borrowed_media, groups
from storage.inbox import Inbox, StoredUpdate
from storage.jobs import candidates, deliveries, jobs, ledger, moves, task_moves, tasks
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task
from storage.media import ConversationKey, ReceivedMedia
from storage.outbox import OutboxEntry
from storage.people import people, preferences
from storage.people.people import Person
from storage.verdicts import KnownVerdict
from tests.storage.orders import (
    ACCOUNT,
    CAPS,
    ENGINE,
    NOON,
    bill,
    fetch_next,
    item,
    make_ready,
    order,
    render,
    run_next,
    shown,
    start,
    submit_next,
    task_of,
)

Call = Callable[[Transaction], Awaitable[Any]]
Arrange = Callable[[Database], Awaitable[Call]]

PLACE = ConversationKey(1, 0, 1)
LATER = NOON + 9_000
_TABLES = (
    "inbox",
    "people",
    "preferences",
    "groups",
    "group_guests",
    "borrowed_media",
    "objections",
    "introductions",
    "deliveries",
    "media",
    "drafts",
    "verdicts",
    "detections",
    "jobs",
    "tasks",
    "candidates",
    "ledger",
    "notices",
    "outbox",
)


async def everything(database: Database) -> dict[str, list[Any]]:
    return {table: await database.fetch_all(f"SELECT * FROM {table}") for table in _TABLES}


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


def of_half(
    state: str, kind: str, call: Callable[[Transaction, media.Media], Awaitable[Any]]
) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            made = await item(tx, kind, PLACE)
            await tx.execute(
                "UPDATE media SET state = :state, fault = 'quota' WHERE id = :id",
                {"id": made.id, "state": state},
            )
        return lambda tx: call(tx, made)

    return arrange


def plain(call: Call) -> Arrange:
    async def arrange(_: Database) -> Call:
        return call

    return arrange


async def same_order(database: Database) -> Call:
    async with database.transaction() as tx:
        wanted = await order(tx)
    return lambda tx: jobs.start(tx, wanted, caps=CAPS, waiting_per_person=1)


VERDICT = KnownVerdict(1, None, None, None)
ARRIVAL = ReceivedMedia("update:r", "photo", PLACE, 1, None, "f", "u", 9)


NOTICE = Alert("lost:1", "operator-budget", {})


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
        await outbox.put(tx, "thing", "update:8", chat_id=1, message_id=5, arguments={"page": 2})
    return lambda tx: outbox.withdraw_earlier(tx, "update:8")


async def an_offer(database: Database) -> Call:
    async with database.transaction() as tx:
        made = await item(tx, "photo", PLACE)
        await tx.execute("UPDATE media SET state = 'refused', crops = '[[0, 0, 9, 9]]'")
    return lambda tx: media_answers.use_crop(tx, made.id, "[0, 0, 9, 9]")


async def a_booked_check(database: Database) -> Call:
    async with database.transaction() as tx:
        photo = await item(tx, "photo", PLACE)
        bookings = [
            await verdicts.count_check(
                tx,
                user_id=1,
                media_id=photo.id,
                picture_sha256="p",
                model="m",
                micro_yuan=4_000,
                per_person_per_day=9,
                caps=CAPS,
            )
            for _ in range(2)
        ]
    return lambda tx: verdicts.uncount_check(tx, bookings[0])


def a_loan(
    call: Callable[[Transaction, media.Media], Awaitable[Any]], *, objecting: bool = False
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await preparing(database)
        async with database.transaction() as tx:
            photo = await media.get(tx, job.photo_id)
            assert photo is not None
            await borrowed_media.borrow(tx, photo.id, 8)
            if objecting:
                await borrowed_media.object_to_all(tx, photo.chat_id, 8)
        return lambda tx: call(tx, photo)

    return arrange


async def a_question_of_cost(database: Database) -> Call:
    async with database.transaction() as tx:
        voice = await item(tx, "voice", PLACE)
        await media.ask_again(tx, voice.id, "confirm")
    return lambda tx: media_answers.agree(tx, voice.id, 7_000)


async def a_guest(database: Database) -> Call:
    async with database.transaction() as tx:
        await groups.let_in(tx, -5, 7)
    return lambda tx: groups.keep_out(tx, -5, 7)


async def an_arrival(database: Database) -> Call:
    async with database.transaction() as tx:
        await groups.note(tx, -5, 7)
    return lambda tx: groups.forget(tx, -5)


def of_long_sound(call: Callable[[Transaction, media.Media], Awaitable[Any]]) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            made = await item(tx, "voice", PLACE)
            await tx.execute(
                "UPDATE media SET state = 'asked', plan = '{}' WHERE id = :id", {"id": made.id}
            )
        return lambda tx: call(tx, made)

    return arrange


CALLS: dict[str, Arrange] = {
    "media_answers.use_clip": of_long_sound(lambda tx, m: media_answers.use_clip(tx, m.id, 5, 900)),
    "media_answers.use_in_parts": of_long_sound(
        lambda tx, m: media_answers.use_in_parts(tx, m.id, 30_000, 9)
    ),
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
    "task_moves.not_submitted": of_task(
        submitting, lambda tx, task: task_moves.not_submitted(tx, task, LATER)
    ),
    "task_moves.prepare_again": of_task(submitting, task_moves.prepare_again),
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
    "media.record": plain(lambda tx: media.record(tx, ARRIVAL, not_before_milliseconds=NOON)),
    "media.set_reply": of_half(
        "received",
        "photo",
        lambda tx, m: media.set_reply(tx, m.id, chat_id=m.chat_id, reply_message_id=4),
    ),
    "media.ready": of_half(
        "received", "voice", lambda tx, m: media.ready(tx, m.id, duration_milliseconds=7)
    ),
    "media.refuse": of_half("received", "photo", lambda tx, m: media.refuse(tx, m.id, "gone")),
    "media.ask": of_half("received", "photo", lambda tx, m: media.ask(tx, m.id, "ask-no-face")),
    "media.ask_again": of_half("ready", "voice", lambda tx, m: media.ask_again(tx, m.id, "quota")),
    "media_answers.agree": a_question_of_cost,
    "media_answers.forget_agreement": of_half(
        "ready", "voice", lambda tx, m: media_answers.forget_agreement(tx, m.id)
    ),
    "outbox.withdraw_earlier": two_of_one_message,
    "media.announce_anew": of_half("ready", "photo", lambda tx, m: media.announce_anew(tx, m.id)),
    "media.announced": of_half(
        "ready", "photo", lambda tx, m: media.announced(tx, replace(m, fault="quota"))
    ),
    "media_answers.insist": of_half("asked", "photo", lambda tx, m: media_answers.insist(tx, m.id)),
    "media_answers.shorten": of_half(
        "asked", "voice", lambda tx, m: media_answers.shorten(tx, m.id, 3_000)
    ),
    "media_answers.offer_crops": of_half(
        "asked", "photo", lambda tx, m: media_answers.offer_crops(tx, m.id, "[]")
    ),
    "media_answers.set_help": of_half(
        "asked", "photo", lambda tx, m: media_answers.set_help(tx, m.id, 4)
    ),
    "media_answers.use_crop": an_offer,
    "media_answers.reopen": of_half("asked", "voice", lambda tx, m: media_answers.reopen(tx, m.id)),
    "media.set_upload": of_half("ready", "photo", lambda tx, m: media.set_upload(tx, m.id, "o", 1)),
    "media.set_boxes": of_half("ready", "photo", lambda tx, m: media.set_boxes(tx, m.id, "f", "e")),
    "media.supersede": of_half("asked", "photo", lambda tx, m: media.supersede(tx, m.id)),
    "drafts.put": of_half("received", "photo", lambda tx, m: drafts.put(tx, m)),
    "drafts.drop": of_half("refused", "photo", lambda tx, m: drafts.drop(tx, m)),
    "drafts.clear": of_half("asked", "photo", lambda tx, m: drafts.clear(tx, PLACE)),
    "verdicts.uncount_check": a_booked_check,
    "alerts.write": plain(lambda tx: alerts.write(tx, NOTICE, [7, 8])),
    "outbox.put": plain(put),
    "outbox.begin": an_entry(lambda tx, entry: outbox.begin(tx, entry, LATER)),
    "outbox.sending": an_entry(lambda tx, entry: outbox.sending(tx, entry)),
    "outbox.put_off": an_entry(lambda tx, entry: outbox.put_off(tx, entry, LATER)),
    "outbox.leave_alone": an_entry(lambda tx, entry: outbox.leave_alone(tx, entry.chat_id, LATER)),
    "outbox.end": an_entry(lambda tx, entry: outbox.end(tx, entry, done=True)),
    "outbox.end_all": an_entry(lambda tx, entry: outbox.end_all(tx, entry.chat_id)),
    "outbox.erase": an_entry(lambda tx, entry: outbox.erase(tx, entry)),
    "verdicts.store": plain(lambda tx: verdicts.store(tx, "hash", "model", VERDICT)),
    "alerts.is_due": plain(lambda tx: alerts.is_due(tx, "subject", every_milliseconds=1_000)),
    "preferences.choose": plain(
        lambda tx: preferences.choose(tx, 1, {"language": "en", "quiet": 1})
    ),
    "borrowed_media.borrow": of_half(
        "ready", "photo", lambda tx, m: borrowed_media.borrow(tx, m.id, 8)
    ),
    "borrowed_media.object_to_all": a_loan(
        lambda tx, m: borrowed_media.object_to_all(tx, m.chat_id, 8)
    ),
    "borrowed_media.stop": a_loan(lambda tx, m: borrowed_media.stop(tx, m.id)),
    "borrowed_media.allow": a_loan(
        lambda tx, m: borrowed_media.allow(tx, m.chat_id, 8), objecting=True
    ),
    "groups.choose": plain(lambda tx: groups.choose(tx, -5, {"who": "list"})),
    "groups.let_in": plain(lambda tx: groups.let_in(tx, -5, 7)),
    "groups.keep_out": a_guest,
    "groups.note": plain(lambda tx: groups.note(tx, -5, 7)),
    "groups.introduced": plain(lambda tx: groups.introduced(tx, -5)),
    "groups.set_lack": plain(lambda tx: groups.set_lack(tx, -5, "videos")),
    "groups.forget": an_arrival,
    "people.remember": plain(lambda tx: people.remember(tx, Person(1, "Ada", None, "en"))),
}

COUNTING = {
    "moves.postpone": "one more try",
    "task_moves.postpone": "one more try",
    "task_moves.refused": "one more refusal",
    "tasks.begin": "the schema refuses it",
    "media.postpone": "one more try",
    "verdicts.count_check": "one more check that may be billed",
    "ledger.hold": "the schema refuses it",
    "ledger.settle": "the schema refuses it",
}
"""Calls whose second time is meant to count, or cannot be."""

ELSEWHERE = {
    "people.ban",
    "people.unban",
    "people.is_to_be_told",
    "preferences.store",
    "drafts.want",
    "drafts.wake_other",
    "media_answers.want",
    "media_answers.wake",
}
"""Calls that the tests of their own rooms repeat."""


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    before_all = await everything(database)
    call = await CALLS[name](database)
    before = await everything(database)
    async with database.transaction() as tx:
        first = await call(tx)
    after = await everything(database)
    async with database.transaction() as tx:
        second = await call(tx)
    assert await everything(database) == after
    assert second in (None, False) or second == first
    assert before_all != after or name in _UNDO
    assert before != after or name in _MAY_CHANGE_NOTHING


_UNDO = {"outbox.erase", "drafts.drop", "groups.keep_out", "groups.forget"}
_MAY_CHANGE_NOTHING = {
    "moves.advance",
    *("drafts.put", "media.announce_anew"),
    "media_answers.forget_agreement",
}


def test_every_call_that_writes_is_repeated_here_or_named() -> None:
    modules = (
        *(jobs, tasks, moves, task_moves, candidates, ledger, media, media_answers),
        *(drafts, verdicts, alerts, outbox),
        *(people, preferences, groups),
        *(groups, deliveries, borrowed_media),
    )
    written = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if not name.startswith("_")
        and function.__module__ == module.__name__
        and "tx" in inspect.signature(function).parameters
    }
    assert written - ELSEWHERE == CALLS.keys() | COUNTING.keys()


async def test_a_hold_and_its_settlement_cannot_be_repeated(database: Database) -> None:
    job = await start(database)
    before = await everything(database)
    with pytest.raises(Exception, match="UNIQUE"):
        async with database.transaction() as tx:
            await ledger.hold(tx, user_id=1, job_id=job.id, amount=job.price.of(1_000), caps=CAPS)
    assert await everything(database) == before


async def test_a_trial_and_a_paid_check_count_each_time(database: Database) -> None:
    job = await start(database)
    for tries in (1, 2):
        async with database.transaction() as tx:
            await moves.postpone(tx, job.id, LATER)
            await media.postpone(tx, job.photo_id, LATER)
            await verdicts.count_check(
                tx,
                user_id=1,
                media_id=job.photo_id,
                picture_sha256="p",
                model="m",
                micro_yuan=4_000,
                per_person_per_day=9,
                caps=CAPS,
            )
        rows = await everything(database)
        assert rows["jobs"][0]["tries"] == tries
        assert len(rows["detections"]) == tries


async def test_the_inbox_keeps_and_finishes_an_update_once(database: Database) -> None:
    box = Inbox(database)
    updates = [StoredUpdate(5, "{}"), StoredUpdate(4, "{}"), StoredUpdate(5, "{}")]
    assert await box.store(updates) == {4, 5}
    assert await box.store(updates) == set()
    for finish in (box.done, lambda number: box.park(number, "broken")):
        await finish(5)
        after = await everything(database)
        await finish(5)
        assert await everything(database) == after
    assert [update.update_id for update in await box.undone()] == [4]
    assert await box.store(updates) == set()
    assert await box.begin_again(4) == 2
    assert await box.forget_done(LATER) == 0
