"""The provider's tasks one of which may be ours, where the operator was asked; and the answers."""

from __future__ import annotations

from enum import StrEnum

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task, TaskState


class CandidateAnswer(StrEnum):
    """What became of the operator's answer."""

    DONE = "done"
    NOT_ASKED = "not-asked"
    """There is no such job, or it does not wait for an answer (any more)."""
    NOT_LISTED = "not-listed"
    """The task is not among those that were named for this job, or is another job's by now."""


async def store(tx: Transaction, task: Task, task_ids: list[str]) -> bool:
    """The operator may choose among these from now on; False when the task has moved on."""
    at = {"submitting_at_milliseconds": task.submitting_at_milliseconds}
    if not await tx.has("tasks", id=task.id, state=TaskState.SUBMITTING, **at):
        return False
    await tx.delete("candidates", for_id=task.id)
    named = {"for_id": task.id, **at}
    for task_id in task_ids:
        await tx.insert("candidates", {**named, "task_id": task_id})
    return True


async def listed(database: Queryable, task: Task) -> set[str]:
    """Those that were named to the operator for this submission."""
    sql = """
        SELECT task_id FROM candidates
        WHERE for_id = :id AND submitting_at_milliseconds = :submitting_at_milliseconds
        """
    return {*await database.column(sql, **columns(task))}


async def adopt(tx: Transaction, job_id: int, task_id: str) -> CandidateAnswer:
    """submitting → running with this task, as the operator says; once more is no change.

    An engine has one slot, so one of a job's tasks is meant; of several none would be guessed.
    """
    asked = await _asked(tx, job_id)
    if any(task.task_id == task_id and task_id in named for task, named in asked):
        return CandidateAnswer.DONE
    open_ones = [pair for pair in asked if pair[0].state == TaskState.SUBMITTING]
    if not open_ones:
        return CandidateAnswer.NOT_ASKED
    offered = [task for task, named in open_ones if task_id in named]
    if len(offered) != 1 or await tasks.owned(tx, offered[0].account or "", [task_id]):
        return CandidateAnswer.NOT_LISTED
    await task_moves.submitted(tx, offered[0], task_id, adopted=True)
    return CandidateAnswer.DONE


async def release(tx: Transaction, job_id: int, failure: str) -> CandidateAnswer:
    """submitting → failed, since the operator says that no task is its own; once more is no change.

    Only where the operator was asked: another submission may be under way just now, and a task
    that nobody owns would be paid for.
    """
    asked = [task for task, _ in await _asked(tx, job_id)]
    doubtful = [task for task in asked if task.state == TaskState.SUBMITTING]
    for task in doubtful:
        await task_moves.fail(tx, task, failure, "the operator says so")
    known = any(task.failure == failure for task in asked)
    return CandidateAnswer.DONE if doubtful or known else CandidateAnswer.NOT_ASKED


async def _asked(tx: Transaction, job_id: int) -> list[tuple[Task, set[str]]]:
    """The job's tasks of which the operator was asked, each with what was named for it."""
    pairs = [(task, await listed(tx, task)) for task in await tasks.of_job(tx, job_id)]
    return [(task, named) for task, named in pairs if named]
