"""This machine's clock and the provider's differ: a task whose answer was lost is found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dashscope.errors import SubmitUnknown, Unanswered
from bot.dashscope.provider_clock import ProviderClock
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS
from storage.db.database import Database
from storage.jobs.tasks import Task, TaskState
from tests.support.clock import HOUR, FakeClock
from tests.support.fake_services import Fakes

SKEWS_SECONDS = (-600.0, -90.0, 0.0, 90.0, 600.0)


class Skewed(Fakes):
    """A fakes whose clock differs from the provider's, and is set now and then."""

    off_seconds = 0.0

    def set_ahead(self, seconds: float) -> None:
        """So far the provider's clock is ahead of this machine's from now on."""
        off_seconds = self.engine.ahead_seconds - seconds
        self.clock.set_wall(off_seconds - self.off_seconds)
        self.off_seconds = off_seconds

    def restart(self) -> None:
        """A process that has heard nothing of the provider."""
        self.engine.time = ProviderClock(self.clock)
        self.submission = replace(self.submission)


@pytest.fixture
async def fakes(tmp_path: Path) -> AsyncIterator[Skewed]:
    clock = FakeClock(jumps=False)
    database = await Database.open(tmp_path / "bot.db", clock)
    yield Skewed(database, clock, tmp_path / "results")
    await database.close()


async def lost_submission(fakes: Skewed) -> Task:
    """The task is created; its answer does not come."""
    task = await fakes.task_of(await fakes.waiting_job())
    fakes.restart()

    async def create() -> None:
        created_at = fakes.engine.really_now_milliseconds()
        ours = TaskSummary("ours", TaskStatus.RUNNING, fakes.engine.name, created_at)
        fakes.engine.listed.append(ours)

    fakes.engine.during_submit = create
    fakes.engine.refusal = SubmitUnknown("no answer")
    taken = await fakes.submission.take(fakes.engine)
    assert taken is not None
    await fakes.submission.submit(taken)
    return await fakes.task(task.id)


async def is_given_up_in_its_time(fakes: Skewed, task: Task) -> None:
    """By a process that was started meanwhile: not before nothing can come of it any more."""
    fakes.restart()
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    await settled(fakes, task)
    assert (await fakes.task(task.id)).state == TaskState.READY


async def is_asked_about(fakes: Skewed, task: Task) -> None:
    """The operator is, and until then nothing else becomes of it."""
    await settled(fakes, task)
    await fakes.post()
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    assert f"/adopt {task.job_id} ours" in fakes.told()[0]


async def settled(fakes: Skewed, task: Task) -> None:
    fakes.clock.advance(SETTLED_AFTER_MILLISECONDS / 1000 + 2)
    await fakes.submission.reconcile(task)


@pytest.mark.sampled(every=3)
@pytest.mark.parametrize("later_seconds", [5.0, 7 * 60.0])
@pytest.mark.parametrize("ahead_after_seconds", SKEWS_SECONDS)
@pytest.mark.parametrize("ahead_seconds", SKEWS_SECONDS)
async def test_a_lost_task_is_found_whatever_the_clocks_say_then_and_after_a_restart(
    fakes: Skewed, ahead_seconds: float, ahead_after_seconds: float, later_seconds: float
) -> None:
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    fakes.clock.advance(later_seconds)
    fakes.set_ahead(ahead_after_seconds)
    fakes.restart()
    await fakes.submission.reconcile(task)
    found = await fakes.task(task.id)
    assert (found.state, found.task_id) == (TaskState.RUNNING, "ours")


@pytest.mark.parametrize("ahead_seconds", SKEWS_SECONDS)
@pytest.mark.parametrize("away_seconds", [-600.0, 600.0])
async def test_a_task_of_ten_minutes_away_is_not_taken(
    fakes: Skewed, ahead_seconds: float, away_seconds: float
) -> None:
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    created_at = fakes.engine.really_now_milliseconds() + round(away_seconds * 1000)
    fakes.engine.listed = [TaskSummary("other", TaskStatus.RUNNING, None, created_at)]
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING


@pytest.mark.parametrize("ahead_seconds", [-23 * HOUR, *SKEWS_SECONDS, 23 * HOUR])
async def test_a_submission_that_was_never_made_is_given_up_in_its_time(
    fakes: Skewed, ahead_seconds: float
) -> None:
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    fakes.engine.listed = []
    await is_given_up_in_its_time(fakes, task)


@pytest.mark.parametrize("ahead_seconds", [-90.0, 0.0, 90.0])
async def test_without_a_date_clocks_that_differ_little_are_borne_with(
    fakes: Skewed, ahead_seconds: float
) -> None:
    fakes.engine.sends_date = False
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    fakes.restart()
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).task_id == "ours"


async def test_nothing_is_submitted_while_the_time_cannot_be_had(
    fakes: Skewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def learn_time() -> None:
        raise Unanswered("no answer")

    monkeypatch.setattr(fakes.engine, "learn_time", learn_time)
    task = await lost_submission(fakes)
    assert (task.state, fakes.engine.submitted) == (TaskState.READY, [])


@pytest.mark.parametrize("ahead_seconds", [-23 * HOUR, -3 * HOUR, -600.0, 600.0, 3 * HOUR])
@pytest.mark.parametrize("lag_seconds", [0.0, 60.0])
async def test_without_a_date_the_operator_is_asked_instead_of_paying_twice(
    fakes: Skewed, ahead_seconds: float, lag_seconds: float
) -> None:
    fakes.engine.sends_date = False
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    listed, fakes.engine.listed = fakes.engine.listed, []
    fakes.restart()
    await fakes.submission.reconcile(task)
    fakes.clock.advance(lag_seconds)
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    fakes.engine.listed = listed
    await fakes.submission.reconcile(task)
    await is_asked_about(fakes, task)
    assert fakes.engine.submitted == [task.name]


@pytest.mark.parametrize("set_seconds", [-3 * HOUR, 3 * HOUR])
async def test_without_a_date_a_clock_that_was_set_does_not_shorten_the_wait(
    fakes: Skewed, set_seconds: float
) -> None:
    fakes.engine.sends_date = False
    task = await lost_submission(fakes)
    fakes.engine.listed = []
    fakes.set_ahead(set_seconds)
    await is_given_up_in_its_time(fakes, task)


@pytest.mark.parametrize("ahead_seconds", [-3 * HOUR, 3 * HOUR])
async def test_a_date_that_comes_after_the_submission_does_not_make_it_dated(
    fakes: Skewed, ahead_seconds: float
) -> None:
    fakes.engine.sends_date = False
    fakes.set_ahead(ahead_seconds)
    task = await lost_submission(fakes)
    fakes.engine.sends_date = True
    fakes.restart()
    await fakes.submission.reconcile(task)
    await is_asked_about(fakes, task)
