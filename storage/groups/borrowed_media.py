"""Borrowed media: photos and voices of somebody else, and what their owners say to their use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import drafts, media
from storage.db.database import Queryable, Transaction
from storage.jobs import jobs
from storage.jobs.jobs import FINAL, Job


@dataclass(frozen=True, slots=True)
class BorrowedMedia:
    """Whose item it is; no `owner_id` where nobody in particular shows (a channel, another bot)."""

    media_id: int
    owner_id: int | None
    stopped_at_milliseconds: int | None


async def borrow(tx: Transaction, media_id: int, owner_id: int | None) -> None:
    """This media item is somebody else's."""
    await tx.insert_once("borrowed_media", {"media_id": media_id, "owner_id": owner_id})


async def get(database: Queryable, media_id: int) -> BorrowedMedia | None:
    """Whose media item it is; None when it is its sender's own."""
    return await database.find(BorrowedMedia, "borrowed_media", media_id=media_id)


async def of_job(database: Queryable, job: Job) -> list[BorrowedMedia]:
    """What of a job is somebody else's: its photo, its voice, both or nothing."""
    used = (job.photo_id, job.voice_id)
    return await database.find_all(BorrowedMedia, "borrowed_media", "media_id", media_id=used)


async def objects(database: Queryable, chat_id: int, owner_id: int | None) -> bool:
    """Whether this person does not want it."""
    return await database.has("objections", chat_id=chat_id, owner_id=owner_id)


async def allow(tx: Transaction, chat_id: int, owner_id: int) -> bool:
    """The owner does not mind any more; False when they did not mind before."""
    return await tx.delete("objections", chat_id=chat_id, owner_id=owner_id)


# Whoever borrowed it may be forgotten: then it lies where a group shows it, or in private alone.
_THEIRS_IN_CHAT = """
    SELECT media_id FROM borrowed_media JOIN media ON media.id = media_id
    WHERE owner_id = :owner_id AND (chat_id = :chat_id
        OR EXISTS (SELECT 1 FROM jobs JOIN deliveries ON job_id = jobs.id
            WHERE (photo_id = media_id OR voice_id = media_id) AND (deliveries.chat_id = :chat_id
                OR deliveries.chat_id IN
                    (SELECT old_chat_id FROM moved_chats WHERE new_chat_id = :chat_id)))
        OR chat_id = 0 AND NOT EXISTS (SELECT 1 FROM jobs JOIN deliveries ON job_id = jobs.id
            WHERE (photo_id = media_id OR voice_id = media_id) AND deliveries.chat_id < 0))
    """


async def object_to_all(tx: Transaction, chat_id: int, owner_id: int) -> list[Job]:
    """The owner wants nobody there to use what is theirs; the jobs that were made of it."""
    objection = {"chat_id": chat_id, "owner_id": owner_id}
    await tx.insert_once("objections", {**objection, "at_milliseconds": tx.now_milliseconds})
    theirs = await tx.column(_THEIRS_IN_CHAT, **objection)
    return await stop(tx, theirs)


async def stop_everywhere(tx: Transaction, owner_id: int) -> list[Job]:
    """Nothing that others have of this person is used any more; the open jobs that this stops."""
    theirs = "SELECT media_id FROM borrowed_media WHERE owner_id = :owner_id"
    made = await stop(tx, await tx.column(theirs, owner_id=owner_id))
    return [job for job in made if job.state not in FINAL]


async def is_forgotten(database: Queryable, file_unique_id: str) -> bool:
    """Whether the file's owner had their data deleted after others had used it."""
    return await database.has("forgotten_files", file_unique_id=file_unique_id)


async def stop(tx: Transaction, media_ids: Iterable[int]) -> list[Job]:
    """Nothing is made of these borrowed items any more, and nothing shown that was.

    The jobs that were made of them: see `deliveries.take_back`.
    """
    made: dict[int, Job] = {}
    for media_id in media_ids:
        stopped = {"stopped_at_milliseconds": tx.now_milliseconds}
        await tx.update("borrowed_media", stopped, media_id=media_id, stopped_at_milliseconds=None)
        item = await media.get(tx, media_id)
        if item is not None:
            await drafts.drop(tx, item)
            await media.supersede(tx, item.id, "dropped")
        made |= {job.id: job for job in await jobs.made_of(tx, media_id)}
    return list(made.values())
