"""After a restore a submission that was under way takes no task that may be a later job's."""

from __future__ import annotations

import pytest

from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.jobs.recover import Restoration
from storage.jobs import moves
from storage.jobs.jobs import Job
from tests.pipeline.shop import Shop


async def submitting(shop: Shop, created_after_seconds: int) -> Job:
    """A job whose answer the database does not have, and one task of about that time."""
    job = await shop.waiting_job()
    now = shop.clock.now_milliseconds()
    engine = shop.engine
    async with shop.database.transaction() as tx:
        await moves.take_slot(tx, account=engine.account, slots=1, engine=engine.name)
    created = now + created_after_seconds * 1000
    engine.listed = [TaskSummary("task-x", TaskStatus.RUNNING, engine.name, created)]
    shop.clock.advance(3_600)
    return await shop.job(job.id)


async def restored(shop: Shop) -> None:
    async with shop.database.transaction() as tx:
        await tx.execute("PRAGMA user_version = 1")
    await Restoration(common=shop.common, engines=shop.engines).settle()


@pytest.mark.parametrize("created_after_seconds", [1, 200])
async def test_the_operator_says_whose_task_it_is(shop: Shop, created_after_seconds: int) -> None:
    job = await submitting(shop, created_after_seconds)
    await restored(shop)
    for _ in range(3):
        await shop.submission.reconcile(await shop.job(job.id))
        shop.clock.advance(300)
    assert (await shop.job(job.id)).state == "submitting"
    for admin_id in await shop.operator.waiting():
        await shop.operator.send_deliveries(admin_id)
    questions = [text for text in shop.told() if f"/adopt {job.id} task-x" in text]
    assert len(questions) == 1


async def test_a_task_that_is_too_late_for_it_is_no_question(shop: Shop) -> None:
    job = await submitting(shop, 1_000)
    await restored(shop)
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).state == "ready"
    for admin_id in await shop.operator.waiting():
        await shop.operator.send_deliveries(admin_id)
    assert not [text for text in shop.told() if "/adopt" in text]


async def test_without_a_restore_the_only_task_that_fits_is_its_own(shop: Shop) -> None:
    job = await submitting(shop, 1)
    await shop.submission.reconcile(job)
    assert (await shop.job(job.id)).task_id == "task-x"


@pytest.mark.parametrize("ahead_seconds", [-600, 600])
async def test_a_task_made_after_the_backup_is_found_whatever_this_machines_clock_says(
    shop: Shop, ahead_seconds: int
) -> None:
    """A waiting job may be the one that it was made for: it is not submitted again."""
    job = await shop.waiting_job()
    shop.engine.ahead_seconds = ahead_seconds
    created = shop.engine.really_now_milliseconds() + 1_000
    shop.engine.listed = [TaskSummary("task-x", TaskStatus.RUNNING, shop.engine.name, created)]
    shop.clock.advance(60)
    await restored(shop)
    assert (await shop.job(job.id)).failure == "failed-restored"
