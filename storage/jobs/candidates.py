"""The tasks one of which may be a job's, where the operator was asked which; and the answers."""

from __future__ import annotations

from enum import StrEnum

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job, JobState


class CandidateAnswer(StrEnum):
    """What became of the operator's answer."""

    DONE = "done"
    NOT_ASKED = "not-asked"
    """There is no such job, or it does not wait for an answer (any more)."""
    NOT_LISTED = "not-listed"
    """The task is not among those that were named for this job, or is another job's by now."""


async def store(tx: Transaction, job: Job, task_ids: list[str]) -> bool:
    """The operator may choose among these from now on; False when the job has moved on."""
    current = await jobs.get(tx, job.id)
    if not _is_same_submission(current, job):
        return False
    await tx.execute("DELETE FROM candidates WHERE job_id = :job_id", {"job_id": job.id})
    for task_id in task_ids:
        await tx.execute(
            """
            INSERT INTO candidates (job_id, submitting_at_milliseconds, task_id)
            VALUES (:id, :submitting_at_milliseconds, :task_id)
            """,
            {**columns(job), "task_id": task_id},
        )
    return True


async def listed(database: Queryable, job: Job) -> set[str]:
    """The tasks that were named to the operator for this submission of the job."""
    task_ids = await database.column(
        """
        SELECT task_id FROM candidates
        WHERE job_id = :id AND submitting_at_milliseconds = :submitting_at_milliseconds
        """,
        columns(job),
    )
    return set(task_ids)


async def adopt(tx: Transaction, job_id: int, task_id: str) -> CandidateAnswer:
    """submitting → running with this task, as the operator says; once more is no change."""
    job = await jobs.get(tx, job_id)
    if job is None or not (tasks := await listed(tx, job)):
        return CandidateAnswer.NOT_ASKED
    if job.task_id == task_id and task_id in tasks:
        return CandidateAnswer.DONE
    if job.state != JobState.SUBMITTING:
        return CandidateAnswer.NOT_ASKED
    if task_id not in tasks or await jobs.owned_tasks(tx, job.account or "", [task_id]):
        return CandidateAnswer.NOT_LISTED
    await moves.submitted(tx, job.id, task_id, adopted=True)
    return CandidateAnswer.DONE


async def release(tx: Transaction, job_id: int, failure: str) -> CandidateAnswer:
    """submitting → failed, since the operator says that no task is its own; once more is no change.

    Only where the operator was asked: another submission may be under way just now, and a task
    that nobody owns would be paid for.
    """
    job = await jobs.get(tx, job_id)
    if job is None or not await listed(tx, job):
        return CandidateAnswer.NOT_ASKED
    if job.state == JobState.FAILED and job.failure == failure:
        return CandidateAnswer.DONE
    if job.state != JobState.SUBMITTING:
        return CandidateAnswer.NOT_ASKED
    await moves.fail(tx, job, failure, "the operator says so")
    return CandidateAnswer.DONE


def _is_same_submission(current: Job | None, job: Job) -> bool:
    return (
        current is not None
        and current.state == JobState.SUBMITTING
        and current.submitting_at_milliseconds == job.submitting_at_milliseconds
    )
