"""What lies in drafts: where it is dropped, what stays of it, and what comes in its turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import drafts, due, media, media_answers
from storage.db.database import Database, Queryable, Transaction
from storage.due import Due
from storage.jobs import ledger, task_moves, tasks
from storage.jobs.ledger import next_month_milliseconds
from storage.media import ConversationKey, Media
from storage.people import consents
from tests.storage import orders
from tests.storage.orders import CAPS, NOON, SHANGHAI, item, start

HERE = ConversationKey(1, 0, 1)
ELSEWHERE = ConversationKey(1, 5, 1)


async def as_it_is(database: Queryable, made: Media) -> Media:
    found = await media.get(database, made.id)
    assert found is not None
    return found


@pytest.mark.parametrize(("limit", "begins"), [(8_000, 60_000), (19_900, 0)])
async def test_a_clip_stays_that_clip_when_it_is_shortened(
    database: Database, limit: int, begins: int
) -> None:
    async with database.transaction() as tx:
        voice = await item(tx, "voice", HERE)
        await tx.execute("UPDATE media SET state = 'asked', plan = '{}', tries = 4")
        assert await media_answers.use_clip(tx, voice.id, (60_000, 75_000), 15_000)
        assert (await as_it_is(tx, voice)).tries == 0
        await tx.execute("UPDATE media SET state = 'ready'")
        await media.ask_again(tx, voice.id, "quota")
        assert await media_answers.shorten(tx, voice.id, limit)
    made = await as_it_is(database, voice)
    assert (made.from_milliseconds, made.limit_milliseconds) == (begins, limit)


async def test_what_is_used_is_dropped_in_whichever_topic_it_lies(database: Database) -> None:
    async with database.transaction() as tx:
        voice = await item(tx, "voice", HERE)
        await drafts.put(tx, voice, conversation=ELSEWHERE)
        await drafts.drop(tx, voice)
        for where in (HERE, ELSEWHERE):
            assert (await drafts.get(tx, where)).voice is None


async def sent(tx: Transaction, kind: str) -> Media:
    """Before its sender agreed."""
    made = await item(tx, kind, ELSEWHERE)
    await tx.execute("UPDATE media SET state = 'received' WHERE id = :id", id=made.id)
    await consents.hold_back(tx, made)
    held = await media.get(tx, made.id)
    assert held is not None
    await drafts.put(tx, held, conversation=HERE)
    await tx.execute("UPDATE media SET thread_id = 0 WHERE id = :id", id=made.id)
    return held


async def states(database: Database, *items: Media) -> list[str]:
    return [(await as_it_is(database, each)).state for each in items]


async def test_a_pair_that_waits_is_not_replaced_and_a_lone_photo_is(database: Database) -> None:
    async with database.transaction() as tx:
        lone, first, voice, second = [
            await sent(tx, kind) for kind in ("photo", "photo", "voice", "photo")
        ]
    assert await states(database, lone, first, voice, second) == [
        "superseded",
        "asked",
        "asked",
        "asked",
    ]
    draft = await drafts.get(database, HERE)
    assert draft.photo is not None
    assert (draft.photo.id, draft.voice) == (second.id, None)


async def test_each_comes_when_what_was_sent_before_it_is_done_with(database: Database) -> None:
    async with database.transaction() as tx:
        waiting = [await sent(tx, kind) for kind in ("photo", "voice", "photo", "voice")]
        assert await consents.wake(tx, 1)
    for each in waiting:
        (found,) = await due.rows(database, Media, Due.MEDIA, 9)
        assert found.id == each.id
        async with database.transaction() as tx:
            await media.ready(tx, each.id)
        assert await due.rows(database, Media, Due.MEDIA, 9) == [], (
            "not before it was said what became of it"
        )
        async with database.transaction() as tx:
            await media.announced(tx, await as_it_is(tx, each))
    assert await due.rows(database, Media, Due.MEDIA, 9) == []


async def test_cancel_drops_all_that_waits_for_consent(database: Database) -> None:
    async with database.transaction() as tx:
        waiting = [await sent(tx, kind) for kind in ("photo", "voice", "photo")]
        assert await drafts.clear(tx, HERE)
        assert not await consents.wake(tx, 1)
    assert await states(database, *waiting) == ["superseded"] * 3


async def test_tries_are_counted_anew_with_each_step(database: Database) -> None:
    job = await start(database)

    async def tried() -> None:
        async with database.transaction() as tx:
            await due.postpone(tx, await orders.task_of(tx, job), 0)
        assert (await orders.task_of(database, job)).tries == 1

    async def begins_anew() -> None:
        assert (await orders.task_of(database, job)).tries == 0

    await tried()
    await orders.make_ready(database, job)
    await begins_anew()
    for back in (task_moves.prepare_again, lambda tx, task: task_moves.wait_again(tx, task, 0)):
        taken = await orders.submit_next(database)
        assert taken is not None
        await tried()
        async with database.transaction() as tx:
            assert await back(tx, await orders.task_of(tx, job))
        await begins_anew()
        if (await orders.task_of(database, job)).state == "preparing":
            await orders.make_ready(database, job)
    assert [task.state for task in await tasks.of_job(database, job.id)] == ["ready"]


async def test_of_two_empty_windows_the_later_is_named(database: Database) -> None:
    caps = replace(CAPS, person_day_milliseconds=5_000, person_month_milliseconds=5_000)
    await start(database, milliseconds=5_000, caps=caps)
    quota = await ledger.quota_of(database, 1, caps)
    assert quota.resets_at_milliseconds == next_month_milliseconds(NOON, SHANGHAI)
