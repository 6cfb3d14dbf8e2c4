"""After a restore a submission that was under way takes no task that may be a later job's."""

from __future__ import annotations

import pytest

from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.jobs.recover import Restoration
from storage.jobs import task_moves
from storage.jobs.tasks import Task
from tests.support.fake_services import Fakes


async def submitting(fakes: Fakes, created_after_seconds: int) -> Task:
    """A task whose answer the database does not have, and one task of about that time."""
    task = await fakes.task_of(await fakes.waiting_job())
    now = fakes.clock.now_milliseconds()
    engine = fakes.engine
    async with fakes.database.transaction() as tx:
        await task_moves.take_slot(
            tx, account=engine.account, slots=1, engine=engine.name, dated=True
        )
    created = now + created_after_seconds * 1000
    engine.listed = [TaskSummary("task-x", TaskStatus.RUNNING, engine.name, created)]
    fakes.clock.advance(3_600)
    return await fakes.task(task.id)


async def restored(fakes: Fakes) -> None:
    async with fakes.database.transaction() as tx:
        await tx.execute("PRAGMA user_version = 1")
    await Restoration(common=fakes.common).settle()


@pytest.mark.parametrize("created_after_seconds", [1, 200])
async def test_the_operator_says_whose_task_it_is(fakes: Fakes, created_after_seconds: int) -> None:
    task = await submitting(fakes, created_after_seconds)
    await restored(fakes)
    for _ in range(3):
        await fakes.submission.reconcile(await fakes.task(task.id))
        fakes.clock.advance(300)
    assert (await fakes.task(task.id)).state == "submitting"
    await fakes.post()
    questions = [text for text in fakes.told() if f"/adopt {task.job_id} task-x" in text]
    assert len(questions) == 1


async def test_a_task_that_is_too_late_for_it_is_no_question(fakes: Fakes) -> None:
    task = await submitting(fakes, 1_000)
    await restored(fakes)
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == "ready"
    await fakes.post()
    assert not [text for text in fakes.told() if "/adopt" in text]


async def test_without_a_restore_the_only_task_that_fits_is_its_own(fakes: Fakes) -> None:
    task = await submitting(fakes, 1)
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).task_id == "task-x"


@pytest.mark.parametrize("ahead_seconds", [-600, 600])
async def test_a_task_made_after_the_backup_is_found_whatever_this_machines_clock_says(
    fakes: Fakes, ahead_seconds: int
) -> None:
    """A waiting job may be the one that it was made for: it is not submitted again."""
    task = await fakes.task_of(await fakes.waiting_job())
    fakes.engine.ahead_seconds = ahead_seconds
    created = fakes.engine.really_now_milliseconds() + 1_000
    fakes.engine.listed = [TaskSummary("task-x", TaskStatus.RUNNING, fakes.engine.name, created)]
    fakes.clock.advance(60)
    await restored(fakes)
    assert (await fakes.task(task.id)).failure == "failed-restored"
