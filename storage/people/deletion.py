"""Deleting what is kept of a person: asked for, waiting for what is under way, done, said.

What stays: amounts, which a number without a person stands for (see `pseudonyms`); that somebody is
banned; that they object to others using their photos; which messages of groups show their videos,
and whose photos these use; while a report of one is open, who they are and where it lies.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage import media, outbox
from storage.db.database import Queryable, Transaction

FORGET = "forget"
FORGOTTEN = "forgotten"
"""The kinds of outbox entry that delete, and that say that it is done."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One person's wish; `language` is kept to say that it is done."""

    user_id: int
    chat_id: int
    message_id: int
    language: str
    state: str


async def want(tx: Transaction, user_id: int, chat_id: int, message_id: int, language: str) -> bool:
    """Have everything deleted; False when that was asked for before and is under way."""
    asked = {"chat_id": chat_id, "message_id": message_id, "language": language}
    wanted = await tx.insert_once("forgettings", {"user_id": user_id, **asked})
    if wanted:
        await outbox.put(tx, FORGET, f"{FORGET}:{user_id}", chat_id=outbox.NO_CHAT, user_id=user_id)
    return wanted


async def drop_waiting(tx: Transaction, user_id: int) -> None:
    """From now on nothing new begins for this person: neither items nor their consent are left."""
    await media.drop_unready(tx, "forgotten", user_id=user_id)
    for table in ("drafts", "consents", "consent_questions"):
        await tx.delete(table, user_id=user_id)


async def is_wanted(database: Queryable, user_id: int) -> bool:
    """Whether this person's data is about to be deleted."""
    return await database.has("forgettings", user_id=user_id)


async def get(database: Queryable, user_id: int) -> Forgetting | None:
    """This person's wish."""
    return await database.find(Forgetting, "forgettings", user_id=user_id)


async def is_busy(database: Queryable, user_id: int) -> bool:
    """Whether something of theirs is under way: a job, or a message that is being handled."""
    handled = f"SELECT 1 FROM inbox WHERE state = 'new' AND update_id IN {_THEIR_UPDATES}"  # noqa: S608
    under_way = await database.has("jobs", user_id=user_id, ended_at_milliseconds=None)
    return under_way or await database.exists(handled, user_id=user_id)


async def jobs_of(database: Queryable, user_id: int) -> list[int]:
    """The numbers of all their jobs."""
    return await database.column(
        "SELECT id FROM jobs WHERE user_id = :user_id ORDER BY id", user_id=user_id
    )


async def uploads_of(database: Queryable, user_id: int) -> list[str]:
    """Where copies of their photos and voices were put, also of those that others used."""
    sql = """
        SELECT upload_url FROM media
        WHERE upload_url IS NOT NULL AND (user_id = :user_id
            OR id IN (SELECT media_id FROM borrowed_media WHERE owner_id = :user_id))
        ORDER BY id
        """
    return await database.column(sql, user_id=user_id)


async def forget(tx: Transaction, user_id: int, account_id: int) -> None:
    """Delete everything of the person, but what has to stay, and have it said that this is done.

    `account_id` takes their place.
    """
    asked = await get(tx, user_id)
    for statement in STATEMENTS:
        await tx.execute(statement, user_id=user_id, account_id=account_id)
    if asked is not None:
        await outbox.put(
            tx,
            FORGOTTEN,
            f"{FORGOTTEN}:{account_id}:{tx.now_milliseconds}",
            chat_id=asked.chat_id,
            message_id=asked.message_id,
            language=asked.language,
        )


async def said_to_wait(tx: Transaction, user_id: int) -> None:
    """They know that something is still under way."""
    await tx.update("forgettings", {"state": "waiting"}, user_id=user_id)


_THEIR_UPDATES = "(SELECT update_id FROM inbox_people WHERE user_id = :user_id)"
REPORTS_KEPT_MILLISECONDS = 7 * 24 * 3600 * 1000
"""How long an unanswered report keeps what it needs of a maker who is forgotten."""

_THEIR_MEDIA = "(SELECT id FROM media WHERE user_id = :user_id)"
_THEIR_JOBS = "(SELECT id FROM jobs WHERE user_id = :user_id)"

_LENT = "(SELECT media_id FROM borrowed_media WHERE owner_id = :user_id)"
_NO_MEDIA = """
    file_id = '', file_unique_id = '', file_size_bytes = NULL, state = 'superseded',
    fault = 'forgotten', fault_detail = NULL, picture_sha256 = NULL, width_pixels = NULL,
    height_pixels = NULL, face_bbox = NULL, ext_bbox = NULL, upload_url = NULL,
    upload_expires_at_milliseconds = NULL, upload_engine = NULL, announced = 1, plan = NULL,
    crop = NULL, crops = NULL
"""

# In this order: what refers to media and jobs by their owner comes before these change owners.
STATEMENTS = (
    f"DELETE FROM inbox WHERE state <> 'new' AND update_id IN {_THEIR_UPDATES}",  # noqa: S608
    f"""
    DELETE FROM verdicts WHERE picture_sha256 IN (SELECT picture_sha256 FROM media
            WHERE picture_sha256 IS NOT NULL AND (user_id = :user_id OR id IN {_LENT}))
        AND NOT EXISTS (SELECT 1 FROM media AS other
            WHERE other.picture_sha256 = verdicts.picture_sha256
                AND other.user_id <> :user_id AND other.id NOT IN {_LENT})
    """,  # noqa: S608
    f"""
    INSERT INTO forgotten_files (file_unique_id)
    SELECT DISTINCT file_unique_id FROM media WHERE id IN {_LENT} AND file_unique_id <> ''
    ON CONFLICT DO NOTHING
    """,  # noqa: S608
    f"UPDATE drafts SET photo_id = NULL WHERE photo_id IN {_LENT}",  # noqa: S608
    f"UPDATE drafts SET voice_id = NULL WHERE voice_id IN {_LENT}",  # noqa: S608
    f"UPDATE detections SET picture_sha256 = NULL WHERE media_id IN {_LENT}",  # noqa: S608
    f"UPDATE media SET {_NO_MEDIA} WHERE id IN {_LENT}",  # noqa: S608
    f"""
    DELETE FROM borrowed_media WHERE media_id IN {_THEIR_MEDIA}
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE photo_id = media_id OR voice_id = media_id)
    """,  # noqa: S608
    f"""
    UPDATE reports SET maker_id = :user_id WHERE job_id IN {_THEIR_JOBS}
        AND filed_at_milliseconds > :now - {REPORTS_KEPT_MILLISECONDS}
        AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.job_id = reports.job_id)
    """,  # noqa: S608
    "UPDATE reports SET chat_id = 0 WHERE chat_id = :user_id",
    f"""
    UPDATE deliveries SET cause = 'forgotten:' || id, file_id = NULL, thumbnail_file_id = NULL
    WHERE job_id IN {_THEIR_JOBS}
    """,  # noqa: S608
    """
    UPDATE deliveries SET cause = 'forgotten:' || id, chat_id = 0, message_id = NULL
    WHERE chat_id = :user_id AND NOT EXISTS (SELECT 1 FROM reports
        WHERE reports.job_id = deliveries.job_id AND maker_id = :user_id)
    """,
    "UPDATE borrowed_media SET owner_id = NULL WHERE owner_id = :user_id",
    "UPDATE introductions SET added_by = NULL WHERE added_by = :user_id",
    "UPDATE reports SET reporter_id = NULL, message_id = NULL WHERE reporter_id = :user_id",
    *(
        f"DELETE FROM {table} WHERE user_id = :user_id"  # noqa: S608
        for table in (
            *("people", "preferences", "consents", "consent_questions", "drafts"),
            *("group_guests", "outbox", "forgettings"),
        )
    ),
    "DELETE FROM dead_chats WHERE chat_id = :user_id",
    f"""
    UPDATE media SET source = 'forgotten:' || id, user_id = :account_id, chat_id = 0,
        thread_id = 0, message_id = 0, media_group_id = NULL, reply_message_id = NULL,
        help_message_id = NULL, {_NO_MEDIA}
    WHERE user_id = :user_id
    """,  # noqa: S608
    f"""
    UPDATE tasks SET video_url = NULL, voice_url = NULL, failure_detail = NULL
    WHERE job_id IN {_THEIR_JOBS}
    """,  # noqa: S608
    """
    UPDATE jobs SET request = 'forgotten:' || id, user_id = :account_id, chat_id = 0,
        thread_id = 0, status_message_id = NULL, failure_detail = NULL, announced = 1
    WHERE user_id = :user_id
    """,
    """
    UPDATE detections SET user_id = :account_id, picture_sha256 = NULL WHERE user_id = :user_id
    """,
    "UPDATE ledger SET user_id = :account_id WHERE user_id = :user_id",
)
