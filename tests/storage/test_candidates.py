"""The operator's answers against whatever else decides at the same time: a transaction decides."""

from __future__ import annotations

from storage import due
from storage.db.database import Database
from storage.jobs import candidates, task_moves, tasks
from storage.jobs.candidates import CandidateAnswer
from storage.jobs.tasks import Task, TaskState
from tests.storage.orders import make_ready, start, submit_next
from tests.support.clock import FakeClock


async def submitting(database: Database, user_id: int = 1) -> Task:
    await make_ready(database, await start(database, user_id))
    return await taken(database)


async def taken(database: Database) -> Task:
    task = await submit_next(database, slots=5)
    assert task is not None
    return task


async def asked(database: Database, user_id: int = 1) -> Task:
    task = await submitting(database, user_id)
    async with database.transaction() as tx:
        assert await candidates.store(tx, task, ["a", "b"])
        await due.postpone(tx, task, 300.0)
    return task


async def adopt(database: Database, task: Task, task_id: str) -> CandidateAnswer:
    async with database.transaction() as tx:
        return await candidates.adopt(tx, task.job_id, task_id)


async def release(database: Database, task: Task) -> CandidateAnswer:
    async with database.transaction() as tx:
        return await candidates.release(tx, task.job_id, "failed-released")


async def now_is(database: Database, task: Task) -> Task:
    current = await tasks.get(database, task.id)
    assert current is not None
    return current


async def test_a_submission_under_way_that_nobody_asked_about_cannot_be_answered(
    database: Database,
) -> None:
    task = await submitting(database)
    assert await adopt(database, task, "a") is CandidateAnswer.NOT_ASKED
    assert await release(database, task) is CandidateAnswer.NOT_ASKED


async def test_an_adopted_job_is_looked_at_at_once(database: Database) -> None:
    task = await asked(database)
    assert await adopt(database, task, "a") is CandidateAnswer.DONE
    current = await now_is(database, task)
    assert (current.state, current.task_id, current.adopted) == (TaskState.RUNNING, "a", 1)
    assert current.not_before_milliseconds == 0


async def test_a_task_belongs_to_one_job(database: Database) -> None:
    first, second = await asked(database, 1), await asked(database, 2)
    assert await adopt(database, first, "a") is CandidateAnswer.DONE
    assert await adopt(database, second, "a") is CandidateAnswer.NOT_LISTED
    assert await adopt(database, second, "c") is CandidateAnswer.NOT_LISTED
    assert await adopt(database, second, "b") is CandidateAnswer.DONE


async def test_of_two_parts_that_were_offered_the_same_none_is_guessed(database: Database) -> None:
    await make_ready(database, await start(database, 1, 30_000, cuts=(15_000,)))
    for part in (await taken(database), await taken(database)):
        async with database.transaction() as tx:
            assert await candidates.store(tx, part, ["a"])
    assert await adopt(database, part, "a") is CandidateAnswer.NOT_LISTED


async def test_an_answer_of_an_earlier_submission_is_none_for_the_next(
    database: Database, clock: FakeClock
) -> None:
    task = await asked(database)
    async with database.transaction() as tx:
        assert await task_moves.wait_again(tx, task, 0)
    clock.advance(1)
    assert (await taken(database)).id == task.id
    assert await release(database, task) is CandidateAnswer.NOT_ASKED
    assert await adopt(database, task, "a") is CandidateAnswer.NOT_ASKED


async def test_a_question_that_comes_too_late_is_not_asked(database: Database) -> None:
    task = await asked(database)
    await adopt(database, task, "a")
    async with database.transaction() as tx:
        assert not await candidates.store(tx, task, ["a", "b"])


async def test_a_released_job_stays_so_whatever_comes_after(database: Database) -> None:
    task = await asked(database)
    assert await release(database, task) is CandidateAnswer.DONE
    assert await release(database, task) is CandidateAnswer.DONE
    assert await adopt(database, task, "a") is CandidateAnswer.NOT_ASKED
    async with database.transaction() as tx:
        assert not await task_moves.submitted(tx, task, "a")
        assert not await task_moves.wait_again(tx, task, 0)
    assert (await now_is(database, task)).state == TaskState.FAILED
