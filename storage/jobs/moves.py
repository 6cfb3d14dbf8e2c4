"""Moves of a job from state to state: each one transaction, each made at most once.

A move that was made already answers False and changes nothing, so a lost reply can be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.db.database import Transaction
from storage.jobs import ledger, tasks
from storage.jobs.failures import is_charged
from storage.jobs.jobs import FINAL, Job, JobState, get
from storage.jobs.tasks import BEGUN, ENDED, WAITING, Task, TaskState

_ENDING = (TaskState.FAILED, TaskState.CANCELLED)


async def advance(tx: Transaction, job_id: int) -> None:
    """One of its tasks has moved: bring it as far as its tasks allow.

    A task that failed, or that the provider broke off, ends it (see `_note_failure`); what runs at
    that moment is waited for, because it may be billed. Whatever ends a job shows in a task that
    has ended or is asked to stop: without one, nothing is to be done.
    """
    made = await tasks.of_job(tx, job_id)
    if _have_ended(made) or any(task.state in _ENDING or task.cancel_requested for task in made):
        await _advance(tx, job_id, made)


async def _advance(tx: Transaction, job_id: int, made: list[Task]) -> None:
    job = await get(tx, job_id)
    if job is None or job.state != JobState.MAKING:
        return
    job = await _note_failure(tx, job, made)
    broken_off = any(task.state == TaskState.CANCELLED for task in made)
    if job.failure is not None or job.cancel_requested or broken_off:
        await _stop_tasks(tx, job)
        made = await tasks.of_job(tx, job_id)
    if _have_ended(made):
        await _conclude(tx, job, made)


def _have_ended(made: list[Task]) -> bool:
    return all(task.state in ENDED for task in made)


async def cancel(tx: Transaction, job_id: int) -> bool:
    """What of it has not begun is cancelled, what runs is asked to stop; True when that was all of
    it, for nothing. What was made already comes, and counts.
    """
    key = {"id": job_id, "cancel_requested": 0, "state": JobState.MAKING}
    if not await tx.update("jobs", {"cancel_requested": 1}, **key):
        return False
    await _advance(tx, job_id, await tasks.of_job(tx, job_id))
    job = await get(tx, job_id)
    return job is not None and job.state == JobState.CANCELLED


async def joined(tx: Transaction, job_id: int) -> bool:
    """joining → delivering: the one video is on our disk."""
    return await _move(tx, job_id, JobState.JOINING, JobState.DELIVERING, tries=0)


async def fetch_again(tx: Transaction, job_id: int) -> bool:
    """delivering → joining, of one task → making: what was on our disk is gone or broken."""
    made = await tasks.of_job(tx, job_id)
    if len(made) == 1:
        return await fetch_tasks_again(tx, job_id, made)
    return await _move(tx, job_id, JobState.DELIVERING, JobState.JOINING, tries=0)


async def fetch_tasks_again(tx: Transaction, job_id: int, lost: Sequence[Task]) -> bool:
    """joining, delivering → making, fetched → fetching: the files of these tasks are gone or
    broken.
    """
    begun, states = {"tries": 0, "state": JobState.MAKING}, (JobState.JOINING, JobState.DELIVERING)
    moved = await tx.update("jobs", begun, id=job_id, state=states)
    again = {"state": TaskState.FETCHING, "ended_at_milliseconds": None, "tries": 0}
    for task in lost if moved else ():
        await tx.update("tasks", again, id=task.id, state=TaskState.FETCHED)
    return moved


async def delivered(tx: Transaction, job: Job) -> bool:
    """delivering → done: its video was sent (see `deliveries`); settled in the same transaction."""
    return await _end(tx, job, JobState.DONE)


async def undeliverable(tx: Transaction, job: Job, reason: str) -> bool:
    """delivering → undeliverable: the chat is closed to the bot; what was rendered is settled."""
    return await _end(tx, job, JobState.UNDELIVERABLE, failure=reason)


async def fail(tx: Transaction, job: Job, failure: str, detail: str | None) -> bool:
    """joining, delivering → failed; what the provider billed counts for its maker, unless the
    service itself is at fault (see `failures`): then the person pays nothing.
    """
    charged, why = is_charged(failure), {"failure": failure, "failure_detail": detail}
    return await _end(tx, job, JobState.FAILED, charge_person=charged, **why)


async def set_status_message(
    tx: Transaction, job_id: int, *, chat_id: int, message_id: int
) -> None:
    """Where the job's status is shown from now on; nowhere, if its group has another id by now."""
    await tx.update("jobs", {"status_message_id": message_id}, id=job_id, chat_id=chat_id)


async def set_first_status(tx: Transaction, job_id: int, *, chat_id: int, message_id: int) -> bool:
    """The same for a job that shows nothing yet; False when it does, or has ended."""
    silent = {"status_message_id": None, "ended_at_milliseconds": None}
    shown = {"status_message_id": message_id}
    return await tx.update("jobs", shown, id=job_id, chat_id=chat_id, **silent)


async def give_status_away(tx: Transaction, job_id: int) -> None:
    """Its status message is that of the job made of it once more: its end was read there."""
    await tx.update("jobs", {"status_message_id": None, "announced": 1}, id=job_id)


async def announced(tx: Transaction, job_id: int) -> None:
    """The person was shown the end."""
    await tx.update("jobs", {"announced": 1}, id=job_id)


async def _note_failure(tx: Transaction, job: Job, made: list[Task]) -> Job:
    """It fails for the reason of the first of its tasks that did.

    Not where what is made already comes and counts, since its maker stopped it, and counts all the
    same: then it comes.
    """
    failed = [task for task in made if task.state == TaskState.FAILED]
    counts = all(is_charged(task.failure or "") for task in failed)
    comes = job.cancel_requested and counts and any(task.state in BEGUN for task in made)
    if not failed or job.failure is not None or comes:
        return job
    facts = {"failure": failed[0].failure, "failure_detail": failed[0].failure_detail}
    await _move(tx, job.id, JobState.MAKING, JobState.MAKING, **facts)
    return replace(job, failure=failed[0].failure)


async def _stop_tasks(tx: Transaction, job: Job) -> None:
    """What has not begun is cancelled, what runs asked to; what nobody wants is not fetched."""
    ended = {"ended_at_milliseconds": tx.now_milliseconds}
    cancelled = {"state": TaskState.CANCELLED, **ended}
    await tx.update("tasks", cancelled, job_id=job.id, state=WAITING)
    asked = {"cancel_requested": 0, "state": (TaskState.SUBMITTING, TaskState.RUNNING)}
    await tx.update("tasks", {"cancel_requested": 1}, job_id=job.id, **asked)
    if job.failure is not None or not job.cancel_requested:
        dropped = {"state": TaskState.DROPPED, **ended}
        await tx.update("tasks", dropped, job_id=job.id, state=TaskState.FETCHING)


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
        await _move(tx, job.id, JobState.MAKING, target, **facts)
        return
    await _move(tx, job.id, JobState.MAKING, JobState.MAKING, **facts)
    charged = job.failure is not None and is_charged(job.failure)
    state = JobState.CANCELLED if job.failure is None else JobState.FAILED
    await _end(tx, job, state, charge_person=charged)


async def _move(
    tx: Transaction, job_id: int, source: JobState, target: JobState, **facts: Any
) -> bool:
    """Bring it from one state to another, with what was learnt; False when it is elsewhere."""
    return await tx.update("jobs", {"state": target, **facts}, id=job_id, state=source)


async def _end(
    tx: Transaction, job: Job, state: JobState, *, charge_person: bool = True, **facts: Any
) -> bool:
    """Its hold is resolved, and it ends; False when it had ended before."""
    current = await get(tx, job.id)
    if current is None or current.state in FINAL:
        return False
    await _settle(tx, current, charge_person=charge_person)
    told_at_once = {"tries": 0, "not_before_milliseconds": 0}
    facts |= {**told_at_once, "ended_at_milliseconds": tx.now_milliseconds}
    return await _move(tx, job.id, JobState(current.state), state, **facts)


async def _settle(tx: Transaction, job: Job, *, charge_person: bool) -> None:
    """Resolve its hold by what its tasks were billed, or give it back."""
    billed, price = job.billed_milliseconds, job.price
    if billed is None:
        await ledger.release(tx, job.id)
    else:
        await ledger.settle(
            tx, job.id, price, billed_milliseconds=billed, charge_person=charge_person
        )
