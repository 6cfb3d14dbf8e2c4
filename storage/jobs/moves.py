"""Moves of a job from state to state: each one transaction, each made at most once.

A move that was made already answers False and changes nothing, so a lost reply can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from storage.db.database import NOTHING, Transaction
from storage.db.due import put_off
from storage.jobs import ledger, tasks
from storage.jobs.failures import is_charged
from storage.jobs.jobs import FINAL, Job, JobState, get
from storage.jobs.tasks import ENDED, Task, TaskState


async def advance(tx: Transaction, job_id: int) -> None:
    """One of its tasks has moved, or it is to end: bring it as far as its tasks allow.

    A task that failed, or that the provider broke off, ends it; what runs at that moment is waited
    for, because it may be billed.
    """
    job = await get(tx, job_id)
    if job is None or job.state != JobState.MAKING:
        return
    made = await tasks.of_job(tx, job_id)
    job = await _note_failure(tx, job, made)
    broken_off = any(task.state == TaskState.CANCELLED for task in made)
    if job.failure is not None or job.cancel_requested or broken_off:
        await _stop_tasks(tx, job)
        made = await tasks.of_job(tx, job_id)
    if all(task.state in ENDED for task in made):
        await _conclude(tx, job, made)


async def cancel(tx: Transaction, job_id: int) -> bool:
    """What of it has not begun is cancelled, what runs is asked to stop; True when that was all of
    it, for nothing. What was made already comes, and counts.
    """
    changed = await tx.change(
        """
        UPDATE jobs SET cancel_requested = 1
        WHERE id = :id AND cancel_requested = 0 AND state = 'making'
        """,
        {"id": job_id},
    )
    if not changed:
        return False
    await advance(tx, job_id)
    job = await get(tx, job_id)
    return job is not None and job.state == JobState.CANCELLED


async def joined(tx: Transaction, job_id: int) -> bool:
    """joining → delivering: the one video is on our disk."""
    return await _move(tx, job_id, JobState.JOINING, JobState.DELIVERING, {"tries": 0})


async def fetch_again(tx: Transaction, job_id: int) -> bool:
    """delivering → joining, of one task → making: what was on our disk is gone or broken."""
    made = await tasks.of_job(tx, job_id)
    if len(made) == 1:
        return await fetch_tasks_again(tx, job_id, made)
    return await _move(tx, job_id, JobState.DELIVERING, JobState.JOINING, {"tries": 0})


async def fetch_tasks_again(tx: Transaction, job_id: int, lost: Sequence[Task]) -> bool:
    """joining, delivering → making, fetched → fetching: the files of these tasks are gone or
    broken.
    """
    moved = await tx.change(
        """
        UPDATE jobs SET state = 'making', tries = 0
        WHERE id = :id AND state IN ('joining', 'delivering')
        """,
        {"id": job_id},
    )
    for task in lost if moved else ():
        await tx.execute(
            """
            UPDATE tasks SET state = 'fetching', ended_at_milliseconds = NULL, tries = 0
            WHERE id = :id AND state = 'fetched'
            """,
            {"id": task.id},
        )
    return moved


async def delivered(tx: Transaction, job: Job) -> bool:
    """delivering → done: its video was sent (see `deliveries`); settled in the same transaction."""
    return await _end(tx, job, JobState.DONE)


async def undeliverable(tx: Transaction, job: Job, reason: str) -> bool:
    """delivering → undeliverable: the chat is closed to the bot; what was rendered is settled."""
    return await _end(tx, job, JobState.UNDELIVERABLE, {"failure": reason})


async def fail(tx: Transaction, job: Job, failure: str, detail: str | None) -> bool:
    """joining, delivering → failed; what the provider billed counts for its maker, unless the
    service itself is at fault (see `failures`): then the person pays nothing.
    """
    facts = {"failure": failure, "failure_detail": detail}
    return await _end(tx, job, JobState.FAILED, facts, charge_person=is_charged(failure))


async def postpone(tx: Transaction, job_id: int, delay_seconds: float) -> None:
    """A passing fault: the same step again, later."""
    await put_off(tx, "jobs", {"id": job_id}, tx.later(delay_seconds))


async def set_status_message(
    tx: Transaction, job_id: int, *, chat_id: int, message_id: int
) -> None:
    """Where the job's status is shown from now on; nowhere, if its group has another id by now."""
    await tx.execute(
        "UPDATE jobs SET status_message_id = :message_id WHERE id = :id AND chat_id = :chat_id",
        {"id": job_id, "chat_id": chat_id, "message_id": message_id},
    )


async def set_first_status(tx: Transaction, job_id: int, *, chat_id: int, message_id: int) -> bool:
    """The same for a job that shows nothing yet; False when it does, or has ended."""
    return await tx.change(
        """
        UPDATE jobs SET status_message_id = :message_id WHERE id = :id AND chat_id = :chat_id
            AND status_message_id IS NULL
            AND state NOT IN ('done', 'failed', 'cancelled', 'undeliverable')
        """,
        {"id": job_id, "chat_id": chat_id, "message_id": message_id},
    )


async def put_off_status(tx: Transaction, job_id: int, delay_seconds: float) -> None:
    """It shows nothing yet, and is to show it later, if it still is being made then."""
    key = {"id": job_id, "state": JobState.MAKING.value}
    await put_off(tx, "jobs", key, tx.later(delay_seconds))


async def announced(tx: Transaction, job_id: int) -> None:
    """The person was shown the end."""
    await tx.execute("UPDATE jobs SET announced = 1 WHERE id = :id", {"id": job_id})


async def _note_failure(tx: Transaction, job: Job, made: list[Task]) -> Job:
    """It fails for the reason of the first of its tasks that did."""
    failed = next((task for task in made if task.state == TaskState.FAILED), None)
    if failed is None or job.failure is not None:
        return job
    facts = {"failure": failed.failure, "failure_detail": failed.failure_detail}
    await _move(tx, job.id, JobState.MAKING, JobState.MAKING, facts)
    return replace(job, failure=failed.failure)


async def _stop_tasks(tx: Transaction, job: Job) -> None:
    """What has not begun is cancelled, what runs asked to; what nobody wants is not fetched."""
    of_job = {"id": job.id}
    await tx.execute(
        """
        UPDATE tasks SET state = 'cancelled', ended_at_milliseconds = :now
        WHERE job_id = :id AND state IN ('preparing', 'ready')
        """,
        of_job,
    )
    await tx.execute(
        """
        UPDATE tasks SET cancel_requested = 1
        WHERE job_id = :id AND cancel_requested = 0 AND state IN ('submitting', 'running')
        """,
        of_job,
    )
    if job.failure is not None or not job.cancel_requested:
        await tx.execute(
            """
            UPDATE tasks SET state = 'dropped', ended_at_milliseconds = :now
            WHERE job_id = :id AND state = 'fetching'
            """,
            of_job,
        )


async def _conclude(tx: Transaction, job: Job, made: list[Task]) -> None:
    """Nothing of it runs: what was billed is known, and what becomes of it.

    What ends without a failure and without a wish was broken off by the provider.
    """
    bills = [task.billed_milliseconds for task in made if task.billed_milliseconds is not None]
    billed = sum(bills) if bills else None
    facts = {"billed_milliseconds": billed, "tries": 0, "not_before_milliseconds": 0}
    fetched = [task for task in made if task.state == TaskState.FETCHED]
    complete = len(fetched) == len(made) or job.cancel_requested
    if job.failure is None and fetched and complete:
        target = JobState.DELIVERING if len(made) == 1 else JobState.JOINING
        await _move(tx, job.id, JobState.MAKING, target, facts)
        return
    await _move(tx, job.id, JobState.MAKING, JobState.MAKING, facts)
    charged = job.failure is not None and is_charged(job.failure)
    state = JobState.CANCELLED if job.failure is None else JobState.FAILED
    await _end(tx, job, state, charge_person=charged)


async def _move(
    tx: Transaction,
    job_id: int,
    source: JobState,
    target: JobState,
    facts: Mapping[str, Any] = NOTHING,
) -> bool:
    """Bring it from one state to another, with what was learnt; False when it is elsewhere."""
    assignments = "".join(f", {column} = :{column}" for column in facts)
    return await tx.change(
        f"UPDATE jobs SET state = :target{assignments} WHERE id = :id AND state = :source",  # noqa: S608
        {"id": job_id, "source": source.value, "target": target.value, **facts},
    )


async def _end(
    tx: Transaction,
    job: Job,
    state: JobState,
    facts: Mapping[str, Any] = NOTHING,
    *,
    charge_person: bool = True,
) -> bool:
    """Its hold is resolved, and it ends; False when it had ended before."""
    current = await get(tx, job.id)
    if current is None or current.state in FINAL:
        return False
    await _settle(tx, current, charge_person=charge_person)
    told_at_once = {"tries": 0, "not_before_milliseconds": 0}
    facts = {**facts, **told_at_once, "ended_at_milliseconds": tx.now_milliseconds}
    return await _move(tx, job.id, JobState(current.state), state, facts)


async def _settle(tx: Transaction, job: Job, *, charge_person: bool) -> None:
    """Resolve its hold by what its tasks were billed, or give it back."""
    billed, price = job.billed_milliseconds, job.price
    if billed is None:
        await ledger.release(tx, job.id)
    else:
        await ledger.settle(
            tx, job.id, price, billed_milliseconds=billed, charge_person=charge_person
        )
