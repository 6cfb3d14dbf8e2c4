"""A paid video is fetched as long as there is hope; without hope it is reported, and free."""

from __future__ import annotations

import itertools

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    ResultGone,
    ResultRefused,
    ServiceStopped,
    StopCause,
    Unanswered,
)
from bot.dashscope.tasks import ProviderTask
from bot.jobs.watch import FORGOTTEN_SECONDS
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task, TaskState
from tests.storage import orders
from tests.support.fake_services import Fakes
from tests.support.media.videos import ordered_video
from tests.support.scripted_engine import state, success

OLD, NEW = "https://x/old.mp4", "https://x/new.mp4"
GONE = ResultGone("download: 403")
CUT_SHORT = Unanswered("download: 70 bytes came of 140")


@pytest.fixture(scope="module")
def video() -> bytes:
    return ordered_video()


async def fetched(fakes: Fakes, task: Task) -> Task:
    """The task after every attempt that was made, each at its time."""
    while task.state == TaskState.FETCHING:
        early = task.not_before_milliseconds - fakes.clock.now_milliseconds()
        fakes.clock.advance(max(0, early) / 1000)
        await fakes.result.fetch(task)
        task = await fakes.task(task.id)
    return task


async def test_an_address_that_expired_is_replaced_by_a_fresh_one(
    fakes: Fakes, video: bytes
) -> None:
    fakes.engine.files = {OLD: GONE, NEW: video}
    fakes.engine.will_answer([success(NEW)])
    task = await fetched(fakes, await fakes.rendered_task(OLD))
    assert task.state == TaskState.FETCHED
    assert fakes.engine.fetched == [OLD, NEW]
    assert fakes.common.limits.video_of(task.job_id).stat().st_size > 0


async def test_a_video_that_is_gone_behind_every_address_is_reported_and_the_person_not_charged(
    fakes: Fakes,
) -> None:
    fakes.engine.files = {OLD: GONE, NEW: GONE}
    fakes.engine.will_answer(itertools.repeat(success(NEW)))
    task = await fetched(fakes, await fakes.rendered_task(OLD))
    assert task.failure == "failed-lost"
    assert fakes.engine.fetched == [OLD, *[NEW] * 5]
    await fakes.post()
    assert "may be lost" in fakes.told()[0]
    assert await fakes.ledger() == {"held": 0, "quota": 0, "money": 2_500_000, "flagged": 0}


async def test_a_success_without_an_address_is_asked_for_one_and_fetched(
    fakes: Fakes, video: bytes
) -> None:
    fakes.engine.files = {NEW: video}
    fakes.engine.will_answer([success(None), Unanswered("query: 500"), success(NEW)])
    task = await fetched(fakes, await fakes.rendered_task(None))
    assert task.state == TaskState.FETCHED
    assert fakes.engine.queries == 3


async def test_a_success_that_never_gets_an_address_is_reported_within_a_day(fakes: Fakes) -> None:
    fakes.engine.will_answer(itertools.repeat(success(None)))
    task = await fakes.rendered_task(None)
    began = fakes.clock.now_milliseconds()
    task = await fetched(fakes, task)
    assert task.failure == "failed-lost"
    assert 12 * 3600 < (fakes.clock.now_milliseconds() - began) / 1000 < FORGOTTEN_SECONDS
    await fakes.post()
    assert len(fakes.told()) == 1


async def test_a_success_that_the_provider_forgot_before_it_named_an_address_is_reported(
    fakes: Fakes,
) -> None:
    fakes.engine.will_answer(itertools.repeat(state("UNKNOWN")))
    task = await fetched(fakes, await fakes.rendered_task(None))
    assert task.failure == "failed-lost"
    assert fakes.engine.queries == 6


@pytest.mark.parametrize("trouble", [GONE, ResultRefused("download: unsafe address")])
async def test_a_result_that_is_not_there_for_half_a_minute_is_fetched(
    fakes: Fakes, video: bytes, trouble: DashScopeError
) -> None:
    fakes.engine.files = {NEW: trouble}
    fakes.engine.will_answer(itertools.repeat(success(NEW)))
    task = await fakes.rendered_task(NEW)
    began = fakes.clock.now_milliseconds()
    while fakes.clock.now_milliseconds() - began < 30_000:
        await fakes.result.fetch(task)
        task = await fakes.task(task.id)
        early = task.not_before_milliseconds - fakes.clock.now_milliseconds()
        fakes.clock.advance(max(0, early) / 1000)
    assert task.state == TaskState.FETCHING
    fakes.engine.files = {NEW: video}
    assert (await fetched(fakes, task)).state == TaskState.FETCHED


async def test_a_result_that_was_cut_short_is_fetched_again(fakes: Fakes, video: bytes) -> None:
    fakes.engine.files = {OLD: CUT_SHORT, NEW: video}
    fakes.engine.will_answer([success(OLD), success(OLD), success(NEW)])
    task = await fetched(fakes, await fakes.rendered_task(OLD))
    assert task.state == TaskState.FETCHED
    assert fakes.engine.fetched == [OLD, OLD, OLD, NEW]


@pytest.mark.parametrize("share", [0, 0.5, 0.98])
async def test_a_file_that_is_half_a_video_is_fetched_again(
    fakes: Fakes, video: bytes, share: float
) -> None:
    fakes.engine.files = {OLD: video[: int(len(video) * share)], NEW: video}
    fakes.engine.will_answer([success(NEW)])
    task = await fetched(fakes, await fakes.rendered_task(OLD))
    assert task.state == TaskState.FETCHED


async def test_a_file_that_is_no_video_whenever_it_is_fetched_is_reported(fakes: Fakes) -> None:
    fakes.engine.files = {OLD: b"<html>Sorry</html>" * 50}
    fakes.engine.will_answer(itertools.repeat(success(OLD)))
    task = await fetched(fakes, await fakes.rendered_task(OLD))
    assert task.failure == "failed-lost"
    assert len(fakes.engine.fetched) == 6
    await fakes.post()
    assert "may be lost" in fakes.told()[0]
    assert (await fakes.ledger())["quota"] == 0


@pytest.mark.parametrize(
    "trouble", [Unanswered("query: 500"), ServiceStopped("query: 401", cause=StopCause.KEY)]
)
async def test_the_old_address_serves_where_no_fresh_one_can_be_had(
    fakes: Fakes, video: bytes, trouble: DashScopeError
) -> None:
    fakes.engine.files = {OLD: CUT_SHORT}
    fakes.engine.will_answer([trouble])
    task = await fakes.rendered_task(OLD)
    await fakes.result.fetch(task)
    fakes.engine.files = {OLD: video}
    assert (await fetched(fakes, await fakes.task(task.id))).state == TaskState.FETCHED
    assert fakes.engine.queries == 1


async def tried_again(fakes: Fakes, *, is_fetched: bool) -> tuple[Task, Task]:
    """The first part of a long voice that failed, and the same part of the job made once more."""
    await orders.make_ready(fakes.database, await orders.start(fakes.database, cuts=(2_000,)))
    first, second = [await orders.run_next(fakes.database, slots=2) for _ in range(2)]
    await orders.bill(fakes.database, first, url=OLD)
    if is_fetched:
        async with fakes.database.transaction() as tx:
            await task_moves.fetched(tx, await fakes.task(first.id))
        path = fakes.common.limits.part_of(first.job_id, first.number)
        path.write_bytes(b"fetched by the first")
    async with fakes.database.transaction() as tx:
        await task_moves.fail(tx, second, "failed-service", None)
    again = await orders.start(fakes.database, cuts=(2_000,))
    async with fakes.database.transaction() as tx:
        assert await tasks.reuse(tx, again.id, [await fakes.task(first.id)])
    return await fakes.task(first.id), await orders.task_of(fakes.database, again)


async def test_a_paid_part_whose_address_expired_is_asked_for_by_its_own_id_when_tried_again(
    fakes: Fakes, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = await tried_again(fakes, is_fetched=False)

    async def query(task_id: str) -> ProviderTask:
        return success(NEW) if task_id == first.task_id else state("UNKNOWN")

    monkeypatch.setattr(fakes.engine, "query", query)
    fakes.engine.files = {OLD: GONE, NEW: video}
    assert (await fetched(fakes, again)).state == TaskState.FETCHED
    assert fakes.common.limits.part_of(again.job_id, again.number).stat().st_size > 0
    assert (await fakes.ledger())["money"] == 1_000_000, "the first job's bill, once"


@pytest.mark.parametrize("killed_after_the_move", [False, True])
async def test_a_part_that_the_first_job_fetched_is_had_from_its_file(
    fakes: Fakes, killed_after_the_move: bool
) -> None:
    first, again = await tried_again(fakes, is_fetched=True)
    old, new = [fakes.common.limits.part_of(each.job_id, each.number) for each in (first, again)]
    if killed_after_the_move:
        old.rename(new)
    assert (await fetched(fakes, again)).state == TaskState.FETCHED
    assert (new.read_bytes(), fakes.engine.fetched) == (b"fetched by the first", [])


async def test_a_part_whose_file_is_gone_when_it_is_tried_again_comes_from_the_provider(
    fakes: Fakes, video: bytes
) -> None:
    first, again = await tried_again(fakes, is_fetched=True)
    fakes.common.limits.part_of(first.job_id, first.number).unlink()
    fakes.engine.files = {OLD: video}
    assert (await fetched(fakes, again)).state == TaskState.FETCHED
    assert fakes.engine.fetched == [OLD]
