"""Jobs that brought a video, delivered or undeliverable, as far as it may still be shown."""

from __future__ import annotations

from storage.db.database import Queryable
from storage.jobs.jobs import Job

_SHOWN = """state IN ('done', 'undeliverable') AND NOT EXISTS (SELECT 1 FROM borrowed_media
    WHERE media_id IN (jobs.photo_id, jobs.voice_id) AND stopped_at_milliseconds > 0)"""
"""Not one that may not be shown any more (see `borrowed_media`)."""


async def last_of(database: Queryable, user_id: int, chat_id: int) -> Job | None:
    """The job of the person's newest video in this chat.

    In their private chat those of all chats count: there it is theirs alone to see.
    """
    return await database.one(
        Job,
        f"""
        SELECT * FROM jobs WHERE user_id = :user_id AND :chat_id IN (chat_id, user_id)
            AND {_SHOWN} ORDER BY id DESC LIMIT 1
        """,  # noqa: S608
        {"user_id": user_id, "chat_id": chat_id},
    )


async def count_of(database: Queryable, user_id: int, chat_id: int) -> int:
    """How many videos this person has in this chat."""
    return await database.number(
        f"SELECT COUNT(*) FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id AND {_SHOWN}",  # noqa: S608
        {"user_id": user_id, "chat_id": chat_id},
    )


async def page_of(
    database: Queryable, user_id: int, chat_id: int, *, skip: int, limit: int
) -> list[Job]:
    """The jobs of the person's videos in this chat, newest first."""
    return await database.every(
        Job,
        f"""
        SELECT * FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id AND {_SHOWN}
        ORDER BY id DESC LIMIT :limit OFFSET :skip
        """,  # noqa: S608
        {"user_id": user_id, "chat_id": chat_id, "skip": skip, "limit": limit},
    )


async def newest_in(database: Queryable, chat_id: int) -> Job | None:
    """The job of the newest video in this chat, whoever had it made."""
    return await database.one(
        Job,
        """
        SELECT * FROM jobs WHERE state = 'done' AND video_chat_id IN (:chat_id,
            (SELECT old_chat_id FROM moved_chats WHERE new_chat_id = :chat_id))
        ORDER BY id DESC LIMIT 1
        """,
        {"chat_id": chat_id},
    )


async def in_message(database: Queryable, chat_id: int, message_id: int) -> Job | None:
    """The job whose video came in this message."""
    return await database.one(
        Job,
        "SELECT * FROM jobs WHERE video_chat_id = :chat_id AND video_message_id = :message_id",
        {"chat_id": chat_id, "message_id": message_id},
    )


async def by_file(database: Queryable, chat_id: int, file_id: str) -> Job | None:
    """The job of this chat whose video Telegram knows by that id, wherever it was sent again."""
    return await database.one(
        Job,
        "SELECT * FROM jobs WHERE chat_id = :chat_id AND video_file_id = :file_id",
        {"chat_id": chat_id, "file_id": file_id},
    )
