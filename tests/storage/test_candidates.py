"""The operator's answers against whatever else decides at the same time: a transaction decides."""

from __future__ import annotations

from storage.db.database import Database
from storage.jobs import candidates, jobs, moves
from storage.jobs.candidates import CandidateAnswer
from storage.jobs.jobs import Job, JobState
from tests.storage.orders import ENGINE, NOON, make_ready, start
from tests.support.clock import FakeClock

ACCOUNT = "dashscope"


async def submitting(database: Database, user_id: int = 1) -> Job:
    job = await start(database, user_id)
    await make_ready(database, job)
    return await taken(database)


async def taken(database: Database) -> Job:
    async with database.transaction() as tx:
        job = await moves.take_slot(tx, account=ACCOUNT, slots=5, engine=ENGINE)
    assert job is not None
    return job


async def asked(database: Database, user_id: int = 1) -> Job:
    job = await submitting(database, user_id)
    async with database.transaction() as tx:
        assert await candidates.store(tx, job, ["a", "b"])
        await moves.postpone(tx, job.id, NOON + 300_000)
    return job


async def adopt(database: Database, job: Job, task_id: str) -> CandidateAnswer:
    async with database.transaction() as tx:
        return await candidates.adopt(tx, job.id, task_id)


async def release(database: Database, job: Job) -> CandidateAnswer:
    async with database.transaction() as tx:
        return await candidates.release(tx, job.id, "failed-released")


async def now_is(database: Database, job: Job) -> Job:
    current = await jobs.get(database, job.id)
    assert current is not None
    return current


async def test_a_submission_under_way_that_nobody_asked_about_cannot_be_answered(
    database: Database,
) -> None:
    job = await submitting(database)
    assert await adopt(database, job, "a") is CandidateAnswer.NOT_ASKED
    assert await release(database, job) is CandidateAnswer.NOT_ASKED


async def test_an_adopted_job_is_looked_at_at_once(database: Database) -> None:
    job = await asked(database)
    assert await adopt(database, job, "a") is CandidateAnswer.DONE
    current = await now_is(database, job)
    assert (current.state, current.task_id, current.adopted) == (JobState.RUNNING, "a", 1)
    assert current.not_before_milliseconds == 0


async def test_a_task_belongs_to_one_job(database: Database) -> None:
    first, second = await asked(database, 1), await asked(database, 2)
    assert await adopt(database, first, "a") is CandidateAnswer.DONE
    assert await adopt(database, second, "a") is CandidateAnswer.NOT_LISTED
    assert await adopt(database, second, "c") is CandidateAnswer.NOT_LISTED
    assert await adopt(database, second, "b") is CandidateAnswer.DONE


async def test_an_answer_of_an_earlier_submission_is_none_for_the_next(
    database: Database, clock: FakeClock
) -> None:
    job = await asked(database)
    async with database.transaction() as tx:
        assert await moves.not_submitted(tx, job.id, 0)
    clock.advance(1)
    assert (await taken(database)).id == job.id
    assert await release(database, job) is CandidateAnswer.NOT_ASKED
    assert await adopt(database, job, "a") is CandidateAnswer.NOT_ASKED


async def test_a_question_that_comes_too_late_is_not_asked(database: Database) -> None:
    job = await asked(database)
    await adopt(database, job, "a")
    async with database.transaction() as tx:
        assert not await candidates.store(tx, job, ["a", "b"])


async def test_a_released_job_stays_so_whatever_comes_after(database: Database) -> None:
    job = await asked(database)
    assert await release(database, job) is CandidateAnswer.DONE
    assert await release(database, job) is CandidateAnswer.DONE
    assert await adopt(database, job, "a") is CandidateAnswer.NOT_ASKED
    async with database.transaction() as tx:
        assert not await moves.submitted(tx, job.id, "a")
        assert not await moves.not_submitted(tx, job.id, NOON)
    assert (await now_is(database, job)).state == JobState.FAILED
