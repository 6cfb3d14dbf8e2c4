"""Deliveries: every message that showed a job's video, may show it, or is to become it.

A row is written before the call that may show the video, and completed after. Its `cause` names it:
what was sent for one cause is not sent for it again. Without a message, its fate is unknown; a
message that was not sent as the video is edited into it, which may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage import outbox
from storage.db.database import Queryable, Transaction
from storage.jobs.jobs import FINAL, Job

REMOVE = "remove-video"
"""The kind of outbox entry that removes every message with a job's video, and its files."""


class Form(StrEnum):
    """In what form a video goes out."""

    VIDEO = "video"
    SMALLER = "smaller"
    FILE = "file"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as stored; `message_id` is of `chat_id`, and 0 is the chat of one forgotten."""

    id: int
    job_id: int
    cause: str
    chat_id: int
    thread_id: int
    message_id: int | None
    form: str
    file_id: str | None
    thumbnail_file_id: str | None
    sha256: str | None
    sent_at_milliseconds: int | None
    removed_at_milliseconds: int | None


def first_cause(job: Job) -> str:
    """The cause of what delivers the job; of a message that becomes the video, a part of it."""
    return f"first:{job.id}"


async def sending(
    tx: Transaction, job: Job, cause: str, form: Form, chat_id: int, message_id: int | None = None
) -> None:
    """The video is about to be shown there, as a new message or in that one."""
    shown = {"form": form.value, "chat_id": chat_id, "message_id": message_id}
    row = {"job_id": job.id, "cause": cause, "sending_at_milliseconds": tx.now_milliseconds}
    if not await tx.update(
        "deliveries", {"form": form.value}, cause=cause, sent_at_milliseconds=None
    ):
        await tx.insert_once("deliveries", {**row, **shown})


async def not_sent(tx: Transaction, cause: str) -> None:
    """It is certain that nothing was sent."""
    await tx.delete("deliveries", cause=cause, message_id=None)


async def sent(tx: Transaction, /, cause: str, form: Form, message_id: int, **facts: Any) -> bool:
    """This message shows the video; `facts` are the columns that were learnt: where it is, its hash
    and by which ids Telegram has it. False when it was known.
    """
    facts |= {"form": form.value, "message_id": message_id}
    facts["sent_at_milliseconds"] = tx.now_milliseconds
    return await tx.update("deliveries", facts, cause=cause, sent_at_milliseconds=None)


async def want_removed(tx: Transaction, job_id: int, cause: str) -> None:
    """Have every message with the job's video removed, once for this cause: one that is under way
    may have passed by what was sent since.
    """
    key = f"{cause}:{REMOVE}:{job_id}"
    await outbox.put(tx, REMOVE, key, chat_id=outbox.NO_CHAT, job_id=job_id, cause=cause)


async def take_back(tx: Transaction, made: list[Job], cause: str) -> list[Job]:
    """What these jobs showed is removed; the open ones among them, which are to be stopped."""
    for job in made:
        if job.state in FINAL:
            await want_removed(tx, job.id, cause)
    return [job for job in made if job.state not in FINAL]


async def removed(tx: Transaction, delivery_id: int) -> None:
    """Its message is gone from its chat."""
    now = {"removed_at_milliseconds": tx.now_milliseconds}
    await tx.update("deliveries", now, id=delivery_id, removed_at_milliseconds=None)


async def forget_files(tx: Transaction, job_id: int) -> None:
    """The video is not sent by Telegram's ids any more."""
    gone = {"file_id": None, "thumbnail_file_id": None}
    await tx.update("deliveries", gone, job_id=job_id)


async def begun(database: Queryable, job: Job, cause: str) -> Delivery | None:
    """How far what was sent for this cause has come: first of all whether it was sent, then which
    message is to become the video."""
    sql = """
        SELECT * FROM deliveries WHERE job_id = :job_id AND removed_at_milliseconds IS NULL
            AND (cause = :cause OR cause LIKE :cause || ':%')
        ORDER BY sent_at_milliseconds IS NULL, message_id IS NULL, id DESC LIMIT 1
        """
    return await database.one(Delivery, sql, job_id=job.id, cause=cause)


async def of_job(database: Queryable, job_id: int) -> list[Delivery]:
    """All of a job's, oldest first."""
    return await database.find_all(Delivery, "deliveries", "id", job_id=job_id)


async def first_of(database: Queryable, job: Job) -> Delivery | None:
    """The message in which the job's video came."""
    return next((one for one in await of_job(database, job.id) if one.sent_at_milliseconds), None)


async def shown(database: Queryable, job_id: int) -> list[Delivery]:
    """Every message that shows the job's video, or may, oldest first."""
    return [one for one in await of_job(database, job_id) if not one.removed_at_milliseconds]


async def gone(database: Queryable, job_id: int) -> list[Delivery]:
    """Every message that showed the job's video and was removed, oldest first."""
    removed = [one for one in await of_job(database, job_id) if one.removed_at_milliseconds]
    return [one for one in removed if one.sent_at_milliseconds]


async def with_files(database: Queryable, job_id: int) -> list[Delivery]:
    """Those by whose ids Telegram has the video, newest first."""
    return [one for one in reversed(await of_job(database, job_id)) if one.file_id]
