"""While the provider refuses to serve, the queue waits, one job at a time tries, all is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.dashscope.errors import InputRefused, NotSent, ServiceStopped, StopCause, SubmitUnknown
from bot.engines.outages import LONGEST_WAIT_MILLISECONDS
from bot.retry import PROBE
from storage import media
from storage.jobs import moves
from storage.jobs.jobs import Job, JobState
from storage.outages import Work
from tests.pipeline.engines import failure, success
from tests.pipeline.shop import Shop
from tests.support.texts import said

HELD_BACK = said("job-held-back")
UNPAID = ServiceStopped("submit: 400 Arrearage", cause=StopCause.UNPAID, code="Arrearage")
REVOKED = ServiceStopped("submit: 401 InvalidApiKey", cause=StopCause.KEY, code="InvalidApiKey")
RETIRED = ServiceStopped("submit: 404 ModelNotFound", cause=StopCause.MODEL_RETIRED)


@pytest.fixture
async def stopped(shop: Shop) -> AsyncIterator[tuple[Shop, list[Job]]]:
    """Three people wait, the first submission was refused: the account is unpaid."""
    waiting = [await shop.waiting_job(user_id) for user_id in (1, 2, 3)]
    shop.engine.refusal = UNPAID
    async with shop.open():
        await shop.until(lambda: len(shop.told()) == 1)
        await shop.until(lambda: all(HELD_BACK in status(shop, job) for job in waiting))
        await come_to(shop, waiting, ["ready"] * 3)
        yield shop, waiting


def status(shop: Shop, job: Job) -> str:
    """What the job's status message says."""
    assert job.status_message_id is not None
    return shop.paper.messages[job.status_message_id].text


async def states(shop: Shop, waiting: list[Job]) -> list[str]:
    return [(await shop.job(job.id)).state for job in waiting]


async def come_to(shop: Shop, waiting: list[Job], wanted: list[str]) -> None:
    """Wait until the jobs are in these states."""

    async def look() -> bool:
        return await states(shop, waiting) == wanted

    await shop.until(look)


async def test_nobodys_job_fails_everybody_is_told_the_truth_and_may_cancel(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    await shop.rounds()
    assert await states(shop, waiting) == ["ready"] * 3
    assert shop.engine.submitted == [waiting[0].id]
    for job in waiting:
        assert job.status_message_id is not None
        assert "Nothing was charged" in status(shop, job)
        assert shop.paper.messages[job.status_message_id].buttons == ["Cancel"]
    async with shop.database.transaction() as tx:
        assert await moves.cancel_waiting(tx, waiting[1].id)
    assert "refuses to work" in shop.told()[0]
    assert "unpaid" in shop.told()[0]


async def test_one_job_at_a_time_tries_and_ever_more_rarely(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    for number, wait_seconds in enumerate((*PROBE.delays_seconds, PROBE.delays_seconds[-1]), 1):
        shop.clock.advance(wait_seconds - 1)
        await shop.rounds(3)
        assert len(shop.engine.submitted) == number
        shop.clock.advance(1)
        await shop.until(lambda trials=number + 1: len(shop.engine.submitted) == trials)
        await come_to(shop, waiting, ["ready"] * 3)
    assert len(shop.told()) == 1


async def test_it_goes_on_by_itself_and_the_operator_is_told(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    shop.engine.refusal = None
    await shop.rounds()
    assert await states(shop, waiting) == ["ready"] * 3
    shop.clock.advance(PROBE.delays_seconds[0])
    await shop.until(lambda: len(shop.told()) == 2)
    assert "works again" in shop.told()[1]
    assert (await shop.job(waiting[0].id)).state == JobState.RUNNING
    await shop.until(lambda: HELD_BACK not in status(shop, waiting[1]))


async def test_the_operator_need_not_wait(stopped: tuple[Shop, list[Job]]) -> None:
    shop, waiting = stopped
    shop.engine.refusal = None
    assert await shop.outages.resume(asked=True)
    await shop.until(lambda: len(shop.told()) == 2)
    assert "works again" in shop.told()[1]
    assert not await shop.outages.resume(asked=True)
    assert (await shop.job(waiting[0].id)).state == JobState.RUNNING


async def test_an_operator_who_asked_too_early_is_told_so_each_time(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, _ = stopped
    for times in (2, 3):
        shop.clock.advance(1)
        assert await shop.outages.resume(asked=True)
        await shop.until(lambda told=times: len(shop.told()) == told)
    assert all("refuses to work" in told for told in shop.told())
    assert len(shop.engine.submitted) == 3


async def test_another_cause_is_news(stopped: tuple[Shop, list[Job]]) -> None:
    shop, _ = stopped
    shop.engine.refusal = RETIRED
    shop.clock.advance(PROBE.delays_seconds[0])
    await shop.until(lambda: len(shop.told()) == 2)
    assert "model_retired" in shop.told()[1]


async def test_a_trial_that_says_nothing_of_the_account_leaves_everything_as_it_is(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    shop.engine.refusal = NotSent("submit: no connection")
    shop.clock.advance(PROBE.delays_seconds[0])
    await shop.until(lambda: len(shop.engine.submitted) == 2)
    await shop.rounds()
    shop.clock.advance(PROBE.delays_seconds[1] - 1)
    await shop.rounds()
    assert len(shop.engine.submitted) == 2
    assert await shop.outages.is_stopped()
    assert await states(shop, waiting) == ["ready"] * 3


async def test_a_trial_whose_fate_is_unknown_is_looked_up_and_held_back_meanwhile(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    shop.engine.refusal = SubmitUnknown("submit: no answer")
    shop.clock.advance(PROBE.delays_seconds[0])
    await shop.until(lambda: len(shop.engine.submitted) == 2)
    shop.clock.advance(30)
    await shop.rounds()
    assert await states(shop, waiting) == ["submitting", "ready", "ready"]
    assert HELD_BACK in status(shop, waiting[0])


async def test_an_input_refused_at_a_trial_concerns_that_job_alone(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    shop.engine.refusal = InputRefused("submit: 400", code="InvalidFile.FullFace")
    shop.clock.advance(PROBE.delays_seconds[0])
    await come_to(shop, waiting, ["failed", "ready", "ready"])
    await shop.rounds()
    assert len(shop.engine.submitted) == 2
    assert await shop.outages.is_stopped()


async def test_a_cancel_during_a_trial_is_kept(stopped: tuple[Shop, list[Job]]) -> None:
    shop, waiting = stopped

    async def cancel_meanwhile() -> None:
        async with shop.database.transaction() as tx:
            assert await moves.request_cancel(tx, waiting[0].id)

    shop.engine.during_submit = cancel_meanwhile
    shop.clock.advance(PROBE.delays_seconds[0])
    await shop.until(lambda: "Cancelled" in status(shop, waiting[0]))
    assert await states(shop, waiting) == ["cancelled", "ready", "ready"]
    assert "Nothing was charged" in status(shop, waiting[0])


async def test_a_job_that_waited_a_whole_day_ends_free_and_younger_ones_go_on_waiting(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    shop.clock.advance(3600)
    young = await shop.waiting_job(4)
    shop.clock.advance(LONGEST_WAIT_MILLISECONDS / 1000 - 3600 - 10)
    await shop.rounds()
    assert "failed" not in await states(shop, waiting)
    shop.clock.advance(10)
    await shop.until(lambda: all("a whole day" in status(shop, job) for job in waiting))
    assert await states(shop, [*waiting, young]) == ["failed"] * 3 + ["ready"]
    for job in waiting:
        assert job.status_message_id is not None
        assert shop.paper.messages[job.status_message_id].buttons == ["Try again"]
    ledger = await shop.ledger()
    assert (ledger["held"], ledger["quota"], ledger["money"]) == (5_000, 0, 0)


async def test_a_long_wait_in_the_queue_is_not_held_against_a_job(shop: Shop) -> None:
    old = await shop.waiting_job(1)
    shop.clock.advance(LONGEST_WAIT_MILLISECONDS / 1000 * 1.5)
    async with shop.database.transaction() as tx:
        for item in (old.photo_id, old.sound_id):
            await media.set_upload(tx, item, "oss://x", shop.clock.now_milliseconds() * 2)
    shop.engine.refusal = UNPAID
    async with shop.open():
        await shop.until(lambda: len(shop.told()) == 1)
        await shop.rounds()
    assert (await shop.job(old.id)).state == JobState.READY


async def test_copies_that_ran_out_while_the_job_waited_are_made_anew(
    stopped: tuple[Shop, list[Job]],
) -> None:
    shop, waiting = stopped
    async with shop.database.transaction() as tx:
        soon = shop.clock.now_milliseconds() + 60_000
        await media.set_upload(tx, waiting[0].photo_id, "oss://old", soon)
    shop.engine.refusal = None
    shop.clock.advance(PROBE.delays_seconds[0])
    await come_to(shop, waiting, ["preparing", "ready", "ready"])
    shop.clock.advance(PROBE.delays_seconds[1])
    await shop.until(lambda: len(shop.told()) == 2)
    assert shop.engine.submitted[1:] == [waiting[1].id]
    await come_to(shop, waiting, ["ready", "running", "ready"])
    photo = await media.get(shop.database, waiting[0].photo_id)
    assert photo is not None
    assert photo.upload_url == "oss://photo.jpg"


async def test_what_runs_is_watched_on_while_the_account_is_stopped(shop: Shop) -> None:
    running = await shop.running_job()
    waits = await shop.waiting_job(2)
    shop.engine.will_answer([*[REVOKED] * 3, success()])
    shop.engine.files = {"https://x/y.mp4": failure_of_download()}
    async with shop.open():

        def looked_often() -> bool:
            shop.clock.advance(5)
            return shop.engine.queries >= 4

        await shop.until(looked_often)
        await come_to(shop, [running], ["fetching"])
        on_trial = (JobState.READY, JobState.SUBMITTING, JobState.RUNNING)
        assert (await shop.job(waits.id)).state in on_trial
    assert len([told for told in shop.told() if "refuses to work" in told]) == 1


def failure_of_download() -> NotSent:
    return NotSent("download: no connection")


async def test_several_slots_are_no_reason_for_several_trials(shop: Shop) -> None:
    waiting = [await shop.waiting_job(user_id) for user_id in (1, 2, 3)]
    shop.engine.slots = 3
    await shop.outages.refused(Work.SUBMIT, UNPAID)
    shop.engine.refusal = UNPAID
    async with shop.open():
        await shop.until(lambda: len(shop.engine.submitted) > 0)
        await shop.rounds()
        assert shop.engine.submitted == [waiting[0].id]


async def noted_as_told(shop: Shop) -> bool:
    """Between the message and this note a stop would have it told once more."""
    row = await shop.database.fetch_one("SELECT COUNT(*) AS n FROM stops WHERE told = 1")
    return bool(row and row["n"])


async def test_a_stop_outlives_the_process_and_a_start_tries_at_once(shop: Shop) -> None:
    waiting = [await shop.waiting_job(user_id) for user_id in (1, 2)]
    shop.engine.refusal = UNPAID
    async with shop.open():
        await shop.until(lambda: len(shop.told()) == 1)
        await shop.until(lambda: noted_as_told(shop))
    again = Shop(shop.database, shop.clock, shop.result.path(waiting[0]).parent)
    again.engine.refusal = UNPAID
    async with again.open():
        await again.until(lambda: len(again.engine.submitted) == 1)
        await again.rounds()
        assert len(again.engine.submitted) == 1
        assert again.told() == []
        again.engine.refusal = None
        await again.outages.resume(asked=False)
        await again.until(lambda: len(again.told()) == 1)
    assert "works again" in again.told()[0]


async def test_photos_and_videos_refused_for_the_same_cause_are_one_trouble(shop: Shop) -> None:
    await shop.outages.refused(Work.CHECK, UNPAID)
    await shop.outages.refused(Work.CHECK, UNPAID)
    await shop.outages.tell()
    for work in (Work.KEEP, Work.SUBMIT):
        await shop.outages.refused(work, UNPAID)
        await shop.outages.tell()
    await shop.post()
    assert len(shop.told()) == 1
    await shop.outages.worked(Work.SUBMIT)
    await shop.outages.tell()
    await shop.post()
    assert [("works again" in told) for told in shop.told()] == [False, True]
    assert not await shop.outages.has_news()


async def test_a_photo_that_is_checked_again_is_a_reason_to_try_a_video_now(shop: Shop) -> None:
    waiting = await shop.waiting_job()
    for work in Work:
        await shop.outages.refused(work, UNPAID)
    await shop.outages.tell()
    assert not await shop.outages.may_prepare()
    await shop.outages.worked(Work.CHECK)
    assert await shop.outages.may_prepare()
    assert await shop.outages.is_stopped()
    async with shop.open():
        await shop.until(lambda: len(shop.told()) == 2)
    assert "works again" in shop.told()[1]
    assert (await shop.job(waiting.id)).task_id is not None


async def test_checked_photos_and_uploads_prove_nothing_of_a_retired_video_model(
    shop: Shop,
) -> None:
    await shop.outages.refused(Work.SUBMIT, RETIRED)
    for work in (Work.CHECK, Work.KEEP):
        await shop.outages.worked(work)
    assert await shop.outages.is_stopped()
    assert not await shop.outages.may_prepare()


async def test_a_video_made_again_proves_nothing_of_a_retired_model_for_photos(
    shop: Shop,
) -> None:
    await shop.outages.refused(Work.CHECK, RETIRED)
    await shop.outages.refused(Work.SUBMIT, UNPAID)
    await shop.outages.tell()
    await shop.outages.worked(Work.SUBMIT)
    await shop.outages.tell()
    await shop.post()
    (works_again,) = [told for told in shop.told() if "works again" in told]
    assert "unpaid" in works_again
    async with shop.outages.noting(Work.CHECK):
        pass
    await shop.outages.tell()
    await shop.post()
    assert "model_retired" in shop.told()[-1]
    assert not await shop.outages.has_news()


async def test_many_photos_of_many_people_are_one_trouble(shop: Shop) -> None:
    for _ in range(5):
        async with shop.outages.noting(Work.CHECK):
            pass
        with pytest.raises(ServiceStopped):
            async with shop.outages.noting(Work.KEEP):
                raise RETIRED
        await shop.outages.tell()
        shop.clock.advance(3600)
    await shop.post()
    assert len(shop.told()) == 1


async def test_a_failed_tasks_reason_stops_what_comes_after_it(shop: Shop) -> None:
    await shop.running_job()
    waits = await shop.waiting_job(2)
    shop.engine.will_answer([failure("Arrearage")])
    async with shop.open():
        await shop.until(lambda: len(shop.told()) == 1)
        await shop.rounds()
    assert shop.engine.submitted == []
    assert (await shop.job(waits.id)).state == JobState.READY
