"""Whatever a task's states are, its job ends once, and nothing paid for is given up too early."""

from __future__ import annotations

import itertools

import pytest

from bot.dashscope.errors import ServiceStopped, StopCause, TryAgain
from bot.dashscope.tasks import Task, TaskStatus
from bot.jobs.watch import DEADLINE_SECONDS, FORGOTTEN_SECONDS
from storage.jobs import moves
from storage.jobs.jobs import Job, JobState
from tests.pipeline.engines import failure, state, success
from tests.pipeline.shop import Shop

MINUTE = 60.0
HOUR = 3600.0

NOTHING = {"held": 0, "quota": 0, "money": 0, "flagged": 0}


async def watched(shop: Shop) -> Job:
    """The running job after its watch has ended."""
    job = await shop.running_job()
    await shop.watch.watch(job)
    return await shop.job(job.id)


def end_of(shop: Shop, job: Job) -> tuple[str, list[str]]:
    """The last word on the status message, and its buttons."""
    assert job.status_message_id is not None
    said = shop.paper.messages[job.status_message_id]
    return said.text, said.buttons


async def test_a_failure_without_a_reason_is_free_and_can_be_tried_again(shop: Shop) -> None:
    shop.engine.will_answer([state("RUNNING"), failure()])
    job = await watched(shop)
    assert (job.state, job.failure) == (JobState.FAILED, "failed-service")
    text, buttons = end_of(shop, job)
    assert "Nothing was charged" in text
    assert buttons == ["Try again"]
    assert await shop.ledger() == NOTHING


async def test_a_task_unknown_at_first_is_waited_for(shop: Shop) -> None:
    shop.engine.will_answer(
        [*[state("UNKNOWN")] * 3, state("PENDING"), state("RUNNING"), success()], every_seconds=15
    )
    assert (await watched(shop)).state == JobState.FETCHING
    await shop.post()
    assert shop.told() == []


async def test_a_task_unknown_for_a_moment_after_it_was_known_is_not_given_up(shop: Shop) -> None:
    shop.engine.will_answer(
        [*([state("RUNNING"), *[state("UNKNOWN")] * 3] * 2), success()],
        every_seconds=15,
    )
    assert (await watched(shop)).state == JobState.FETCHING


@pytest.mark.parametrize("before", [[], [state("RUNNING")] * 4])
async def test_a_task_that_stays_unknown_is_lost_reported_and_free(
    shop: Shop, before: list[Task]
) -> None:
    shop.engine.will_answer([*before, *[state("UNKNOWN")] * 99], every_seconds=15)
    job = await watched(shop)
    assert (job.state, job.failure) == (JobState.FAILED, "failed-lost")
    assert shop.engine.queries == len(before) + 5
    await shop.post()
    (told,) = shop.told()
    assert "may be lost" in told
    assert await shop.ledger() == NOTHING


async def test_a_success_whose_address_comes_late_is_fetched_from_there(shop: Shop) -> None:
    shop.engine.will_answer([success(None, None), success(None), success()])
    job = await watched(shop)
    assert (job.state, job.video_url) == (JobState.FETCHING, "https://x/y.mp4")
    await shop.post()
    assert shop.told() == []


async def test_a_success_without_an_address_frees_the_slot_and_is_not_given_up(
    shop: Shop,
) -> None:
    shop.engine.will_answer(itertools.repeat(success(None)))
    job = await watched(shop)
    assert (job.state, job.slot, job.video_url) == (JobState.FETCHING, None, None)
    assert job.billed_milliseconds == 5_000


async def test_states_nobody_documented_mean_that_it_runs(shop: Shop) -> None:
    shop.engine.will_answer([state("PRE-PROCESSING"), state("DREAMING"), success()])
    assert (await watched(shop)).state == JobState.FETCHING


@pytest.mark.parametrize("what", ["query: 500 Internal", "query: an answer of unexpected shape"])
async def test_no_usable_answer_for_an_hour_loses_nothing(shop: Shop, what: str) -> None:
    shop.engine.will_answer([*[TryAgain(what)] * 60, success()], every_seconds=MINUTE)
    assert (await watched(shop)).state == JobState.FETCHING
    assert shop.engine.queries == 61
    await shop.post()
    assert shop.told() == []


async def test_a_provider_that_answers_nothing_until_it_has_forgotten_the_task_is_reported(
    shop: Shop,
) -> None:
    shop.engine.will_answer(itertools.repeat(TryAgain("query: 500")), every_seconds=HOUR)
    job = await watched(shop)
    assert job.failure == "failed-lost"
    assert shop.engine.queries == FORGOTTEN_SECONDS / HOUR
    await shop.post()
    assert "may be lost" in shop.told()[0]


async def test_a_render_of_nearly_three_hours_is_waited_for(shop: Shop) -> None:
    shop.engine.will_answer([*[state("RUNNING")] * 178, success()], every_seconds=MINUTE)
    assert (await watched(shop)).state == JobState.FETCHING
    assert shop.engine.queries == 179


async def test_a_render_that_the_provider_gives_up_after_three_hours_is_free(shop: Shop) -> None:
    timeout = failure("InternalError.Timeout")
    shop.engine.will_answer([*[state("RUNNING")] * 180, timeout], every_seconds=MINUTE)
    job = await watched(shop)
    assert job.failure == "failed-timeout"
    assert end_of(shop, job)[1] == ["Try again"]
    await shop.post()
    assert shop.told() == []
    assert await shop.ledger() == NOTHING


async def test_a_render_without_an_end_is_given_up_and_reported(shop: Shop) -> None:
    shop.engine.will_answer(itertools.repeat(state("RUNNING")), every_seconds=MINUTE)
    job = await watched(shop)
    assert (job.failure, job.slot) == ("failed-lost", None)
    assert shop.engine.queries == DEADLINE_SECONDS / MINUTE
    await shop.post()
    assert "did not end in time" in shop.told()[0]


async def test_hours_of_waiting_behind_another_programs_tasks_do_not_count_as_rendering(
    shop: Shop,
) -> None:
    begins = shop.clock.now_milliseconds() + round(5 * HOUR * 1000)
    rendering = Task("task-1", TaskStatus.RUNNING, scheduled_at_milliseconds=begins)
    shop.engine.will_answer(
        [*[state("PENDING")] * 300, *[rendering] * 178, success()], every_seconds=MINUTE
    )
    assert (await watched(shop)).state == JobState.FETCHING


@pytest.mark.parametrize(("billed", "flagged"), [(None, 0), (9_000, 1)])
async def test_a_bill_that_does_not_fit_its_hold_is_reported_and_the_person_pays_the_hold(
    shop: Shop, billed: int | None, flagged: int
) -> None:
    shop.engine.will_answer([success(billed=billed)])
    job = await watched(shop)
    await shop.post()
    assert "does not fit its hold" in shop.told()[0]
    async with shop.database.transaction() as tx:
        await moves.fetched(tx, job.id)
    await shop.deliver(job)
    money = (billed or 5_000) * 500
    assert await shop.ledger() == {"held": 0, "quota": 5_000, "money": money, "flagged": flagged}


async def test_a_task_that_failed_because_the_account_is_unpaid_stops_the_next_submission(
    shop: Shop,
) -> None:
    shop.engine.will_answer([failure("Arrearage")])
    job = await watched(shop)
    assert job.failure == "failed-stopped"
    assert await shop.outages.is_stopped()


async def test_a_key_revoked_while_a_task_runs_is_no_end_of_it(shop: Shop) -> None:
    shop.engine.will_answer([ServiceStopped("query: 401", cause=StopCause.KEY)])
    job = await shop.running_job()
    with pytest.raises(ServiceStopped):
        await shop.watch.watch(job)
    assert (await shop.job(job.id)).state == JobState.RUNNING


@pytest.mark.parametrize(("billed", "state"), [(3_900, "failed"), (4_100, "fetching")])
async def test_an_adopted_task_of_another_length_is_somebody_elses(
    shop: Shop, billed: int, state: str
) -> None:
    shop.engine.will_answer([success("https://x/y.mp4", billed)])
    job = await shop.running_job()
    async with shop.database.transaction() as tx:
        await tx.execute("UPDATE jobs SET adopted = 1 WHERE id = :id", {"id": job.id})
    await shop.watch.watch(await shop.job(job.id))
    assert (await shop.job(job.id)).state == state
    if state == "failed":
        assert await shop.ledger() == NOTHING
        await shop.post()
        (told,) = shop.told()
        assert "not ours" in told
