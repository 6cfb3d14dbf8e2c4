"""Deliveries: which messages show a video, as long as that is needed and no longer."""

from __future__ import annotations

import sqlite3

import pytest

from storage.db.database import Database
from storage.groups import chats
from storage.jobs import deliveries, moves, videos
from storage.jobs.deliveries import Delivery, Form, first_cause
from storage.jobs.jobs import Job
from storage.people import deletion
from tests.storage.orders import deliver, render, start

ADA, GROUP = 712_345, -100_500


async def rendered(database: Database) -> Job:
    return await render(database, await start(database, ADA), 4_000)


async def copied(database: Database, job: Job, chat_id: int, message_id: int) -> None:
    """Sent once more, to that message."""
    async with database.transaction() as tx:
        cause = f"last:{chat_id}:{message_id}"
        await deliveries.sending(tx, job, cause, Form.VIDEO, chat_id)
        await deliveries.sent(tx, cause, Form.VIDEO, message_id, file_id="v2")


async def begun(database: Database, job: Job) -> Delivery | None:
    return await deliveries.begun(database, job, first_cause(job))


async def test_a_job_is_not_done_before_its_video_was_sent(database: Database) -> None:
    job = await rendered(database)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, first_cause(job), Form.VIDEO, ADA)
    with pytest.raises(sqlite3.IntegrityError, match="when its video was sent"):
        async with database.transaction() as tx:
            await moves.delivered(tx, job)
    assert await deliver(database, job)


async def test_what_was_certainly_not_sent_leaves_nothing(database: Database) -> None:
    job = await rendered(database)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, first_cause(job), Form.ROUND, ADA)
        await deliveries.not_sent(tx, first_cause(job))
    assert await begun(database, job) is None
    assert await deliveries.shown(database, job.id) == []


async def test_what_was_sent_stays_sent(database: Database) -> None:
    job = await rendered(database)
    assert await deliver(database, job)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, first_cause(job), Form.FILE, ADA)
        assert not await deliveries.sent(tx, first_cause(job), Form.FILE, 100)
    (row,) = await deliveries.shown(database, job.id)
    assert (row.form, row.message_id) == (Form.VIDEO, 99)


async def test_a_message_that_becomes_the_video_is_gone_on_with_before_one_of_unknown_fate(
    database: Database,
) -> None:
    job = await rendered(database)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, first_cause(job), Form.VIDEO, ADA)
        await deliveries.sending(tx, job, f"{first_cause(job)}:{ADA}:5", Form.VIDEO, ADA, 5)
    row = await begun(database, job)
    assert row is not None
    assert row.message_id == 5
    async with database.transaction() as tx:
        await deliveries.removed(tx, row.id)
    row = await begun(database, job)
    assert row is not None
    assert row.message_id is None


async def test_the_numbers_of_a_chat_that_moved_are_used_for_what_was_sent_there_only(
    database: Database,
) -> None:
    job = await rendered(database)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, f"{first_cause(job)}:{GROUP}:5", Form.VIDEO, GROUP, 5)
    await copied(database, job, GROUP, 7)
    async with database.transaction() as tx:
        await chats.move(tx, GROUP, GROUP - 1)
    rows = await deliveries.shown(database, job.id)
    assert [(row.chat_id, row.message_id) for row in rows] == [(GROUP, None), (GROUP, 7)]
    assert await videos.shown_in(database, GROUP - 1, 7, None, is_ours=False) is None


async def test_every_copy_leads_to_its_job(database: Database) -> None:
    job = await rendered(database)
    assert await deliver(database, job)
    await copied(database, job, ADA, 120)
    for message_id, file_id in ((99, None), (120, None), (4_711, "v2")):
        found = await videos.shown_in(database, ADA, message_id, file_id, is_ours=True)
        assert found is not None
        assert found.id == job.id
    assert await videos.shown_in(database, ADA, 4_711, None, is_ours=False) is None


async def test_of_somebody_forgotten_the_copies_in_groups_stay_known_and_lead_to_nobody(
    database: Database,
) -> None:
    job = await rendered(database)
    assert await deliver(database, job)
    await copied(database, job, GROUP, 7)
    async with database.transaction() as tx:
        await deletion.forget(tx, ADA, -5)
    rows = await deliveries.shown(database, job.id)
    assert [(row.chat_id, row.message_id) for row in rows] == [(0, None), (GROUP, 7)]
    assert not any(row.file_id or str(ADA) in row.cause for row in rows)
    found = await videos.shown_in(database, GROUP, 7, None, is_ours=True)
    assert found is not None
    assert found.id == job.id
