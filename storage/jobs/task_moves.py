"""Moves of a task from state to state: each one transaction, each made at most once.

A move that was made already answers False and changes nothing, so a lost reply can be repeated.
Its job follows in the same transaction.
"""

from __future__ import annotations

from typing import Any

from storage.db.database import Queryable, Transaction
from storage.jobs import moves
from storage.jobs.failures import UNKNOWN_BILLS
from storage.jobs.tasks import ENDED, Task, TaskState

_OF_AN_INTENTION = ("slot", "account", "submitting_at_milliseconds", "dated")
_OF_A_SUBMISSION = (*_OF_AN_INTENTION, "task_id", "running_since_milliseconds")


async def prepared(tx: Transaction, task: Task) -> bool:
    """preparing → ready: photo and voice are at the provider."""
    return await _move(tx, task, TaskState.PREPARING, TaskState.READY)


async def take_slot(
    tx: Transaction,
    account: str,
    slots: int,
    engine: str,
    *,
    submitting_at_milliseconds: int | None = None,
    dated: bool = False,
) -> Task | None:
    """ready → submitting: the engine's next in turn takes a free slot of the account, with the
    intention to pay and the time on disk. None when no slot is free or nothing is due.

    `slots` is how many tasks of this engine may run at a time. `submitting_at_milliseconds` is now
    by the provider's clock, where that is another: it is compared with the times of tasks. `dated`
    says that it is known.
    """
    slot = await free_slot(tx, account, slots, engine)
    if slot is None:
        return None
    sql = """
        UPDATE tasks SET state = 'submitting', account = :account, slot = :slot,
            submitting_at_milliseconds = COALESCE(:submitting_at, :now), dated = :dated
        WHERE id = (SELECT id FROM tasks WHERE state = 'ready'
            AND engine = :engine AND not_before_milliseconds <= :now ORDER BY turn, id LIMIT 1)
        RETURNING *
        """
    return await tx.one(
        Task,
        sql,
        account=account,
        slot=slot,
        engine=engine,
        submitting_at=submitting_at_milliseconds,
        dated=int(dated),
    )


async def date_submission(
    tx: Transaction, task: Task, submitting_at_milliseconds: int, *, dated: bool = True
) -> None:
    """Before the call: the provider's clock shows another time than was noted, or is known now."""
    facts = {"submitting_at_milliseconds": submitting_at_milliseconds, "dated": int(dated)}
    await tx.update("tasks", facts, id=task.id, state=TaskState.SUBMITTING)


async def submitted(tx: Transaction, task: Task, task_id: str, *, adopted: bool = False) -> bool:
    """submitting → running: the provider's task is known, or `adopted` from its list of tasks."""
    facts = {
        "task_id": task_id,
        "adopted": int(adopted),
        "running_since_milliseconds": tx.now_milliseconds,
        "not_before_milliseconds": 0,
    }
    return await _move(tx, task, TaskState.SUBMITTING, TaskState.RUNNING, **facts)


async def wait_again(
    tx: Transaction, task: Task, delay_seconds: float, *, refused: bool = False
) -> bool:
    """submitting, running → ready, for later: it is certain that the provider has no task that is
    or will be billed.

    `refused`: it said no for now, failed, or had none although it should; that is counted.
    """
    later = tx.later(delay_seconds)
    return await _back(tx, task, TaskState.READY, refused, not_before_milliseconds=later)


async def prepare_again(tx: Transaction, task: Task, *, refused: bool = False) -> bool:
    """submitting, running → preparing: the same where the provider could not read a file."""
    return await _back(tx, task, TaskState.PREPARING, refused)


async def look_up_again(tx: Transaction, task: Task) -> bool:
    """running → submitting: what was taken for its rendering failed; its own may be another one."""
    facts = {column: getattr(task, column) for column in _OF_AN_INTENTION}
    return await _back(tx, task, TaskState.SUBMITTING, refused=True, **facts)


async def cancel_refused(tx: Transaction, task: Task) -> None:
    """The provider renders it already: it is not asked to stop again, and the person is told."""
    await tx.update("tasks", {"cancel_requested": 2}, id=task.id)


async def rendered(
    tx: Transaction,
    task: Task,
    *,
    video_url: str | None,
    billed_milliseconds: int,
    took_milliseconds: int | None = None,
) -> bool:
    """running → fetching: it succeeded and is billed; the slot is free.

    Without an address for the video, one is asked for when it is fetched. What the provider says
    that it took is learned from; the time of the look, where it says nothing or cannot be right.
    """
    ended_at = tx.now_milliseconds
    if took_milliseconds is not None and task.running_since_milliseconds is not None:
        ended_at = min(ended_at, task.running_since_milliseconds + took_milliseconds)
    facts = {
        "slot": None,
        "video_url": video_url,
        "billed_milliseconds": billed_milliseconds,
        "rendered_at_milliseconds": ended_at,
    }
    return await _move(tx, task, TaskState.RUNNING, TaskState.FETCHING, **facts)


async def fetched(tx: Transaction, task: Task) -> bool:
    """fetching → fetched: the paid result is on our disk."""
    return await _move(tx, task, TaskState.FETCHING, TaskState.FETCHED)


async def fail(tx: Transaction, task: Task, failure: str, detail: str | None) -> bool:
    """To failed, from the open state in which it was seen; its job fails when nothing of it runs
    any more. What runs at that moment is waited for, because it may be billed.

    What was submitted and may have been billed, unknown to us, is taken to be billed as held.
    """
    facts: dict[str, Any] = {"failure": failure, "failure_detail": detail, "slot": None}
    if failure in UNKNOWN_BILLS and task.state in (TaskState.SUBMITTING, TaskState.RUNNING):
        facts["billed_milliseconds"] = task.length_milliseconds
    return await _move(tx, task, TaskState(task.state), TaskState.FAILED, **facts)


async def cancelled(tx: Transaction, task: Task) -> bool:
    """To cancelled, from the open state in which it was seen: nothing of it was billed."""
    return await _move(tx, task, TaskState(task.state), TaskState.CANCELLED, slot=None)


async def set_voice(tx: Transaction, task: Task, url: str | None, expires_at: int) -> None:
    """A fresh copy of its cut is at the provider."""
    copied = {"voice_url": url, "voice_url_expires_at_milliseconds": expires_at}
    await tx.update("tasks", copied, id=task.id)


async def _back(
    tx: Transaction, task: Task, target: TaskState, refused: bool, **facts: Any
) -> bool:
    """As if it had not been submitted; the id that it had stays known, and is never taken again."""
    if task.state not in (TaskState.SUBMITTING, TaskState.RUNNING) or task.state == target:
        return False
    current = await tx.find(Task, "tasks", id=task.id, state=task.state)
    if current is not None and current.task_id is not None:
        earlier = {"account": current.account, "task_id": current.task_id, "for_id": task.id}
        await tx.insert("earlier_task_ids", earlier)
    anew = {"adopted": 0, "refusals": task.refusals + refused, "not_before_milliseconds": 0}
    facts = {**dict.fromkeys(_OF_A_SUBMISSION), **anew, **facts}
    return await _move(tx, task, TaskState(task.state), target, **facts)


async def _move(
    tx: Transaction, task: Task, source: TaskState, target: TaskState, **facts: Any
) -> bool:
    """With what was learnt, and its job after it; False when it is elsewhere, or has ended."""
    if source in ENDED:
        return False
    ended_at = tx.now_milliseconds if target in ENDED else None
    changes = {"state": target, "ended_at_milliseconds": ended_at, "tries": 0, **facts}
    moved = await tx.update("tasks", changes, id=task.id, state=source)
    if moved:
        await moves.advance(tx, task.job_id)
    return moved


async def free_slot(database: Queryable, account: str, slots: int, engine: str) -> int | None:
    """One in which a task of this engine may run, if there is one.

    The provider limits the tasks of each model; the account's slots have different numbers.
    """
    sql = """
        SELECT slot, engine FROM tasks
        WHERE account = :account AND state IN ('submitting', 'running')
        """
    rows = await database.fetch_all(sql, account=account)
    if sum(row["engine"] == engine for row in rows) >= slots:
        return None
    taken = {row["slot"] for row in rows}
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)
