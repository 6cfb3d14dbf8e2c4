"""What every move of a job is made of: from one state to another, at most once, in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.db.database import NOTHING, Transaction
from storage.jobs import ledger
from storage.jobs.jobs import FINAL, Job, JobState, get


async def opened(tx: Transaction, job_id: int) -> Job | None:
    """The job as it is now, unless it has ended."""
    job = await get(tx, job_id)
    return None if job is None or job.state in FINAL else job


async def move(
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


async def end(
    tx: Transaction, job: Job, state: JobState, facts: Mapping[str, Any] = NOTHING
) -> bool:
    """Bring it to a final state; its hold is resolved before."""
    told_at_once = {"tries": 0, "not_before_milliseconds": 0}
    finisher = {**facts, **told_at_once, "ended_at_milliseconds": tx.now_milliseconds}
    return await move(tx, job.id, JobState(job.state), state, finisher)


async def settle(tx: Transaction, job: Job, *, charge_person: bool) -> None:
    """Resolve its hold by its bill, or give it back; that of a part is its whole's."""
    if job.whole_id is not None:
        return
    if job.billed_milliseconds is None:
        await ledger.release(tx, job.id)
        return
    await ledger.settle(
        tx,
        job.id,
        job.price,
        billed_milliseconds=job.billed_milliseconds,
        charge_person=charge_person,
    )
