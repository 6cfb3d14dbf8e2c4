"""What the provider refuses again and again: the slot is free, the person and the operator know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    InputNotFetched,
    SubmitUnknown,
    Throttled,
)
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS
from bot.retry import SUBMIT
from storage.jobs import moves
from storage.jobs.jobs import Job, JobState
from tests.pipeline.shop import Shop
from tests.support.texts import said

DECLINED = Declined("submit: 400 InternalError.Algo", code="InternalError.Algo")
HELD_BACK = said("job-held-back")


def status(shop: Shop, job: Job) -> str:
    assert job.status_message_id is not None
    return shop.paper.messages[job.status_message_id].text


def in_state(shop: Shop, job: Job, state: JobState) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await shop.job(job.id)).state == state

    return look


async def as_time_passes(shop: Shop, seen: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Wait for it with the clock running on at that speed."""

    async def look() -> bool:
        shop.clock.advance(seconds)
        return await seen()

    await shop.until(look)


@pytest.mark.parametrize(
    ("refusal", "step_seconds"),
    [
        (DECLINED, 1.0),
        (InputNotFetched("submit: 400", code="InvalidURL.Timeout"), 1.0),
        (SubmitUnknown("submit: 500"), SETTLED_AFTER_MILLISECONDS / 1000 / 8),
    ],
)
async def test_it_ends_free_after_three_times_and_both_are_told(
    shop: Shop, refusal: DashScopeError, step_seconds: float
) -> None:
    job = await shop.waiting_job()
    shop.engine.refusal = refusal
    async with shop.open():
        await as_time_passes(shop, in_state(shop, job, JobState.FAILED), step_seconds)
        await shop.until(lambda: len(shop.told()) == 1)
        await shop.until(lambda: "Nothing was charged" in status(shop, job))
    assert shop.engine.submitted == [job.id] * 3
    assert "again and again" in shop.told()[0]
    assert (await shop.ledger())["held"] == 0
    assert (await shop.ledger())["money"] == 0


async def test_the_next_person_has_the_slot_while_one_waits_to_be_tried_again(shop: Shop) -> None:
    first, second = [await shop.waiting_job(user_id) for user_id in (1, 2)]
    shop.engine.refusal = DECLINED

    async def only_the_first() -> None:
        shop.engine.refusal = DECLINED if shop.engine.submitted[-1] == first.id else None

    shop.engine.during_submit = only_the_first
    async with shop.open():
        await shop.until(in_state(shop, second, JobState.RUNNING))
    assert shop.engine.submitted == [first.id, second.id]
    assert (await shop.job(first.id)).state == JobState.READY


async def test_the_operator_hears_once_of_many_that_end_so(shop: Shop) -> None:
    waiting = [await shop.waiting_job(user_id) for user_id in (1, 2, 3)]
    shop.engine.refusal = DECLINED

    async def all_over() -> bool:
        return {(await shop.job(job.id)).state for job in waiting} == {"failed"}

    async with shop.open():
        await as_time_passes(shop, all_over, 1.0)
        await shop.until(lambda: all("Nothing was charged" in status(shop, j) for j in waiting))
        await shop.rounds()
    assert len(shop.told()) == 1
    assert sorted(shop.engine.submitted) == sorted([job.id for job in waiting] * 3)


async def test_a_restart_does_not_begin_to_count_anew(shop: Shop) -> None:
    job = await shop.waiting_job()
    shop.engine.refusal = DECLINED
    for number in (1, 2):
        async with shop.open():
            shop.clock.advance(60)
            await shop.until(lambda times=number: len(shop.engine.submitted) == times)
            await shop.until(in_state(shop, job, JobState.READY))
    async with shop.open():
        shop.clock.advance(60)
        await shop.until(in_state(shop, job, JobState.FAILED))
    assert len(shop.engine.submitted) == 3


async def test_troubles_of_the_preparation_are_not_counted_as_refusals(shop: Shop) -> None:
    job = await shop.waiting_job()
    async with shop.database.transaction() as tx:
        for _ in range(5):
            await moves.postpone(tx, job.id, 0)
    shop.engine.refusal = InputNotFetched("submit: 400", code="InvalidURL.Timeout")
    async with shop.open():
        await shop.until(lambda: len(shop.engine.submitted) > 1)  # the first did not end it


async def test_what_was_to_be_cancelled_ends_as_cancelled(shop: Shop) -> None:
    job = await shop.waiting_job()
    shop.engine.refusal = DECLINED

    async def cancel_meanwhile() -> None:
        async with shop.database.transaction() as tx:
            await moves.request_cancel(tx, job.id)

    shop.engine.during_submit = cancel_meanwhile
    async with shop.open():
        await shop.until(in_state(shop, job, JobState.CANCELLED))
    assert shop.told() == []


async def test_throttling_holds_everybody_back_for_a_moment_and_stops_nothing(shop: Shop) -> None:
    waiting = [await shop.waiting_job(user_id) for user_id in (1, 2, 3)]
    shop.engine.refusal = Throttled("submit: 429 LimitRequests", code="LimitRequests")
    async with shop.open():
        for number, wait_seconds in enumerate(SUBMIT.delays_seconds[:4], 1):
            await shop.until(lambda times=number: len(shop.engine.submitted) == times)
            await shop.rounds(3)
            assert len(shop.engine.submitted) == number, "not one try a person"
            shop.clock.advance(wait_seconds)
        assert not await shop.outages.is_stopped()
        shop.engine.refusal = None
        shop.clock.advance(SUBMIT.delays_seconds[-1])
        await shop.until(in_state(shop, waiting[0], JobState.RUNNING))
    assert shop.told() == []


async def test_throttling_that_lasts_for_minutes_is_told_and_tried_more_rarely(shop: Shop) -> None:
    job = await shop.waiting_job()
    shop.engine.refusal = Throttled("submit: 429 LimitRequests", code="LimitRequests")
    async with shop.open():
        await as_time_passes(shop, shop.outages.is_stopped, 1.0)
        assert len(shop.engine.submitted) == len(SUBMIT.delays_seconds) + 1
        await shop.until(lambda: HELD_BACK in status(shop, job))
        await shop.until(lambda: len(shop.told()) == 1)
        assert "throttled" in shop.told()[0]
        shop.engine.refusal = None
        await as_time_passes(shop, in_state(shop, job, JobState.RUNNING), 5.0)
        await shop.until(lambda: len(shop.told()) == 2)
        assert "works again" in shop.told()[1]


async def test_a_wait_that_the_provider_asks_for_is_kept(shop: Shop) -> None:
    await shop.waiting_job()
    shop.engine.refusal = Throttled("submit: 429", retry_after_seconds=300.0)
    async with shop.open():
        await shop.until(lambda: len(shop.engine.submitted) == 1)
        await shop.rounds(3)
        shop.clock.advance(299)
        await shop.rounds(3)
        assert len(shop.engine.submitted) == 1
        shop.clock.advance(1)
        await shop.until(lambda: len(shop.engine.submitted) == 2)
