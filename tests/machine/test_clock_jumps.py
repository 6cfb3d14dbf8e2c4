"""The machine's clock is set, forwards or backwards, in the middle of the work."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from unittest.mock import patch

import pytest

from bot.dashscope.errors import ServiceStopped, StopCause, SubmitUnknown
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS
from bot.jobs.watch import Watch
from bot.privacy.retention import Retention
from bot.retry import ALERT, PROBE
from bot.telegram.errors import NotSent
from storage.jobs import task_moves
from storage.jobs.tasks import Task, TaskState
from tests.support.clock import HOUR
from tests.support.deadlines import in_time
from tests.support.fake_services import OPERATOR, Fakes
from tests.support.scripted_engine import state, success

UNPAID = ServiceStopped("submit: 400 Arrearage", cause=StopCause.UNPAID, code="Arrearage")
JUMPS = [pytest.param(-5 * HOUR, id="back"), pytest.param(5 * HOUR, id="forward")]


async def submitting_task(fakes: Fakes) -> Task:
    """Accepted or not: the answer never came."""
    await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        taken = await task_moves.take_slot(
            tx, account=fakes.engine.account, slots=1, engine=fakes.engine.name
        )
    assert taken is not None
    fakes.engine.refusal = SubmitUnknown("no answer")
    await fakes.submission.submit(taken)
    return await fakes.task(taken.id)


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_task_that_runs_is_watched_to_its_end(fakes: Fakes, seconds: float) -> None:
    task = await fakes.running_task()
    fakes.clock.set_wall(seconds)
    answers = [*[state("RUNNING")] * 4, *[state("UNKNOWN")] * 2, state("RUNNING"), success()]
    fakes.engine.will_answer(answers, every_seconds=15)
    watching = asyncio.create_task(fakes.watch.watch(task))
    await fakes.until(lambda: fakes.engine.queries >= 3)
    fakes.clock.set_wall(seconds)
    await in_time(watching)
    assert (await fakes.task(task.id)).state == TaskState.FETCHING
    await fakes.post()
    assert fakes.told() == []


@pytest.mark.parametrize("seconds", JUMPS)
async def test_looks_keep_their_distance(fakes: Fakes, seconds: float) -> None:
    """Neither a tight loop nor hours without a look."""
    task = await fakes.running_task()
    waits: list[float] = []

    async def wait(wakeup: object, at_most_seconds: float) -> None:
        waits.append(at_most_seconds)
        fakes.clock.advance(max(1.0, at_most_seconds))
        if len(waits) == 3:
            fakes.clock.set_wall(seconds)

    limits = fakes.common.limits.model_copy(update={"poll_seconds": None})  # the learned intervals
    common = replace(fakes.common, limits=limits)
    common.give(fakes.engines)
    watch = Watch(common=common)
    fakes.clock.set_wall(seconds)
    fakes.engine.will_answer([*[state("RUNNING")] * 6, success()])
    with patch("bot.wakeup.Wakeup.wait", wait):
        await watch.watch(task)
    assert all(0 <= seconds <= 60 for seconds in waits), waits
    assert all(seconds >= 5 for seconds in waits[1:]), waits


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_submission_whose_task_shows_up_late_is_not_repeated(
    fakes: Fakes, seconds: float
) -> None:
    task = await submitting_task(fakes)
    created = fakes.clock.now_milliseconds()  # by the provider's clock, which is right
    fakes.clock.set_wall(seconds)
    fakes.clock.advance(30)
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    fakes.clock.set_wall(-seconds)
    fakes.engine.listed = [TaskSummary("task-1", TaskStatus.RUNNING, None, created)]
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).task_id == "task-1"
    assert len(fakes.engine.submitted) == 1


@pytest.mark.parametrize("seconds", JUMPS)
async def test_the_task_is_found_although_the_clock_was_wrong_when_it_was_submitted(
    fakes: Fakes, seconds: float
) -> None:
    created = fakes.clock.now_milliseconds()  # by the provider's clock, which is right
    fakes.clock.set_wall(seconds)
    task = await submitting_task(fakes)
    fakes.clock.set_wall(-seconds)
    fakes.clock.advance(10)
    fakes.engine.listed = [TaskSummary("task-1", TaskStatus.RUNNING, None, created)]
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).task_id == "task-1"


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_submission_that_was_never_made_is_given_up_in_its_time(
    fakes: Fakes, seconds: float
) -> None:
    task = await submitting_task(fakes)
    fakes.clock.set_wall(seconds)
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    fakes.clock.advance(SETTLED_AFTER_MILLISECONDS / 1000 + 1)
    await fakes.submission.reconcile(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.READY


@pytest.mark.parametrize("seconds", JUMPS)
async def test_progress_is_shown_whatever_the_clock_says(fakes: Fakes, seconds: float) -> None:
    job = await fakes.running_job()
    fakes.clock.set_wall(seconds)
    await fakes.worker.progress.show()
    assert job.status_message_id is not None
    text = fakes.sender.messages[job.status_message_id].text
    assert "Making your video" in text
    assert "-" not in text.replace("–", "")


@pytest.mark.parametrize("seconds", JUMPS)
async def test_what_the_provider_refuses_is_tried_again_in_its_time(
    fakes: Fakes, seconds: float
) -> None:
    await fakes.waiting_job()
    fakes.engine.refusal = UNPAID
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.rounds()
        fakes.clock.set_wall(seconds)
        await fakes.rounds()
        fakes.engine.refusal = None
        fakes.clock.advance(PROBE.delays_seconds[0])
        await fakes.until(lambda: len(fakes.engine.submitted) == 2)


async def test_what_is_to_be_said_once_is_said_once_and_in_its_time(fakes: Fakes) -> None:
    fakes.sender.failures[OPERATOR] = NotSent("not now")
    await fakes.operator.tell("disk", "operator-disk", detail="full")
    async with fakes.open():
        await fakes.until(lambda: fakes.sender.tries == 1)
        await fakes.rounds()
        fakes.clock.set_wall(-5 * HOUR)
        await fakes.rounds()
        fakes.sender.failures.clear()
        fakes.clock.advance(ALERT.delays_seconds[0])
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.operator.tell("disk", "operator-disk", detail="full")
        await fakes.rounds()
        assert len(fakes.told()) == 1


async def test_a_clock_that_was_ahead_before_a_restart_holds_up_nothing(fakes: Fakes) -> None:
    fakes.clock.set_wall(5 * HOUR)
    fakes.sender.failures[OPERATOR] = NotSent("not now")
    await fakes.operator.tell("disk", "operator-disk", detail="full")
    async with fakes.open():
        await fakes.until(lambda: fakes.sender.tries == 1)
        await fakes.rounds()
    fakes.clock.set_wall(-5 * HOUR)
    again = Fakes(fakes.database, fakes.clock, fakes.results)
    async with again.open():
        await again.rounds()
        again.clock.advance(ALERT.delays_seconds[0] + 1)
        await again.until(lambda: len(again.told()) == 1)


@pytest.mark.parametrize("seconds", JUMPS)
async def test_files_are_swept_in_their_time(fakes: Fakes, seconds: float) -> None:
    retention = Retention(common=fakes.common)
    for work in (await retention.due()).values():
        await work()
    fakes.clock.set_wall(seconds)
    assert await retention.due() == {}
    fakes.clock.advance(HOUR)
    assert await retention.due() != {}
