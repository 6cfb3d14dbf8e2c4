"""Jobs that brought a video, or are about to, as far as it may still be shown."""

from __future__ import annotations

from storage.db.database import Queryable
from storage.db.rows import columns
from storage.jobs import deliveries
from storage.jobs.jobs import RENDERED, Job

_SHOWN = f"""state IN ({", ".join(f"'{state}'" for state in RENDERED)}) AND NOT EXISTS (
    SELECT 1 FROM borrowed_media
    WHERE media_id IN (jobs.photo_id, jobs.voice_id) AND stopped_at_milliseconds > 0)"""  # noqa: S608
"""Not one that may not be shown any more (see `borrowed_media`)."""


_STOPPED = """
    SELECT media_id FROM borrowed_media
    WHERE media_id IN (:photo_id, :voice_id) AND stopped_at_milliseconds IS NOT NULL"""
_TAKEN_DOWN = """
    SELECT job_id FROM decisions JOIN jobs ON jobs.id = job_id
    WHERE photo_id = :photo_id AND voice_id = :voice_id AND decision = 'take-down'"""


async def is_withdrawn(database: Queryable, job: Job) -> bool:
    """Whether its video must not be shown: it was taken down, or somebody in it objects."""
    return await database.exists(f"{_TAKEN_DOWN} UNION ALL {_STOPPED}", **columns(job))


async def is_stopped(database: Queryable, job: Job) -> bool:
    """Whether somebody in it objects, or an administrator stopped the use of what is theirs."""
    return await database.exists(_STOPPED, **columns(job))


async def is_taken_down(database: Queryable, job: Job) -> bool:
    """Whether an administrator had it taken down, or another one of the same photo and voice."""
    return await database.exists(_TAKEN_DOWN, **columns(job))


async def same_as(database: Queryable, job: Job) -> list[Job]:
    """The jobs of the same photo and voice, itself among them: what is shown is the same."""
    return await database.find_all(Job, "jobs", "id", photo_id=job.photo_id, voice_id=job.voice_id)


async def chats_of(database: Queryable, job: Job) -> set[int]:
    """Where it was ordered or shown, by the ids that the chats had then."""
    return {job.chat_id, *(shown.chat_id for shown in await deliveries.of_job(database, job.id))}


async def last_of(database: Queryable, user_id: int, chat_id: int) -> Job | None:
    """The job of the person's newest video in this chat.

    In their private chat those of all chats count: there it is theirs alone to see.
    """
    sql = f"""
        SELECT * FROM jobs WHERE user_id = :user_id AND :chat_id IN (chat_id, user_id)
            AND {_SHOWN} ORDER BY id DESC LIMIT 1
        """  # noqa: S608
    return await database.one(Job, sql, user_id=user_id, chat_id=chat_id)


async def count_of(database: Queryable, user_id: int, chat_id: int) -> int:
    """How many videos this person has in this chat."""
    return await database.number(
        f"SELECT COUNT(*) FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id AND {_SHOWN}",  # noqa: S608
        user_id=user_id,
        chat_id=chat_id,
    )


async def total_of(database: Queryable, user_id: int) -> int:
    """How many videos this person has, in all chats."""
    sql = f"SELECT COUNT(*) FROM jobs WHERE user_id = :user_id AND {_SHOWN}"  # noqa: S608
    return await database.number(sql, user_id=user_id)


async def page_of(
    database: Queryable, user_id: int, chat_id: int, *, skip: int, limit: int
) -> list[Job]:
    """The jobs of the person's videos in this chat, newest first."""
    sql = f"""
        SELECT * FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id AND {_SHOWN}
        ORDER BY id DESC LIMIT :limit OFFSET :skip
        """  # noqa: S608
    return await database.every(Job, sql, user_id=user_id, chat_id=chat_id, skip=skip, limit=limit)


async def newest_in(database: Queryable, chat_id: int) -> Job | None:
    """The job of the newest video in this chat, whoever had it made."""
    sql = """
        SELECT jobs.* FROM jobs JOIN deliveries ON job_id = jobs.id
        WHERE removed_at_milliseconds IS NULL AND deliveries.chat_id IN (:chat_id,
                (SELECT old_chat_id FROM moved_chats WHERE new_chat_id = :chat_id))
        ORDER BY deliveries.id DESC LIMIT 1
        """
    return await database.one(Job, sql, chat_id=chat_id)


async def shown_in(
    database: Queryable, chat_id: int, message_id: int, file_id: str | None, *, is_ours: bool
) -> Job | None:
    """The job whose video this message shows, or has by Telegram's id where it is passed on.

    One of ours that was never noted is the newest of unknown fate.
    """
    sql = """
        SELECT jobs.* FROM deliveries JOIN jobs ON jobs.id = job_id
        WHERE deliveries.id IN (
                SELECT id FROM deliveries WHERE chat_id = :chat_id AND message_id = :message_id
                UNION SELECT id FROM deliveries WHERE file_id = :file_id
                UNION SELECT id FROM deliveries
                    WHERE :is_ours AND chat_id = :chat_id AND message_id IS NULL)
            AND (deliveries.chat_id = :chat_id OR jobs.chat_id = :chat_id)
        ORDER BY message_id IS NULL,
            deliveries.chat_id = :chat_id AND message_id = :message_id DESC,
            deliveries.id DESC LIMIT 1
        """
    there = {"chat_id": chat_id, "message_id": message_id}
    return await database.one(Job, sql, **there, file_id=file_id, is_ours=is_ours)
