"""While the provider refuses to serve, the queue waits, one job at a time tries, all is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.alerts import CAUSE_TEXTS
from bot.dashscope.errors import InputRefused, ServiceStopped, StopCause, SubmitUnknown, Unsent
from bot.engines.outages import LONGEST_WAIT_MILLISECONDS
from bot.retry import PROBE
from storage import media
from storage.jobs import moves
from storage.jobs.jobs import Job
from storage.jobs.tasks import TaskState
from storage.outages import Work
from storage.people import people
from storage.people.people import Person
from tests.support.fake_services import OPERATOR, Fakes
from tests.support.scripted_engine import failure, success
from tests.support.texts import said

HELD_BACK = said("job-held-back")
UNPAID = ServiceStopped("submit: 400 Arrearage", cause=StopCause.UNPAID, code="Arrearage")
REVOKED = ServiceStopped("submit: 401 InvalidApiKey", cause=StopCause.KEY, code="InvalidApiKey")
RETIRED = ServiceStopped("submit: 404 ModelNotFound", cause=StopCause.MODEL_RETIRED)


@pytest.fixture
async def stopped(fakes: Fakes) -> AsyncIterator[tuple[Fakes, list[Job]]]:
    """Three people wait, the first submission was refused: the account is unpaid."""
    waiting = [await fakes.waiting_job(user_id) for user_id in (1, 2, 3)]
    fakes.engine.refusal = UNPAID
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.until(lambda: all(HELD_BACK in status(fakes, job) for job in waiting))
        await come_to(fakes, waiting, ["ready"] * 3)
        yield fakes, waiting


def status(fakes: Fakes, job: Job) -> str:
    """What the job's status message says."""
    assert job.status_message_id is not None
    return fakes.sender.messages[job.status_message_id].text


async def states(fakes: Fakes, waiting: list[Job]) -> list[str]:
    return [(await fakes.task_of(job)).state for job in waiting]


async def come_to(fakes: Fakes, waiting: list[Job], wanted: list[str]) -> None:
    """Wait until the jobs are in these states."""

    async def look() -> bool:
        return await states(fakes, waiting) == wanted

    await fakes.until(look)


async def test_nobodys_job_fails_everybody_is_told_the_truth_and_may_cancel(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    await fakes.rounds()
    assert await states(fakes, waiting) == ["ready"] * 3
    assert fakes.engine.submitted == [f"{waiting[0].id}.1"]
    for job in waiting:
        assert job.status_message_id is not None
        assert "Nothing was charged" in status(fakes, job)
        assert fakes.sender.messages[job.status_message_id].buttons == ["Cancel"]
    async with fakes.database.transaction() as tx:
        assert await moves.cancel(tx, waiting[1].id)
    assert "refuses to work" in fakes.told()[0]
    assert said("cause-unpaid") in fakes.told()[0]


async def test_one_job_at_a_time_tries_and_ever_more_rarely(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    for number, wait_seconds in enumerate((*PROBE.delays_seconds, PROBE.delays_seconds[-1]), 1):
        fakes.clock.advance(wait_seconds - 1)
        await fakes.rounds(3)
        assert len(fakes.engine.submitted) == number
        fakes.clock.advance(1)
        await fakes.until(lambda probes=number + 1: len(fakes.engine.submitted) == probes)
        await come_to(fakes, waiting, ["ready"] * 3)
    assert len(fakes.told()) == 1


async def test_it_goes_on_by_itself_and_the_operator_is_told(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    fakes.engine.refusal = None
    await fakes.rounds()
    assert await states(fakes, waiting) == ["ready"] * 3
    fakes.clock.advance(PROBE.delays_seconds[0])
    await fakes.until(lambda: len(fakes.told()) == 2)
    assert "works again" in fakes.told()[1]
    assert (await fakes.task_of(waiting[0])).state == TaskState.RUNNING
    await fakes.until(lambda: HELD_BACK not in status(fakes, waiting[1]))


async def test_the_operator_need_not_wait(stopped: tuple[Fakes, list[Job]]) -> None:
    fakes, waiting = stopped
    fakes.engine.refusal = None
    assert await fakes.outages.resume(asked=True)
    await fakes.until(lambda: len(fakes.told()) == 2)
    assert "works again" in fakes.told()[1]
    assert not await fakes.outages.resume(asked=True)
    assert (await fakes.task_of(waiting[0])).state == TaskState.RUNNING


async def test_an_operator_who_asked_too_early_is_told_so_each_time(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, _ = stopped
    for times in (2, 3):
        fakes.clock.advance(1)
        assert await fakes.outages.resume(asked=True)
        await fakes.until(lambda told=times: len(fakes.told()) == told)
    assert all("refuses to work" in told for told in fakes.told())
    assert len(fakes.engine.submitted) == 3


async def test_another_cause_is_news(stopped: tuple[Fakes, list[Job]]) -> None:
    fakes, _ = stopped
    fakes.engine.refusal = RETIRED
    fakes.clock.advance(PROBE.delays_seconds[0])
    await fakes.until(lambda: len(fakes.told()) == 2)
    assert said("cause-model-retired") in fakes.told()[1]


async def test_a_probe_that_says_nothing_of_the_account_leaves_everything_as_it_is(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    fakes.engine.refusal = Unsent("submit: no connection")
    fakes.clock.advance(PROBE.delays_seconds[0])
    await fakes.until(lambda: len(fakes.engine.submitted) == 2)
    await fakes.rounds()
    fakes.clock.advance(PROBE.delays_seconds[1] - 1)
    await fakes.rounds()
    assert len(fakes.engine.submitted) == 2
    assert await fakes.outages.is_stopped()
    assert await states(fakes, waiting) == ["ready"] * 3


async def test_a_probe_whose_fate_is_unknown_is_looked_up_and_held_back_meanwhile(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    fakes.engine.refusal = SubmitUnknown("submit: no answer")
    fakes.clock.advance(PROBE.delays_seconds[0])
    await fakes.until(lambda: len(fakes.engine.submitted) == 2)
    fakes.clock.advance(30)
    await fakes.rounds()
    assert await states(fakes, waiting) == ["submitting", "ready", "ready"]
    assert HELD_BACK in status(fakes, waiting[0])


async def test_an_input_refused_at_a_probe_concerns_that_job_alone(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    fakes.engine.refusal = InputRefused("submit: 400", code="InvalidFile.FullFace")
    fakes.clock.advance(PROBE.delays_seconds[0])
    await come_to(fakes, waiting, ["failed", "ready", "ready"])
    await fakes.rounds()
    assert len(fakes.engine.submitted) == 2
    assert await fakes.outages.is_stopped()


async def test_a_cancel_during_a_probe_is_kept(stopped: tuple[Fakes, list[Job]]) -> None:
    fakes, waiting = stopped

    async def cancel_meanwhile() -> None:
        async with fakes.database.transaction() as tx:
            assert not await moves.cancel(tx, waiting[0].id)

    fakes.engine.during_submit = cancel_meanwhile
    fakes.clock.advance(PROBE.delays_seconds[0])
    await fakes.until(lambda: "Cancelled" in status(fakes, waiting[0]))
    assert await states(fakes, waiting) == ["cancelled", "ready", "ready"]
    assert "Nothing was charged" in status(fakes, waiting[0])


async def test_a_job_that_waited_a_whole_day_ends_free_and_younger_ones_go_on_waiting(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    fakes.clock.advance(3600)
    young = await fakes.waiting_job(4)
    fakes.clock.advance(LONGEST_WAIT_MILLISECONDS / 1000 - 3600 - 10)
    await fakes.rounds()
    assert "failed" not in await states(fakes, waiting)
    fakes.clock.advance(10)
    await fakes.until(lambda: all("a whole day" in status(fakes, job) for job in waiting))
    assert await states(fakes, [*waiting, young]) == ["failed"] * 3 + ["ready"]
    for job in waiting:
        assert job.status_message_id is not None
        assert fakes.sender.messages[job.status_message_id].buttons == ["Try again · 5 s"]
    ledger = await fakes.ledger()
    assert (ledger["held"], ledger["quota"], ledger["money"]) == (5_000, 0, 0)


async def test_a_long_wait_in_the_queue_is_not_held_against_a_job(fakes: Fakes) -> None:
    old = await fakes.waiting_job(1)
    fakes.clock.advance(LONGEST_WAIT_MILLISECONDS / 1000 * 1.5)
    async with fakes.database.transaction() as tx:
        for item in (old.photo_id, old.voice_id):
            await media.set_upload(tx, item, "oss://x", fakes.clock.now_milliseconds() * 2)
    fakes.engine.refusal = UNPAID
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.rounds()
    assert (await fakes.task_of(old)).state == TaskState.READY


async def test_copies_that_ran_out_while_the_job_waited_are_made_anew(
    stopped: tuple[Fakes, list[Job]],
) -> None:
    fakes, waiting = stopped
    async with fakes.database.transaction() as tx:
        soon = fakes.clock.now_milliseconds() + 60_000
        await media.set_upload(tx, waiting[0].photo_id, "oss://old", soon)
    fakes.engine.refusal = None
    fakes.clock.advance(PROBE.delays_seconds[0])
    await come_to(fakes, waiting, ["preparing", "ready", "ready"])
    fakes.clock.advance(PROBE.delays_seconds[1])
    await fakes.until(lambda: len(fakes.told()) == 2)
    assert fakes.engine.submitted[1:] == [f"{waiting[1].id}.1"]
    await come_to(fakes, waiting, ["ready", "running", "ready"])
    photo = await media.get(fakes.database, waiting[0].photo_id)
    assert photo is not None
    assert photo.upload_url == "oss://photo.jpg"


async def test_what_runs_is_watched_on_while_the_account_is_stopped(fakes: Fakes) -> None:
    running = await fakes.running_job()
    waits = await fakes.waiting_job(2)
    fakes.engine.will_answer([*[REVOKED] * 3, success()])
    fakes.engine.files = {"https://x/y.mp4": failure_of_download()}
    async with fakes.open():

        def looked_often() -> bool:
            fakes.clock.advance(5)
            return fakes.engine.queries >= 4

        await fakes.until(looked_often)
        await come_to(fakes, [running], ["fetching"])
        on_probe = (TaskState.READY, TaskState.SUBMITTING, TaskState.RUNNING)
        assert (await fakes.task_of(waits)).state in on_probe
    assert len([told for told in fakes.told() if "refuses to work" in told]) == 1


def failure_of_download() -> Unsent:
    return Unsent("download: no connection")


async def test_several_slots_are_no_reason_for_several_probes(fakes: Fakes) -> None:
    waiting = [await fakes.waiting_job(user_id) for user_id in (1, 2, 3)]
    fakes.engine.slots = 3
    await fakes.outages.refused(Work.SUBMIT, UNPAID)
    fakes.engine.refusal = UNPAID
    async with fakes.open():
        await fakes.until(lambda: len(fakes.engine.submitted) > 0)
        await fakes.rounds()
        assert fakes.engine.submitted == [f"{waiting[0].id}.1"]


async def test_a_stop_outlives_the_process_and_a_start_tries_at_once(fakes: Fakes) -> None:
    for user_id in (1, 2):
        await fakes.waiting_job(user_id)
    fakes.engine.refusal = UNPAID
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)
    again = Fakes(fakes.database, fakes.clock, fakes.common.limits.results_directory)
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


async def test_photos_and_videos_refused_for_the_same_cause_are_one_trouble(fakes: Fakes) -> None:
    await fakes.outages.refused(Work.CHECK, UNPAID)
    await fakes.outages.refused(Work.CHECK, UNPAID)
    for work in (Work.UPLOAD, Work.SUBMIT):
        await fakes.outages.refused(work, UNPAID)
    await fakes.post()
    assert len(fakes.told()) == 1
    await fakes.outages.worked(Work.SUBMIT)
    await fakes.post()
    assert [("works again" in told) for told in fakes.told()] == [False, True]


async def test_a_photo_that_is_checked_again_is_a_reason_to_try_a_video_now(fakes: Fakes) -> None:
    waiting = await fakes.waiting_job()
    for work in Work:
        await fakes.outages.refused(work, UNPAID)
    assert not await fakes.outages.may_submit(fakes.database)
    await fakes.outages.worked(Work.CHECK)
    assert await fakes.outages.may_submit(fakes.database)
    assert await fakes.outages.is_stopped()
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 2)
    assert "works again" in fakes.told()[1]
    assert (await fakes.task_of(waiting)).task_id is not None


async def test_checked_photos_and_uploads_prove_nothing_of_a_retired_video_model(
    fakes: Fakes,
) -> None:
    await fakes.outages.refused(Work.SUBMIT, RETIRED)
    for work in (Work.CHECK, Work.UPLOAD):
        await fakes.outages.worked(work)
    assert await fakes.outages.is_stopped()
    assert not await fakes.outages.may_submit(fakes.database)


async def test_a_video_made_again_proves_nothing_of_a_retired_model_for_photos(
    fakes: Fakes,
) -> None:
    await fakes.outages.refused(Work.CHECK, RETIRED)
    await fakes.outages.refused(Work.SUBMIT, UNPAID)
    await fakes.outages.worked(Work.SUBMIT)
    await fakes.post()
    (works_again,) = [told for told in fakes.told() if "works again" in told]
    assert said("cause-unpaid") in works_again
    async with fakes.outages.noting(Work.CHECK):
        pass
    await fakes.post()
    assert said("cause-model-retired") in fakes.told()[-1]


async def test_many_photos_of_many_people_are_one_trouble(fakes: Fakes) -> None:
    for _ in range(5):
        async with fakes.outages.noting(Work.CHECK):
            pass
        with pytest.raises(ServiceStopped):
            async with fakes.outages.noting(Work.UPLOAD):
                raise RETIRED
        fakes.clock.advance(3600)
    await fakes.post()
    assert len(fakes.told()) == 1


async def test_a_failed_tasks_reason_stops_what_comes_after_it(fakes: Fakes) -> None:
    await fakes.running_job()
    waits = await fakes.waiting_job(2)
    fakes.engine.will_answer([failure("Arrearage")])
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)
        await fakes.rounds()
    assert fakes.engine.submitted == []
    assert (await fakes.task_of(waits)).state == TaskState.READY


@pytest.mark.parametrize("cause", StopCause)
async def test_why_it_stopped_and_what_works_again_is_said_in_the_operators_language(
    fakes: Fakes, cause: StopCause
) -> None:
    async with fakes.database.transaction() as tx:
        await people.remember(tx, Person(OPERATOR, "Olga", None, "zh"))
    await fakes.outages.refused(Work.SUBMIT, ServiceStopped("401", cause=cause))
    await fakes.outages.worked(Work.SUBMIT)
    await fakes.post()
    stopped, works = fakes.told()
    words = said(CAUSE_TEXTS[cause.value], "zh-hans")
    assert words in stopped
    assert words in works
    assert cause.value not in stopped + works
