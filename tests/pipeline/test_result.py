"""A paid video is fetched as long as there is hope; without hope it is reported, and free."""

from __future__ import annotations

import itertools

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    ResultGone,
    ServiceStopped,
    StopCause,
    TryAgain,
)
from bot.jobs.watch import FORGOTTEN_SECONDS
from storage.jobs.jobs import Job, JobState
from tests.pipeline.engines import state, success
from tests.pipeline.shop import Shop
from tests.support.media.videos import video_with_sound
from tests.support.media.voices import speech

OLD, NEW = "https://x/old.mp4", "https://x/new.mp4"
GONE = ResultGone("download: 403")
CUT_SHORT = TryAgain("download: 70 bytes came of 140")


@pytest.fixture(scope="module")
def video() -> bytes:
    return video_with_sound(speech(0.5), side_pixels=64)


async def fetched(shop: Shop, job: Job) -> Job:
    """The job after every attempt that was made, each at its time."""
    while job.state == JobState.FETCHING:
        early = job.not_before_milliseconds - shop.clock.now_milliseconds()
        shop.clock.advance(max(0, early) / 1000)
        await shop.result.fetch(job)
        job = await shop.job(job.id)
    return job


async def test_an_address_that_expired_is_replaced_by_a_fresh_one(shop: Shop, video: bytes) -> None:
    shop.engine.files = {OLD: GONE, NEW: video}
    shop.engine.will_answer([success(NEW)])
    job = await fetched(shop, await shop.rendered_job(OLD))
    assert job.state == JobState.DELIVERING
    assert shop.engine.fetched == [OLD, NEW]
    assert shop.result.path(job).stat().st_size > 0


async def test_a_video_that_is_gone_behind_every_address_is_reported_and_the_person_not_charged(
    shop: Shop,
) -> None:
    shop.engine.files = {OLD: GONE, NEW: GONE}
    shop.engine.will_answer(itertools.repeat(success(NEW)))
    job = await fetched(shop, await shop.rendered_job(OLD))
    assert job.failure == "failed-lost"
    assert shop.engine.fetched == [OLD, NEW, NEW, NEW]
    await shop.post()
    assert "may be lost" in shop.told()[0]
    assert await shop.ledger() == {"held": 0, "quota": 0, "money": 2_500_000, "flagged": 0}


async def test_a_success_without_an_address_is_asked_for_one_and_fetched(
    shop: Shop, video: bytes
) -> None:
    shop.engine.files = {NEW: video}
    shop.engine.will_answer([success(None), TryAgain("query: 500"), success(NEW)])
    job = await fetched(shop, await shop.rendered_job(None))
    assert job.state == JobState.DELIVERING
    assert shop.engine.queries == 3


async def test_a_success_that_never_gets_an_address_is_reported_within_a_day(shop: Shop) -> None:
    shop.engine.will_answer(itertools.repeat(success(None)))
    job = await shop.rendered_job(None)
    began = shop.clock.now_milliseconds()
    job = await fetched(shop, job)
    assert job.failure == "failed-lost"
    assert 12 * 3600 < (shop.clock.now_milliseconds() - began) / 1000 < FORGOTTEN_SECONDS
    await shop.post()
    assert len(shop.told()) == 1


async def test_a_success_that_the_provider_forgot_before_it_named_an_address_is_reported(
    shop: Shop,
) -> None:
    shop.engine.will_answer(itertools.repeat(state("UNKNOWN")))
    job = await fetched(shop, await shop.rendered_job(None))
    assert job.failure == "failed-lost"
    assert shop.engine.queries == 4


async def test_a_result_that_was_cut_short_is_fetched_again(shop: Shop, video: bytes) -> None:
    shop.engine.files = {OLD: CUT_SHORT, NEW: video}
    shop.engine.will_answer([success(OLD), success(OLD), success(NEW)])
    job = await fetched(shop, await shop.rendered_job(OLD))
    assert job.state == JobState.DELIVERING
    assert shop.engine.fetched == [OLD, OLD, OLD, NEW]


@pytest.mark.parametrize("share", [0, 0.5, 0.98])
async def test_a_file_that_is_half_a_video_is_fetched_again(
    shop: Shop, video: bytes, share: float
) -> None:
    shop.engine.files = {OLD: video[: int(len(video) * share)], NEW: video}
    shop.engine.will_answer([success(NEW)])
    job = await fetched(shop, await shop.rendered_job(OLD))
    assert job.state == JobState.DELIVERING


async def test_a_file_that_is_no_video_whenever_it_is_fetched_is_reported(shop: Shop) -> None:
    shop.engine.files = {OLD: b"<html>Sorry</html>" * 50}
    shop.engine.will_answer(itertools.repeat(success(OLD)))
    job = await fetched(shop, await shop.rendered_job(OLD))
    assert job.failure == "failed-lost"
    assert len(shop.engine.fetched) == 7
    await shop.post()
    assert "may be lost" in shop.told()[0]
    assert (await shop.ledger())["quota"] == 0


@pytest.mark.parametrize(
    "trouble", [TryAgain("query: 500"), ServiceStopped("query: 401", cause=StopCause.KEY)]
)
async def test_the_old_address_serves_where_no_fresh_one_can_be_had(
    shop: Shop, video: bytes, trouble: DashScopeError
) -> None:
    shop.engine.files = {OLD: CUT_SHORT}
    shop.engine.will_answer([trouble])
    job = await shop.rendered_job(OLD)
    await shop.result.fetch(job)
    shop.engine.files = {OLD: video}
    assert (await fetched(shop, await shop.job(job.id))).state == JobState.DELIVERING
    assert shop.engine.queries == 1
