"""The machine's clock is set, forwards or backwards, in the middle of the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from bot.dashscope.errors import SubmitUnknown
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS
from storage.db.database import Database
from storage.jobs import moves
from storage.jobs.jobs import Job, JobState
from tests.pipeline.engines import state, success
from tests.pipeline.shop import Shop
from tests.support.clock import HOUR, FakeClock
from tests.support.deadlines import in_time

JUMPS = [pytest.param(-5 * HOUR, id="back"), pytest.param(5 * HOUR, id="forward")]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    clock = FakeClock(jumps=False)
    database = await Database.open(tmp_path / "bot.db", clock)
    yield Shop(database, clock, tmp_path / "results")
    await database.close()


async def submitting_job(shop: Shop) -> Job:
    """Accepted or not: the answer never came."""
    await shop.waiting_job()
    async with shop.database.transaction() as tx:
        job = await moves.take_slot(
            tx, account=shop.engine.account, slots=1, engine=shop.engine.name
        )
    assert job is not None
    shop.engine.refusal = SubmitUnknown("no answer")
    await shop.submission.submit(job)
    return await shop.job(job.id)


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_task_that_runs_is_watched_to_its_end(shop: Shop, seconds: float) -> None:
    job = await shop.running_job()
    shop.clock.set_wall(seconds)
    answers = [*[state("RUNNING")] * 4, *[state("UNKNOWN")] * 2, state("RUNNING"), success()]
    shop.engine.will_answer(answers, every_seconds=15)
    watching = asyncio.create_task(shop.watch.watch(job))
    await shop.until(lambda: shop.engine.queries >= 3)
    shop.clock.set_wall(seconds)
    await in_time(watching)
    assert (await shop.job(job.id)).state == JobState.FETCHING
    await shop.post()
    assert shop.told() == []


@pytest.mark.parametrize("seconds", JUMPS)
async def test_looks_keep_their_distance(shop: Shop, seconds: float) -> None:
    """Neither a tight loop nor hours without a look."""
    job = await shop.running_job()
    waits: list[float] = []

    async def wait(wakeup: object, at_most_seconds: float) -> None:
        waits.append(at_most_seconds)
        shop.clock.advance(max(1.0, at_most_seconds))
        if len(waits) == 3:
            shop.clock.set_wall(seconds)

    limits = replace(shop.common.limits, poll_seconds=None)  # the learned intervals
    watch = replace(shop.watch, common=replace(shop.common, limits=limits))
    shop.clock.set_wall(seconds)
    shop.engine.will_answer([*[state("RUNNING")] * 6, success()])
    with patch("bot.outbox.Wakeup.wait", wait):
        await watch.watch(job)
    assert all(0 <= seconds <= 60 for seconds in waits), waits
    assert all(seconds >= 5 for seconds in waits[1:]), waits


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_submission_whose_task_shows_up_late_is_not_repeated(
    shop: Shop, seconds: float
) -> None:
    job = await submitting_job(shop)
    created = shop.clock.now_milliseconds()  # by the provider's clock, which is right
    shop.clock.set_wall(seconds)
    shop.clock.advance(30)
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).state == JobState.SUBMITTING
    shop.clock.set_wall(-seconds)
    shop.engine.listed = [TaskSummary("task-1", TaskStatus.RUNNING, None, created)]
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).task_id == "task-1"
    assert len(shop.engine.submitted) == 1


@pytest.mark.parametrize("seconds", JUMPS)
async def test_the_task_is_found_although_the_clock_was_wrong_when_it_was_submitted(
    shop: Shop, seconds: float
) -> None:
    created = shop.clock.now_milliseconds()  # by the provider's clock, which is right
    shop.clock.set_wall(seconds)
    job = await submitting_job(shop)
    shop.clock.set_wall(-seconds)
    shop.clock.advance(10)
    shop.engine.listed = [TaskSummary("task-1", TaskStatus.RUNNING, None, created)]
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).task_id == "task-1"


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_submission_that_was_never_made_is_given_up_in_its_time(
    shop: Shop, seconds: float
) -> None:
    job = await submitting_job(shop)
    shop.clock.set_wall(seconds)
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).state == JobState.SUBMITTING
    shop.clock.advance(SETTLED_AFTER_MILLISECONDS / 1000 + 1)
    await shop.submission.reconcile(await shop.job(job.id))
    assert (await shop.job(job.id)).state == JobState.READY


@pytest.mark.parametrize("seconds", JUMPS)
async def test_progress_is_shown_whatever_the_clock_says(shop: Shop, seconds: float) -> None:
    job = await shop.running_job()
    shop.clock.set_wall(seconds)
    await shop.pipeline._progress.show()
    assert job.status_message_id is not None
    text = shop.paper.messages[job.status_message_id].text
    assert "Making your video" in text
    assert "-" not in text.replace("–", "")
