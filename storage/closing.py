"""A chat closes to the bot: nothing is made any more for whoever cannot get it."""

from __future__ import annotations

from storage import chats, jobs, moves
from storage.database import Transaction
from storage.jobs import WAITING, Job, JobState

_STOPPABLE = (*WAITING, JobState.IN_PARTS)


async def close_chat(
    tx: Transaction, chat_id: int, reason: str, now_milliseconds: int
) -> list[Job]:
    """The chat is dead, and what only waits there is cancelled; the jobs that end with it or soon.

    What was submitted goes on: it is billed, and kept for whoever comes back. So is what was made
    of a long voice by then.
    """
    await chats.mark_dead(tx, chat_id, reason, now_milliseconds)
    waiting = [
        job
        for job in await jobs.open_jobs(tx)
        if job.chat_id == chat_id and job.whole_id is None and job.state in _STOPPABLE
    ]
    for job in waiting:
        await moves.cancelled(tx, job, now_milliseconds)
    return waiting
