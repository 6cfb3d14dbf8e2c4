"""What the provider refuses again and again: the slot is free, the person and the operator know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.dashscope.errors import DashScopeError, Declined, InputNotFetched, SubmitUnknown, Throttled
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS
from bot.retry import SUBMIT
from storage import due
from storage.jobs import moves
from storage.jobs.jobs import Job
from storage.jobs.tasks import TaskState
from tests.storage.orders import task_of
from tests.support.fake_services import Fakes
from tests.support.texts import said

DECLINED = Declined("submit: 400 InternalError.Algo", code="InternalError.Algo")
HELD_BACK = said("job-held-back")


def status(fakes: Fakes, job: Job) -> str:
    assert job.status_message_id is not None
    return fakes.sender.messages[job.status_message_id].text


def in_state(fakes: Fakes, job: Job, state: TaskState) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await fakes.task_of(job)).state == state

    return look


async def as_time_passes(fakes: Fakes, seen: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Wait for it with the clock running on at that speed."""

    async def look() -> bool:
        fakes.clock.advance(seconds)
        return await seen()

    await fakes.until(look)


@pytest.mark.parametrize(
    ("refusal", "step_seconds"),
    [
        (DECLINED, 1.0),
        (InputNotFetched("submit: 400", code="InvalidURL.Timeout"), 1.0),
        (SubmitUnknown("submit: 500"), SETTLED_AFTER_MILLISECONDS / 1000 / 8),
    ],
)
async def test_it_ends_free_after_three_times_and_both_are_told(
    fakes: Fakes, refusal: DashScopeError, step_seconds: float
) -> None:
    job = await fakes.waiting_job()
    fakes.engine.refusal = refusal
    async with fakes.open():
        await as_time_passes(fakes, in_state(fakes, job, TaskState.FAILED), step_seconds)
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.until(lambda: "Nothing was charged" in status(fakes, job))
    assert fakes.engine.submitted == [f"{job.id}.1"] * 3
    assert "again and again" in fakes.told()[0]
    assert (await fakes.ledger())["held"] == 0
    assert (await fakes.ledger())["money"] == 0


async def test_the_next_person_has_the_slot_while_one_waits_to_be_tried_again(fakes: Fakes) -> None:
    first, second = [await fakes.waiting_job(user_id) for user_id in (1, 2)]
    fakes.engine.refusal = DECLINED

    async def only_the_first() -> None:
        fakes.engine.refusal = DECLINED if fakes.engine.submitted[-1] == f"{first.id}.1" else None

    fakes.engine.during_submit = only_the_first
    async with fakes.open():
        await fakes.until(in_state(fakes, second, TaskState.RUNNING))
    assert fakes.engine.submitted == [f"{first.id}.1", f"{second.id}.1"]
    assert (await fakes.task_of(first)).state == TaskState.READY


async def test_the_operator_hears_once_of_many_that_end_so(fakes: Fakes) -> None:
    waiting = [await fakes.waiting_job(user_id) for user_id in (1, 2, 3)]
    fakes.engine.refusal = DECLINED

    async def all_over() -> bool:
        return {(await fakes.job(job.id)).state for job in waiting} == {"failed"}

    async with fakes.open():
        await as_time_passes(fakes, all_over, 1.0)
        await fakes.until(lambda: all("Nothing was charged" in status(fakes, j) for j in waiting))
        await fakes.rounds()
    assert len(fakes.told()) == 1
    assert sorted(fakes.engine.submitted) == sorted([f"{job.id}.1" for job in waiting] * 3)


async def test_a_restart_does_not_begin_to_count_anew(fakes: Fakes) -> None:
    job = await fakes.waiting_job()
    fakes.engine.refusal = DECLINED
    for number in (1, 2):
        async with fakes.open():
            fakes.clock.advance(60)
            await fakes.until(lambda times=number: len(fakes.engine.submitted) == times)
            await fakes.until(in_state(fakes, job, TaskState.READY))
    async with fakes.open():
        fakes.clock.advance(60)
        await fakes.until(in_state(fakes, job, TaskState.FAILED))
    assert len(fakes.engine.submitted) == 3


async def test_troubles_of_the_preparation_are_not_counted_as_refusals(fakes: Fakes) -> None:
    job = await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        for _ in range(5):
            await due.postpone(tx, await task_of(tx, job), 0)
    fakes.engine.refusal = InputNotFetched("submit: 400", code="InvalidURL.Timeout")
    async with fakes.open():
        await fakes.until(lambda: len(fakes.engine.submitted) > 1)  # the first did not end it


async def test_what_was_to_be_cancelled_ends_as_cancelled(fakes: Fakes) -> None:
    job = await fakes.waiting_job()
    fakes.engine.refusal = DECLINED

    async def cancel_meanwhile() -> None:
        async with fakes.database.transaction() as tx:
            await moves.cancel(tx, job.id)

    fakes.engine.during_submit = cancel_meanwhile
    async with fakes.open():
        await fakes.until(in_state(fakes, job, TaskState.CANCELLED))
    assert fakes.told() == []


async def test_throttling_holds_everybody_back_for_a_moment_and_stops_nothing(fakes: Fakes) -> None:
    waiting = [await fakes.waiting_job(user_id) for user_id in (1, 2, 3)]
    fakes.engine.refusal = Throttled("submit: 429 LimitRequests", code="LimitRequests")
    async with fakes.open():
        for number, wait_seconds in enumerate(SUBMIT.delays_seconds[:4], 1):
            await fakes.until(lambda times=number: len(fakes.engine.submitted) == times)
            await fakes.rounds(3)
            assert len(fakes.engine.submitted) == number, "not one try a person"
            fakes.clock.advance(wait_seconds)
        assert not await fakes.outages.is_stopped()
        fakes.engine.refusal = None
        fakes.clock.advance(SUBMIT.delays_seconds[-1])
        await fakes.until(in_state(fakes, waiting[0], TaskState.RUNNING))
    assert fakes.told() == []


@pytest.mark.proof
async def test_throttling_that_lasts_for_minutes_is_told_and_tried_more_rarely(
    fakes: Fakes,
) -> None:
    job = await fakes.waiting_job()
    fakes.engine.refusal = Throttled("submit: 429 LimitRequests", code="LimitRequests")
    async with fakes.open():
        await as_time_passes(fakes, fakes.outages.is_stopped, 1.0)
        assert len(fakes.engine.submitted) == len(SUBMIT.delays_seconds) + 1
        await fakes.until(lambda: HELD_BACK in status(fakes, job))
        await fakes.until(lambda: len(fakes.told()) == 1)
        assert "too many requests, for minutes on end" in fakes.told()[0]
        fakes.engine.refusal = None
        await as_time_passes(fakes, in_state(fakes, job, TaskState.RUNNING), 5.0)
        await fakes.until(lambda: len(fakes.told()) == 2)
        assert "works again" in fakes.told()[1]


async def test_a_wait_that_the_provider_asks_for_is_kept(fakes: Fakes) -> None:
    await fakes.waiting_job()
    fakes.engine.refusal = Throttled("submit: 429", retry_after_seconds=300.0)
    async with fakes.open():
        await fakes.until(lambda: len(fakes.engine.submitted) == 1)
        await fakes.rounds(3)
        fakes.clock.advance(299)
        await fakes.rounds(3)
        assert len(fakes.engine.submitted) == 1
        fakes.clock.advance(1)
        await fakes.until(lambda: len(fakes.engine.submitted) == 2)
