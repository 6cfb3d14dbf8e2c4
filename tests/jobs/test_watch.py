"""Whatever a task's states are, its job ends once, and nothing paid for is given up too early."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.dashscope.errors import ServiceStopped, StopCause, Unanswered
from bot.dashscope.tasks import ProviderTask, TaskStatus
from bot.jobs.watch import DEADLINE_SECONDS, FORGOTTEN_SECONDS
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task, TaskState
from tests.support.fake_services import Fakes
from tests.support.scripted_engine import failure, state, success

MINUTE = 60.0
HOUR = 3600.0

NOTHING = {"held": 0, "quota": 0, "money": 0, "flagged": 0}
LOST = {"held": 0, "quota": 0, "money": 2_500_000, "flagged": 0}
"""The bot bears it: nobody knows whether it was billed."""


async def watched(fakes: Fakes) -> Task:
    """The running task after its watch has ended."""
    task = await fakes.running_task()
    await fakes.watch.watch(task)
    return await fakes.task(task.id)


async def end_of(fakes: Fakes, task: Task) -> tuple[str, list[str]]:
    """The last word on the status message, and its buttons."""
    job = await fakes.job(task.job_id)
    assert job.status_message_id is not None
    said = fakes.sender.messages[job.status_message_id]
    return said.text, said.buttons


async def test_a_failure_without_a_reason_is_free_and_can_be_tried_again(fakes: Fakes) -> None:
    fakes.engine.will_answer([state("RUNNING"), failure()])
    task = await watched(fakes)
    assert (task.state, task.failure) == (TaskState.FAILED, "failed-service")
    text, buttons = await end_of(fakes, task)
    assert "Nothing was charged" in text
    assert buttons == ["Try again · 5 s"]
    assert await fakes.ledger() == NOTHING


async def test_a_task_unknown_at_first_is_waited_for(fakes: Fakes) -> None:
    fakes.engine.will_answer(
        [*[state("UNKNOWN")] * 3, state("PENDING"), state("RUNNING"), success()], every_seconds=15
    )
    assert (await watched(fakes)).state == TaskState.FETCHING
    await fakes.post()
    assert fakes.told() == []


async def test_a_task_unknown_for_a_moment_after_it_was_known_is_not_given_up(fakes: Fakes) -> None:
    fakes.engine.will_answer(
        [*([state("RUNNING"), *[state("UNKNOWN")] * 3] * 2), success()], every_seconds=15
    )
    assert (await watched(fakes)).state == TaskState.FETCHING


@pytest.mark.parametrize("before", [[], [state("RUNNING")] * 4])
async def test_a_task_that_stays_unknown_is_lost_reported_and_booked_as_the_bots_own(
    fakes: Fakes, before: list[ProviderTask]
) -> None:
    fakes.engine.will_answer([*before, *[state("UNKNOWN")] * 99], every_seconds=15)
    task = await watched(fakes)
    assert (task.state, task.failure) == (TaskState.FAILED, "failed-lost")
    assert fakes.engine.queries == len(before) + 5
    await fakes.post()
    (told,) = fakes.told()
    assert "may be lost" in told
    assert await fakes.ledger() == LOST


async def test_a_success_whose_address_comes_late_is_fetched_from_there(fakes: Fakes) -> None:
    fakes.engine.will_answer([success(None, None), success(None), success()])
    task = await watched(fakes)
    assert (task.state, task.video_url) == (TaskState.FETCHING, "https://x/y.mp4")
    await fakes.post()
    assert fakes.told() == []


async def test_a_success_without_an_address_frees_the_slot_and_is_not_given_up(
    fakes: Fakes,
) -> None:
    fakes.engine.will_answer(itertools.repeat(success(None)))
    task = await watched(fakes)
    assert (task.state, task.slot, task.video_url) == (TaskState.FETCHING, None, None)
    assert task.billed_milliseconds == 5_000


async def test_states_nobody_documented_mean_that_it_runs(fakes: Fakes) -> None:
    fakes.engine.will_answer([state("PRE-PROCESSING"), state("DREAMING"), success()])
    assert (await watched(fakes)).state == TaskState.FETCHING


@pytest.mark.parametrize("what", ["query: 500 Internal", "query: an answer of unexpected shape"])
async def test_no_usable_answer_for_an_hour_loses_nothing(fakes: Fakes, what: str) -> None:
    fakes.engine.will_answer([*[Unanswered(what)] * 60, success()], every_seconds=MINUTE)
    assert (await watched(fakes)).state == TaskState.FETCHING
    assert fakes.engine.queries == 61
    await fakes.post()
    assert fakes.told() == []


async def test_a_provider_that_answers_nothing_until_it_has_forgotten_the_task_is_reported(
    fakes: Fakes,
) -> None:
    fakes.engine.will_answer(itertools.repeat(Unanswered("query: 500")), every_seconds=HOUR)
    task = await watched(fakes)
    assert task.failure == "failed-lost"
    assert fakes.engine.queries == FORGOTTEN_SECONDS / HOUR
    await fakes.post()
    assert "may be lost" in fakes.told()[0]


async def test_a_render_of_nearly_three_hours_is_waited_for(fakes: Fakes) -> None:
    fakes.engine.will_answer([*[state("RUNNING")] * 178, success()], every_seconds=MINUTE)
    assert (await watched(fakes)).state == TaskState.FETCHING
    assert fakes.engine.queries == 179


async def test_a_render_that_the_provider_gives_up_after_three_hours_is_free(fakes: Fakes) -> None:
    timeout = failure("InternalError.Timeout")
    fakes.engine.will_answer([*[state("RUNNING")] * 180, timeout], every_seconds=MINUTE)
    task = await watched(fakes)
    assert task.failure == "failed-timeout"
    assert (await end_of(fakes, task))[1] == ["Try again · 5 s"]
    await fakes.post()
    assert fakes.told() == []
    assert await fakes.ledger() == NOTHING


async def test_a_render_without_an_end_is_given_up_and_reported(fakes: Fakes) -> None:
    fakes.engine.will_answer(itertools.repeat(state("RUNNING")), every_seconds=MINUTE)
    task = await watched(fakes)
    assert (task.failure, task.slot) == ("failed-lost", None)
    assert fakes.engine.queries == DEADLINE_SECONDS / MINUTE
    await fakes.post()
    assert "did not end in time" in fakes.told()[0]


async def test_hours_of_waiting_behind_another_programs_tasks_do_not_count_as_rendering(
    fakes: Fakes,
) -> None:
    begins = fakes.clock.now_milliseconds() + round(5 * HOUR * 1000)
    rendering = ProviderTask("task-1", TaskStatus.RUNNING, scheduled_at_milliseconds=begins)
    fakes.engine.will_answer(
        [*[state("PENDING")] * 300, *[rendering] * 178, success()], every_seconds=MINUTE
    )
    assert (await watched(fakes)).state == TaskState.FETCHING


@pytest.mark.parametrize(
    ("billed", "flagged", "told"), [(None, 0, "without a bill"), (9_000, 1, "its hold")]
)
async def test_a_bill_that_does_not_fit_its_hold_is_reported_and_the_person_pays_the_hold(
    fakes: Fakes, billed: int | None, flagged: int, told: str
) -> None:
    fakes.engine.will_answer([success(billed=billed)])
    task = await watched(fakes)
    await fakes.post()
    assert told in fakes.told()[0]
    async with fakes.database.transaction() as tx:
        await task_moves.fetched(tx, task)
    await fakes.deliver(await fakes.job(task.job_id))
    money = (billed or 5_000) * 500
    assert await fakes.ledger() == {"held": 0, "quota": 5_000, "money": money, "flagged": flagged}


@pytest.mark.parametrize(("billed", "is_news"), [(4_990, False), (5_049, False), (5_050, True)])
async def test_a_bill_that_is_rounded_is_no_news(fakes: Fakes, billed: int, is_news: bool) -> None:
    fakes.engine.will_answer([success(billed=billed)])
    await watched(fakes)
    await fakes.post()
    assert bool(fakes.told()) is is_news


async def test_a_task_that_failed_because_the_account_is_unpaid_stops_the_next_submission(
    fakes: Fakes,
) -> None:
    fakes.engine.will_answer([failure("Arrearage")])
    task = await watched(fakes)
    assert (task.state, task.refusals) == (TaskState.READY, 1)
    assert await fakes.outages.is_stopped()


async def test_a_key_revoked_while_a_task_runs_is_no_end_of_it(fakes: Fakes) -> None:
    fakes.engine.will_answer([ServiceStopped("query: 401", cause=StopCause.KEY)])
    task = await fakes.running_task()
    with pytest.raises(ServiceStopped):
        await fakes.watch.watch(task)
    assert (await fakes.task(task.id)).state == TaskState.RUNNING


@pytest.mark.parametrize(("billed", "state"), [(3_900, "failed"), (4_100, "fetching")])
async def test_an_adopted_task_of_another_length_is_somebody_elses(
    fakes: Fakes, billed: int, state: str
) -> None:
    fakes.engine.will_answer([success("https://x/y.mp4", billed)])
    task = await fakes.running_task()
    async with fakes.database.transaction() as tx:
        await tx.execute("UPDATE tasks SET adopted = 1 WHERE id = :id", id=task.id)
    await fakes.watch.watch(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == state
    if state == "failed":
        assert await fakes.ledger() == LOST
        await fakes.post()
        (told,) = fakes.told()
        assert "not ours" in told


@pytest.mark.parametrize(("told", "learned"), [(3_000, 3_000), (None, 60_000), (90_000, 60_000)])
async def test_what_is_learned_is_how_long_the_provider_took_not_when_it_was_noticed(
    fakes: Fakes, told: int | None, learned: int
) -> None:
    task = await fakes.running_task()
    fakes.clock.advance(60)
    fakes.engine.will_answer([replace(success(), took_milliseconds=told)])
    await fakes.watch.watch(task)
    (ratio,) = await tasks.durations(fakes.database, task.engine, 1)
    assert ratio == pytest.approx(learned / 5_000, abs=0.01)


async def test_a_preview_is_looked_at_at_once_and_often_whatever_is_set(fakes: Fakes) -> None:
    """A look at this machine costs nothing."""
    task = replace(await fakes.running_task(), engine="preview")
    for poll_seconds in (None, 3600.0):
        limits = fakes.common.limits.model_copy(update={"poll_seconds": poll_seconds})
        fakes.watch.common = replace(fakes.common, limits=limits)
        schedule = await fakes.watch._schedule(task)
        assert schedule.first_seconds(18_500) == schedule.next_seconds(18_500, 0.0) <= 0.5
