"""A task that failed for a passing reason is made again, and is never taken for another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dashscope.errors import SubmitUnknown
from bot.dashscope.tasks import TaskStatus, TaskSummary
from bot.retry import SUBMIT_REFUSED
from storage import media
from storage.jobs import candidates, moves, tasks
from storage.jobs.candidates import CandidateAnswer
from storage.jobs.jobs import JobState
from storage.jobs.tasks import Task, TaskState
from tests.support.fake_services import Fakes
from tests.support.scripted_engine import failure
from tests.support.texts import said

FREE = {"held": 5_000, "quota": 0, "money": 0, "flagged": 0}


async def running(fakes: Fakes) -> Task:
    """A task that the engine was asked for."""
    task = await fakes.running_task()
    fakes.engine.submitted.append(task.name)
    return task


async def failed(fakes: Fakes, code: str = "InternalError") -> Task:
    """The task, as it stands after its watch has seen that."""
    task = await running(fakes)
    await fails(fakes, task, code)
    return await fakes.task(task.id)


async def fails(fakes: Fakes, task: Task, code: str = "InternalError") -> None:
    fakes.engine.will_answer([failure(code)])
    await fakes.watch.watch(task)


async def submitted_again(fakes: Fakes) -> Task:
    """The same task in its next submission."""
    fakes.clock.advance(SUBMIT_REFUSED.delays_seconds[-1])
    taken = await fakes.submission.take(fakes.engine)
    assert taken is not None
    await fakes.submission.submit(taken)
    return await fakes.task(taken.id)


@pytest.mark.parametrize(
    "code", ["InternalError", "SystemError", "Throttling.RateQuota", "ModelUnavailable"]
)
async def test_it_waits_again_costs_nothing_and_says_so(
    fakes: Fakes, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    task = await failed(fakes, code)
    assert (task.state, task.slot, task.task_id, task.refusals) == (TaskState.READY, None, None, 1)
    assert await fakes.ledger() == FREE
    await fakes.post()
    assert fakes.told() == []
    (line,) = [r.getMessage() for r in caplog.records if "waits again" in r.getMessage()]
    assert "task-1" in line
    assert code in line


async def test_a_file_that_could_not_be_read_is_handed_over_anew(fakes: Fakes) -> None:
    task = await failed(fakes, "InvalidURL.Timeout")
    assert (task.state, task.task_id, task.refusals) == (TaskState.PREPARING, None, 1)
    job = await fakes.job(task.job_id)
    photo = await media.get(fakes.database, job.photo_id)
    assert photo is not None
    assert photo.upload_expires_at_milliseconds == 0


async def test_it_ends_free_after_three_times_and_both_are_told(fakes: Fakes) -> None:
    task = await failed(fakes)
    for _ in SUBMIT_REFUSED.delays_seconds:
        await fails(fakes, await submitted_again(fakes))
    task = await fakes.task(task.id)
    assert (task.state, task.failure) == (TaskState.FAILED, "failed-service")
    job = await fakes.job(task.job_id)
    assert job.status_message_id is not None
    assert "Nothing was charged" in fakes.sender.messages[job.status_message_id].text
    await fakes.post()
    (told,) = fakes.told()
    assert "again and again" in told
    assert await fakes.ledger() == {"held": 0, "quota": 0, "money": 0, "flagged": 0}


async def test_one_whose_job_was_to_be_stopped_ends_as_cancelled(fakes: Fakes) -> None:
    task = await running(fakes)
    async with fakes.database.transaction() as tx:
        await moves.cancel(tx, task.job_id)
    await fails(fakes, replace(task, refusals=9))
    assert (await fakes.task(task.id)).state == TaskState.CANCELLED
    job = await fakes.job(task.job_id)
    assert job.state == JobState.CANCELLED
    assert job.status_message_id is not None
    assert fakes.sender.messages[job.status_message_id].text == said("job-cancelled")


async def test_its_id_stays_known_and_is_never_taken_for_the_next_submissions(fakes: Fakes) -> None:
    first = await running(fakes)
    assert first.task_id is not None
    await fails(fakes, first)
    fakes.engine.refusal = SubmitUnknown("submit: 500")
    task = await submitted_again(fakes)
    now = fakes.engine.really_now_milliseconds()
    earlier = TaskSummary(first.task_id, TaskStatus.FAILED, None, now)
    fakes.engine.listed = [earlier]
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).state == TaskState.SUBMITTING
    fakes.engine.listed = [earlier, replace(earlier, task_id="ours", status=TaskStatus.RUNNING)]
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).task_id == "ours"


async def test_after_another_programs_task_failed_ones_own_is_found_and_nothing_submitted_twice(
    fakes: Fakes,
) -> None:
    await fakes.waiting_job()
    fakes.engine.refusal = SubmitUnknown("submit: 500")
    task = await submitted_again(fakes)
    now = fakes.engine.really_now_milliseconds()
    other = TaskSummary("other", TaskStatus.RUNNING, None, now)
    fakes.engine.listed = [other]
    await fakes.submission.reconcile(task)
    await fails(fakes, await fakes.task(task.id))
    task = await fakes.task(task.id)
    assert (task.state, task.task_id, task.refusals) == (TaskState.SUBMITTING, None, 1)
    fakes.engine.listed = [replace(other, status=TaskStatus.FAILED), replace(other, task_id="ours")]
    await fakes.submission.reconcile(task)
    assert (await fakes.task(task.id)).task_id == "ours"
    assert fakes.engine.submitted == [task.name]


async def test_the_operator_cannot_adopt_it_either(fakes: Fakes) -> None:
    first = await running(fakes)
    assert first.task_id is not None
    await fails(fakes, first)
    fakes.engine.refusal = SubmitUnknown("submit: 500")
    task = await submitted_again(fakes)
    async with fakes.database.transaction() as tx:
        await candidates.store(tx, task, [first.task_id, "ours"])
        answer = await candidates.adopt(tx, task.job_id, first.task_id)
        assert answer is CandidateAnswer.NOT_LISTED
        assert await candidates.adopt(tx, task.job_id, "ours") is CandidateAnswer.DONE
        owned = await tasks.owned(tx, fakes.engine.account, [first.task_id, "ours", "nobody's"])
    assert owned == {first.task_id, "ours"}
