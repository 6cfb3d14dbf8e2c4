"""Moves of a job from state to state: each one transaction, each made at most once.

A move that was made already answers False and changes nothing, so a lost reply can be repeated.
"""

from __future__ import annotations

from typing import Any

from storage import ledger
from storage.database import Transaction
from storage.jobs import FINAL, WAITING, Job, JobState, get
from storage.record import from_row


async def prepared(tx: Transaction, job_id: int) -> bool:
    """preparing → ready: both halves are at the provider."""
    return await _move(tx, job_id, JobState.PREPARING, JobState.READY, {})


async def take_slot(
    tx: Transaction, *, account: str, slots: int, engine: str, now_milliseconds: int
) -> Job | None:
    """ready → submitting: the next in turn takes a free slot of the account, with the intention
    to pay and the time on disk. None when no slot is free or nothing is due."""
    slot = await _free_slot(tx, account, slots)
    if slot is None:
        return None
    row = await tx.fetch_one(
        """
        UPDATE jobs SET state = 'submitting', account = :account, slot = :slot,
            submitting_at_milliseconds = :now
        WHERE id = (SELECT id FROM jobs WHERE state = 'ready' AND engine = :engine
            AND not_before_milliseconds <= :now ORDER BY turn, id LIMIT 1)
        RETURNING *
        """,
        {"account": account, "slot": slot, "engine": engine, "now": now_milliseconds},
    )
    return None if row is None else from_row(Job, row)


async def submitted(
    tx: Transaction, job_id: int, task_id: str, now_milliseconds: int, *, adopted: bool = False
) -> bool:
    """submitting → running: the provider's task is known, or `adopted` from its list of tasks."""
    facts = {
        "task_id": task_id,
        "adopted": int(adopted),
        "running_since_milliseconds": now_milliseconds,
        "tries": 0,
    }
    return await _move(tx, job_id, JobState.SUBMITTING, JobState.RUNNING, facts)


async def not_submitted(tx: Transaction, job_id: int, not_before_milliseconds: int) -> bool:
    """submitting → ready: it is certain that no task exists."""
    facts = {
        "slot": None,
        "account": None,
        "submitting_at_milliseconds": None,
        "not_before_milliseconds": not_before_milliseconds,
    }
    return await _move(tx, job_id, JobState.SUBMITTING, JobState.READY, facts)


async def prepare_again(tx: Transaction, job_id: int) -> bool:
    """submitting → preparing: the provider could not read a file, and no task exists."""
    facts = {"slot": None, "account": None, "submitting_at_milliseconds": None}
    moved = await _move(tx, job_id, JobState.SUBMITTING, JobState.PREPARING, facts)
    if moved:
        await postpone(tx, job_id, 0)
    return moved


async def cancel_refused(tx: Transaction, job_id: int) -> None:
    """The task runs already: it is not asked to stop again, and the person is told."""
    await tx.execute("UPDATE jobs SET cancel_requested = 2 WHERE id = :id", {"id": job_id})


async def rendered(
    tx: Transaction,
    job_id: int,
    *,
    video_url: str | None,
    billed_milliseconds: int,
    now_milliseconds: int,
) -> bool:
    """running → fetching: the task succeeded and is billed; the slot is free.

    Without an address for the video, one is asked for when it is fetched.
    """
    facts = {
        "slot": None,
        "video_url": video_url,
        "billed_milliseconds": billed_milliseconds,
        "noticed_end_at_milliseconds": now_milliseconds,
        "tries": 0,
    }
    return await _move(tx, job_id, JobState.RUNNING, JobState.FETCHING, facts)


async def fetched(tx: Transaction, job_id: int) -> bool:
    """fetching → delivering: the paid result is on our disk."""
    return await _move(tx, job_id, JobState.FETCHING, JobState.DELIVERING, {"tries": 0})


async def sending(tx: Transaction, job_id: int, now_milliseconds: int) -> None:
    """The video is about to be sent: from here on its fate may be unknown."""
    await tx.execute(
        "UPDATE jobs SET sending_at_milliseconds = :now WHERE id = :id AND state = 'delivering'",
        {"id": job_id, "now": now_milliseconds},
    )


async def not_sent(tx: Transaction, job_id: int) -> None:
    """It is certain that the video was not sent."""
    await tx.execute(
        "UPDATE jobs SET sending_at_milliseconds = NULL WHERE id = :id", {"id": job_id}
    )


async def fetch_again(tx: Transaction, job_id: int) -> bool:
    """delivering → fetching: what was kept on our disk is gone or broken."""
    return await _move(tx, job_id, JobState.DELIVERING, JobState.FETCHING, {"tries": 0})


async def delivered(
    tx: Transaction,
    job: Job,
    *,
    message_id: int,
    file_id: str | None,
    now_milliseconds: int,
    as_file: bool = False,
) -> bool:
    """delivering → done: seen delivered, and settled in the same transaction."""
    current = await _open(tx, job.id)
    if current is None:
        return False
    await _settle(tx, current, charge_person=True, now_milliseconds=now_milliseconds)
    facts = {
        "video_message_id": message_id,
        "video_file_id": file_id,
        "sent_as_file": int(as_file),
    }
    return await _end(tx, current, JobState.DONE, facts, now_milliseconds)


async def sent_again(tx: Transaction, job_id: int, file_id: str | None, *, as_file: bool) -> None:
    """Telegram has the video (once more): from now on it is known by this id."""
    await tx.execute(
        """
        UPDATE jobs SET video_file_id = :file_id, sent_as_file = :as_file WHERE id = :id
        """,
        {"id": job_id, "file_id": file_id, "as_file": int(as_file)},
    )


async def undeliverable(tx: Transaction, job: Job, reason: str, now_milliseconds: int) -> bool:
    """delivering → undeliverable: the chat is closed to the bot; what was rendered is settled."""
    current = await _open(tx, job.id)
    if current is None:
        return False
    await _settle(tx, current, charge_person=True, now_milliseconds=now_milliseconds)
    return await _end(tx, current, JobState.UNDELIVERABLE, {"failure": reason}, now_milliseconds)


async def fail(
    tx: Transaction, job: Job, failure: str, detail: str | None, now_milliseconds: int
) -> bool:
    """Any open state → failed: the person pays nothing; what the provider billed is booked."""
    current = await _open(tx, job.id)
    if current is None:
        return False
    await _settle(tx, current, charge_person=False, now_milliseconds=now_milliseconds)
    facts = {"failure": failure, "failure_detail": detail, "slot": None}
    return await _end(tx, current, JobState.FAILED, facts, now_milliseconds)


async def cancel_waiting(tx: Transaction, job_id: int, now_milliseconds: int) -> bool:
    """preparing, ready → cancelled, for nothing; False when it is past that."""
    job = await get(tx, job_id)
    if job is None or job.state not in WAITING:
        return False
    return await cancelled(tx, job, now_milliseconds)


async def cancelled(tx: Transaction, job: Job, now_milliseconds: int) -> bool:
    """Any state without a bill → cancelled: the hold is released."""
    current = await _open(tx, job.id)
    if current is None:
        return False
    await ledger.release(tx, current.id, now_milliseconds=now_milliseconds)
    return await _end(tx, current, JobState.CANCELLED, {"slot": None}, now_milliseconds)


async def request_cancel(tx: Transaction, job_id: int) -> bool:
    """Remember that the owner wants a submitted job stopped; False when that was asked before."""
    changed = await tx.execute(
        """
        UPDATE jobs SET cancel_requested = 1
        WHERE id = :id AND cancel_requested = 0 AND state IN ('submitting', 'running')
        """,
        {"id": job_id},
    )
    return changed > 0


async def postpone(tx: Transaction, job_id: int, not_before_milliseconds: int) -> None:
    """A passing fault: the same step again, later."""
    await tx.execute(
        """
        UPDATE jobs SET tries = tries + 1, not_before_milliseconds = :not_before WHERE id = :id
        """,
        {"id": job_id, "not_before": not_before_milliseconds},
    )


async def set_status_message(tx: Transaction, job_id: int, message_id: int) -> None:
    """Where the job's status is shown from now on."""
    await tx.execute(
        "UPDATE jobs SET status_message_id = :message_id WHERE id = :id",
        {"id": job_id, "message_id": message_id},
    )


async def announced(tx: Transaction, job_id: int) -> None:
    """The person was shown the end."""
    await tx.execute("UPDATE jobs SET announced = 1 WHERE id = :id", {"id": job_id})


async def _settle(tx: Transaction, job: Job, *, charge_person: bool, now_milliseconds: int) -> None:
    if job.billed_milliseconds is None:
        await ledger.release(tx, job.id, now_milliseconds=now_milliseconds)
        return
    await ledger.settle(
        tx,
        job.id,
        job.price,
        billed_milliseconds=job.billed_milliseconds,
        charge_person=charge_person,
        now_milliseconds=now_milliseconds,
    )


async def _open(tx: Transaction, job_id: int) -> Job | None:
    """The job as it is now, unless it has ended."""
    job = await get(tx, job_id)
    return None if job is None or job.state in FINAL else job


async def _end(
    tx: Transaction, job: Job, state: JobState, facts: dict[str, Any], now_milliseconds: int
) -> bool:
    ending = {**facts, "ended_at_milliseconds": now_milliseconds}
    return await _move(tx, job.id, JobState(job.state), state, ending)


async def _move(
    tx: Transaction, job_id: int, source: JobState, target: JobState, facts: dict[str, Any]
) -> bool:
    assignments = "".join(f", {column} = :{column}" for column in facts)
    changed = await tx.execute(
        f"UPDATE jobs SET state = :target{assignments} WHERE id = :id AND state = :source",  # noqa: S608
        {"id": job_id, "source": source.value, "target": target.value, **facts},
    )
    return changed > 0


async def _free_slot(tx: Transaction, account: str, slots: int) -> int | None:
    rows = await tx.fetch_all(
        """
        SELECT slot FROM jobs WHERE account = :account AND state IN ('submitting', 'running')
        """,
        {"account": account},
    )
    taken = {row["slot"] for row in rows}
    return next((slot for slot in range(slots) if slot not in taken), None)
