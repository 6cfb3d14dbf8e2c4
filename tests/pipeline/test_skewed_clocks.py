"""Clocks that differ by 90 s: a task whose answer was lost is found all the same."""

from __future__ import annotations

import pytest

from bot.dashscope.task import TaskStatus, TaskSummary
from storage import moves
from storage.jobs import Job, JobState
from tests.pipeline.shop import Shop

SKEWS_SECONDS = (-90, 0, 90)


class Listed:
    """The provider's list: one task, created by a clock of its own, shown if the span covers it."""

    def __init__(self, created_at_milliseconds: int) -> None:
        self._created_at = created_at_milliseconds

    async def __call__(self, start_milliseconds: int, end_milliseconds: int) -> list[TaskSummary]:
        if not start_milliseconds <= self._created_at <= end_milliseconds:
            return []
        return [TaskSummary("ours", TaskStatus.RUNNING, "wan2.2-s2v", self._created_at)]


async def submitting_job(shop: Shop) -> Job:
    job = await shop.waiting_job()
    async with shop.database.transaction() as tx:
        await moves.take_slot(
            tx,
            account=shop.engine.account,
            slots=1,
            engine=shop.engine.name,
            now_milliseconds=shop.clock.now_milliseconds(),
        )
    return await shop.job(job.id)


@pytest.mark.parametrize("skew_seconds", SKEWS_SECONDS)
async def test_a_lost_task_is_found_whatever_the_providers_clock_says(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, skew_seconds: int
) -> None:
    job = await submitting_job(shop)
    created_at = shop.clock.now_milliseconds() + skew_seconds * 1000
    monkeypatch.setattr(shop.engine, "submitted_between", Listed(created_at))
    shop.clock.advance(5)
    await shop.submission.reconcile(job)
    adopted = await shop.job(job.id)
    assert (adopted.state, adopted.task_id) == (JobState.RUNNING, "ours")


async def test_a_task_of_ten_minutes_before_is_not_taken(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await submitting_job(shop)
    before = shop.clock.now_milliseconds() - 600_000
    monkeypatch.setattr(shop.engine, "submitted_between", Listed(before))
    await shop.submission.reconcile(job)
    assert (await shop.job(job.id)).state == JobState.SUBMITTING
