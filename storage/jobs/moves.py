"""Moves of a job from state to state: each one transaction, each made at most once.

A move that was made already answers False and changes nothing, so a lost reply can be repeated.
"""

from __future__ import annotations

from typing import Any

from storage.db.database import Transaction
from storage.db.due import put_off
from storage.jobs import job_parts
from storage.jobs.failures import is_charged
from storage.jobs.jobs import WAITING, Job, JobState, get
from storage.jobs.transitions import end, move, opened, settle


async def prepared(tx: Transaction, job_id: int) -> bool:
    """preparing → ready: both media items are at the provider."""
    return await move(tx, job_id, JobState.PREPARING, JobState.READY)


async def take_slot(
    tx: Transaction,
    *,
    account: str,
    slots: int,
    engine: str,
    submitting_at_milliseconds: int | None = None,
) -> Job | None:
    """ready → submitting: the engine's next in turn takes a free slot of the account, with the
    intention to pay and the time on disk. None when no slot is free or nothing is due.

    `slots` is how many tasks of this engine may run at a time. `submitting_at_milliseconds` is now
    by the provider's clock, where that is another: it is compared with the times of tasks.
    """
    slot = await _free_slot(tx, account, slots, engine)
    if slot is None:
        return None
    return await tx.one(
        Job,
        """
        UPDATE jobs SET state = 'submitting', account = :account, slot = :slot,
            submitting_at_milliseconds = COALESCE(:submitting_at, :now)
        WHERE id = (SELECT id FROM jobs WHERE state IN ('preparing', 'ready') AND state = 'ready'
            AND engine = :engine AND not_before_milliseconds <= :now ORDER BY turn, id LIMIT 1)
        RETURNING *
        """,
        {
            "account": account,
            "slot": slot,
            "engine": engine,
            "submitting_at": submitting_at_milliseconds,
        },
    )


async def date_submission(tx: Transaction, job_id: int, submitting_at_milliseconds: int) -> None:
    """Before the call: the provider's clock is known, and shows another time than was noted."""
    await tx.execute(
        """
        UPDATE jobs SET submitting_at_milliseconds = :submitting_at
        WHERE id = :id AND state = 'submitting'
        """,
        {"id": job_id, "submitting_at": submitting_at_milliseconds},
    )


async def submitted(tx: Transaction, job_id: int, task_id: str, *, adopted: bool = False) -> bool:
    """submitting → running: the provider's task is known, or `adopted` from its list of tasks."""
    facts = {
        "task_id": task_id,
        "adopted": int(adopted),
        "running_since_milliseconds": tx.now_milliseconds,
        "tries": 0,
        "not_before_milliseconds": 0,
    }
    return await move(tx, job_id, JobState.SUBMITTING, JobState.RUNNING, facts)


async def not_submitted(tx: Transaction, job_id: int, not_before_milliseconds: int) -> bool:
    """submitting → ready: it is certain that no task exists."""
    facts = {
        "slot": None,
        "account": None,
        "submitting_at_milliseconds": None,
        "not_before_milliseconds": not_before_milliseconds,
    }
    moved = await move(tx, job_id, JobState.SUBMITTING, JobState.READY, facts)
    await job_parts.go_on(tx, job_id)
    return moved


async def prepare_again(tx: Transaction, job_id: int) -> bool:
    """submitting → preparing: the provider could not read a file, and no task exists."""
    job = await get(tx, job_id)
    facts = {"slot": None, "account": None, "submitting_at_milliseconds": None}
    moved = await move(tx, job_id, JobState.SUBMITTING, JobState.PREPARING, facts)
    if moved and job is not None:
        await postpone(tx, job_id, 0)
        await job_parts.go_on(tx, job_id)
    return moved


async def refused(tx: Transaction, job_id: int) -> None:
    """The provider said no for now, or has no task of it: beside the move that follows from it."""
    await tx.execute("UPDATE jobs SET refusals = refusals + 1 WHERE id = :id", {"id": job_id})


async def cancel_refused(tx: Transaction, job_id: int) -> None:
    """The task runs already: it is not asked to stop again, and the person is told."""
    await tx.execute("UPDATE jobs SET cancel_requested = 2 WHERE id = :id", {"id": job_id})


async def rendered(
    tx: Transaction, job_id: int, *, video_url: str | None, billed_milliseconds: int
) -> bool:
    """running → fetching: the task succeeded and is billed; the slot is free.

    Without an address for the video, one is asked for when it is fetched.
    """
    facts = {
        "slot": None,
        "video_url": video_url,
        "billed_milliseconds": billed_milliseconds,
        "noticed_end_at_milliseconds": tx.now_milliseconds,
        "tries": 0,
    }
    moved = await move(tx, job_id, JobState.RUNNING, JobState.FETCHING, facts)
    await job_parts.go_on(tx, job_id)
    return moved


async def fetched(tx: Transaction, job_id: int) -> bool:
    """fetching → delivering: the paid result is on our disk; for parts see `wholes.kept`."""
    return await move(tx, job_id, JobState.FETCHING, JobState.DELIVERING, {"tries": 0})


async def fetch_again(tx: Transaction, job_id: int) -> bool:
    """delivering → fetching, of a whole joining: what was on our disk is gone or broken."""
    job = await get(tx, job_id)
    whole = job is not None and job.parts is not None
    target = JobState.JOINING if whole else JobState.FETCHING
    return await move(tx, job_id, JobState.DELIVERING, target, {"tries": 0})


async def delivered(tx: Transaction, job: Job) -> bool:
    """delivering → done: its video was sent (see `deliveries`); settled in the same transaction."""
    return await _finish(tx, job, JobState.DONE, {})


async def undeliverable(tx: Transaction, job: Job, reason: str) -> bool:
    """delivering → undeliverable: the chat is closed to the bot; what was rendered is settled."""
    return await _finish(tx, job, JobState.UNDELIVERABLE, {"failure": reason})


async def fail(tx: Transaction, job: Job, failure: str, detail: str | None) -> bool:
    """Any open state → failed; what the provider billed counts for its maker, unless the service
    itself is at fault (see `failures`): then the person pays nothing.

    A whole of which something runs fails when that has ended; a part takes its whole with it.
    """
    current = await opened(tx, job.id)
    if current is not None and current.state == JobState.IN_PARTS:
        return await job_parts.fail_when_idle(tx, current, failure, detail)
    facts = {"failure": failure, "failure_detail": detail, "slot": None}
    return await _finish(tx, job, JobState.FAILED, facts, charge_person=is_charged(failure))


async def cancel_waiting(tx: Transaction, job_id: int) -> bool:
    """preparing, ready → cancelled, for nothing; False when it is past that.

    A whole stops what of it waits; False when something of it is past that.
    """
    job = await get(tx, job_id)
    if job is not None and job.state == JobState.IN_PARTS:
        return await job_parts.stop(tx, job)
    if job is None or job.state not in WAITING:
        return False
    return await cancelled(tx, job)


async def cancelled(tx: Transaction, job: Job) -> bool:
    """Any open state → cancelled: the hold is released, as far as nothing was billed."""
    current = await opened(tx, job.id)
    if current is not None and current.state == JobState.IN_PARTS:
        return await job_parts.stop(tx, current)
    return await _finish(tx, job, JobState.CANCELLED, {"slot": None})


async def request_cancel(tx: Transaction, job_id: int) -> bool:
    """Remember that the owner wants a submitted job stopped; False when that was asked before."""
    return await tx.change(
        """
        UPDATE jobs SET cancel_requested = 1
        WHERE id = :id AND cancel_requested = 0 AND state IN ('submitting', 'running')
        """,
        {"id": job_id},
    )


async def postpone(tx: Transaction, job_id: int, not_before_milliseconds: int) -> None:
    """A passing fault: the same step again, later."""
    await put_off(tx, "jobs", {"id": job_id}, not_before_milliseconds)


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
            AND state NOT IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept')
        """,
        {"id": job_id, "chat_id": chat_id, "message_id": message_id},
    )


async def announced(tx: Transaction, job_id: int) -> None:
    """The person was shown the end."""
    await tx.execute("UPDATE jobs SET announced = 1 WHERE id = :id", {"id": job_id})


async def _finish(
    tx: Transaction, job: Job, state: JobState, facts: dict[str, Any], *, charge_person: bool = True
) -> bool:
    """Its hold is resolved, it ends, and its whole follows; False when it had ended before."""
    current = await opened(tx, job.id)
    if current is None:
        return False
    await settle(tx, current, charge_person=charge_person)
    moved = await end(tx, current, state, facts)
    await job_parts.go_on(tx, current.id)
    return moved


async def _free_slot(tx: Transaction, account: str, slots: int, engine: str) -> int | None:
    """The provider limits the tasks of each model; the account's slots have different numbers."""
    rows = await tx.fetch_all(
        """
        SELECT slot, engine FROM jobs
        WHERE account = :account AND state IN ('submitting', 'running')
        """,
        {"account": account},
    )
    if sum(row["engine"] == engine for row in rows) >= slots:
        return None
    taken = {row["slot"] for row in rows}
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)
