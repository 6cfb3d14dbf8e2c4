"""After a restore a submission that was under way takes no task that may be a later job's."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.dashscope.task import TaskStatus, TaskSummary
from bot.pipeline.restoration import Restoration
from storage import moves
from storage.jobs import Job
from tests.pipeline.engines import ScriptedEngine
from tests.pipeline.shop import Shop


@dataclass
class Listing:
    """What the provider's list of tasks shows."""

    tasks: list[TaskSummary] = field(default_factory=list)

    async def __call__(self, start_milliseconds: int, end_milliseconds: int) -> list[TaskSummary]:
        return [
            task
            for task in self.tasks
            if start_milliseconds <= (task.created_at_milliseconds or 0) <= end_milliseconds
        ]


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> Listing:
    made = Listing()
    monkeypatch.setattr(ScriptedEngine, "submitted_between", staticmethod(made.__call__))
    return made


async def submitting(shop: Shop, listing: Listing, created_after_seconds: int) -> Job:
    """A job whose answer the database does not have, and one task of about that time."""
    job = await shop.waiting_job()
    now = shop.clock.now_milliseconds()
    engine = shop.engine
    async with shop.database.transaction() as tx:
        await moves.take_slot(
            tx, account=engine.account, slots=1, engine=engine.name, now_milliseconds=now
        )
    created = now + created_after_seconds * 1000
    listing.tasks = [TaskSummary("task-x", TaskStatus.RUNNING, engine.name, created)]
    shop.clock.advance(3_600)
    return await shop.job(job.id)


async def restored(shop: Shop) -> None:
    async with shop.database.transaction() as tx:
        await tx.execute("PRAGMA user_version = 1")
    await Restoration(shop.database, shop.engines, shop.operator, shop.clock).settle()


@pytest.mark.parametrize("created_after_seconds", [1, 200])
async def test_the_operator_says_whose_task_it_is(
    shop: Shop, listing: Listing, created_after_seconds: int
) -> None:
    job = await submitting(shop, listing, created_after_seconds)
    await restored(shop)
    for _ in range(3):
        await shop.submission.reconcile(await shop.job(job.id))
        shop.clock.advance(300)
    assert (await shop.job(job.id)).state == "submitting"
    for admin_id in await shop.operator.waiting():
        await shop.operator.send_letters(admin_id)
    questions = [text for text in shop.told() if f"/adopt {job.id} task-x" in text]
    assert len(questions) == 1


async def test_a_task_that_is_too_late_for_it_is_no_question(shop: Shop, listing: Listing) -> None:
    job = await submitting(shop, listing, 1_000)
    await restored(shop)
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).state == "ready"
    for admin_id in await shop.operator.waiting():
        await shop.operator.send_letters(admin_id)
    assert not [text for text in shop.told() if "/adopt" in text]


async def test_without_a_restore_the_only_task_that_fits_is_its_own(
    shop: Shop, listing: Listing
) -> None:
    job = await submitting(shop, listing, 1)
    await shop.submission.reconcile(job)
    assert (await shop.job(job.id)).task_id == "task-x"
