"""Videos that their own chat did not take, and the message elsewhere that became each of them."""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns


@dataclass(frozen=True, slots=True)
class PrivateFallback:
    """The message that becomes the job's video; editing it may be repeated."""

    job_id: int
    chat_id: int
    message_id: int


async def of_job(database: Queryable, job_id: int) -> PrivateFallback | None:
    """The job's private fallback, if it needed one."""
    return await database.one(
        PrivateFallback, "SELECT * FROM detours WHERE job_id = :job_id", {"job_id": job_id}
    )


async def take(tx: Transaction, fallback: PrivateFallback) -> None:
    """From now on the job's video goes there."""
    await tx.execute(
        """
        INSERT INTO detours (job_id, chat_id, message_id)
        VALUES (:job_id, :chat_id, :message_id)
        ON CONFLICT (job_id) DO UPDATE
        SET chat_id = excluded.chat_id, message_id = excluded.message_id
        """,
        columns(fallback),
    )
