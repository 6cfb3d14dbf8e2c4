"""Everything that is kept of one person, for themselves: no secrets, nobody else's data."""

from __future__ import annotations

from typing import Any

from storage import outbox
from storage.db.database import Queryable, Transaction

DATA_COPY = "data-copy"
"""The kind of outbox entry that has a copy sent."""

_TABLES = {
    "profile": "SELECT * FROM people WHERE user_id = :user_id",
    "choices": "SELECT * FROM preferences WHERE user_id = :user_id",
    "agreements": "SELECT * FROM consents WHERE user_id = :user_id ORDER BY agreed_at_milliseconds",
    "photos_and_voices": "SELECT * FROM media WHERE user_id = :user_id ORDER BY id",
    "drafts": "SELECT * FROM drafts WHERE user_id = :user_id",
    "videos": "SELECT * FROM jobs WHERE user_id = :user_id ORDER BY id",
    "renderings": """
        SELECT tasks.* FROM tasks JOIN jobs ON jobs.id = job_id WHERE user_id = :user_id
        ORDER BY tasks.id
        """,
    "messages_with_videos": """
        SELECT * FROM deliveries WHERE cause NOT LIKE 'report:%'
            AND job_id IN (SELECT id FROM jobs WHERE user_id = :user_id) ORDER BY id
    """,
    "photo_checks": "SELECT * FROM detections WHERE user_id = :user_id ORDER BY id",
    "quota_ledger": "SELECT * FROM ledger WHERE user_id = :user_id ORDER BY id",
    "reports_by_you": "SELECT * FROM reports WHERE reporter_id = :user_id ORDER BY id",
    "group_lists": "SELECT * FROM group_guests WHERE user_id = :user_id",
    "objections": "SELECT * FROM objections WHERE owner_id = :user_id",
    "ban": "SELECT user_id, at_milliseconds FROM bans WHERE user_id = :user_id",
}

# What only the bot can use: addresses that open files, tasks and accounts of the operator.
_LEFT_OUT = frozenset({"upload_url", "video_url", "voice_url", "account", "task_id", "slot"})


async def everything_of(database: Queryable, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by what they are about."""
    found = {}
    for name, sql in _TABLES.items():
        rows = await database.fetch_all(sql, {"user_id": user_id})
        found[name] = [
            {column: value for column, value in row.items() if column not in _LEFT_OUT}
            for row in rows
        ]
    return found


async def counts_of(database: Queryable, user_id: int) -> dict[str, int]:
    """How many `photos`, `voices` and `videos` are known of the person."""
    row = await database.fetch_one(
        """
        SELECT
            (SELECT COUNT(*) FROM media WHERE user_id = :user_id AND kind = 'photo') AS photos,
            (SELECT COUNT(*) FROM media WHERE user_id = :user_id AND kind = 'voice') AS voices,
            (SELECT COUNT(*) FROM jobs WHERE user_id = :user_id AND state = 'done') AS videos
        """,
        {"user_id": user_id},
    )
    assert row is not None  # noqa: S101
    return row


async def want(tx: Transaction, cause: str, user_id: int, chat_id: int, reply_to: int) -> bool:
    """Have all of it sent to this chat; False when that is under way."""
    return await outbox.put(
        tx, DATA_COPY, f"{cause}:{DATA_COPY}", chat_id=chat_id, message_id=reply_to, user_id=user_id
    )
