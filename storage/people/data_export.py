"""Everything that is kept of one person, for themselves: no secrets, nobody else's data."""

from __future__ import annotations

import json
from typing import Any

from storage import outbox
from storage.db.database import Queryable, Transaction

DATA_COPY = "data-copy"
"""The kind of outbox entry that has a copy sent."""

_MEDIA = "(SELECT id FROM media WHERE user_id = :user_id)"
_JOBS = "(SELECT id FROM jobs WHERE user_id = :user_id)"
_SENT = """
    (SELECT inbox.update_id FROM inbox JOIN inbox_people ON inbox_people.update_id = inbox.update_id
    WHERE inbox_people.user_id = :user_id AND inbox.user_id = :user_id)
"""

_TABLES = {
    "profile": "SELECT * FROM people WHERE user_id = :user_id",
    "choices": "SELECT * FROM preferences WHERE user_id = :user_id",
    "agreements": "SELECT * FROM consents WHERE user_id = :user_id ORDER BY agreed_at_milliseconds",
    "open_questions": "SELECT * FROM consent_questions WHERE user_id = :user_id",
    "messages_to_the_bot": f"SELECT * FROM inbox WHERE update_id IN {_SENT}",  # noqa: S608
    "what_came_of_them": f"SELECT * FROM outcomes WHERE update_id IN {_SENT}",  # noqa: S608
    "photos_and_voices": "SELECT * FROM media WHERE user_id = :user_id ORDER BY id",
    "checked_photos": f"""
        SELECT * FROM verdicts WHERE picture_sha256 IN
            (SELECT picture_sha256 FROM media WHERE id IN {_MEDIA})
        """,  # noqa: S608
    "taken_from_others": f"""
        SELECT media_id, stopped_at_milliseconds FROM borrowed_media WHERE media_id IN {_MEDIA}
        """,  # noqa: S608
    "used_by_others": """
        SELECT media_id, owner_id, stopped_at_milliseconds FROM borrowed_media
        WHERE owner_id = :user_id
        """,
    "drafts": "SELECT * FROM drafts WHERE user_id = :user_id",
    "videos": "SELECT * FROM jobs WHERE user_id = :user_id ORDER BY id",
    "renderings": f"SELECT * FROM tasks WHERE job_id IN {_JOBS} ORDER BY id",  # noqa: S608
    "messages_with_videos": f"""
        SELECT * FROM deliveries WHERE cause NOT LIKE 'report:%' AND job_id IN {_JOBS} ORDER BY id
        """,  # noqa: S608
    "photo_checks": "SELECT * FROM detections WHERE user_id = :user_id ORDER BY id",
    "quota_ledger": "SELECT * FROM ledger WHERE user_id = :user_id ORDER BY id",
    "reports_by_you": "SELECT * FROM reports WHERE reporter_id = :user_id ORDER BY id",
    "reports_of_your_videos": f"""
        SELECT id, job_id, reason, filed_at_milliseconds FROM reports
        WHERE job_id IN {_JOBS} AND filed_at_milliseconds IS NOT NULL ORDER BY id
        """,  # noqa: S608
    "decisions_about_your_videos": f"""
        SELECT job_id, decision, at_milliseconds FROM decisions WHERE job_id IN {_JOBS} ORDER BY id
        """,  # noqa: S608
    "group_lists": "SELECT * FROM group_guests WHERE user_id = :user_id",
    "groups_you_added_the_bot_to": "SELECT * FROM introductions WHERE added_by = :user_id",
    "objections": "SELECT * FROM objections WHERE owner_id = :user_id",
    "ban": "SELECT user_id, at_milliseconds FROM bans WHERE user_id = :user_id",
    "decisions_as_operator": """
        SELECT at_milliseconds FROM decisions WHERE admin_id = :user_id
        UNION ALL SELECT at_milliseconds FROM bans WHERE admin_id = :user_id
        """,
    "reports_shown_as_operator": "SELECT * FROM report_messages WHERE admin_id = :user_id",
    "kept_for_a_report": "SELECT id, maker_id FROM reports WHERE maker_id = :user_id",
    "to_be_said_to_you": "SELECT * FROM outbox WHERE user_id = :user_id ORDER BY id",
    "closed_chat": "SELECT * FROM dead_chats WHERE chat_id = :user_id",
    "deletion": "SELECT * FROM forgettings WHERE user_id = :user_id",
}

# What only the bot can use: addresses that open files, tasks and accounts of the operator.
_LEFT_OUT = frozenset(
    {"upload_url", "video_url", "voice_url", "account", "task_id", "slot", "error"}
)


async def everything_of(database: Queryable, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by what they are about."""
    found = {}
    for name, sql in _TABLES.items():
        rows = await database.fetch_all(sql, user_id=user_id)
        found[name] = [
            {
                column: _own_words(value) if column == "body" else value
                for column, value in row.items()
                if column not in _LEFT_OUT
            }
            for row in rows
        ]
    return found


def _own_words(body: str) -> dict[str, Any]:
    """An update without the message of somebody else that it answers."""
    update: dict[str, Any] = json.loads(body)
    for part in update.values():
        if isinstance(part, dict):
            part.pop("reply_to_message", None)
    return update


async def counts_of(database: Queryable, user_id: int) -> dict[str, int]:
    """How many `photos` and `voices` are known of the person."""
    sql = """
        SELECT
            (SELECT COUNT(*) FROM media WHERE user_id = :user_id AND kind = 'photo') AS photos,
            (SELECT COUNT(*) FROM media WHERE user_id = :user_id AND kind = 'voice') AS voices
        """
    row = await database.fetch_one(sql, user_id=user_id)
    assert row is not None  # noqa: S101
    return row


async def want(tx: Transaction, cause: str, user_id: int, chat_id: int, reply_to: int) -> bool:
    """Have all of it sent to this chat; False when that is under way."""
    return await outbox.put(
        tx, DATA_COPY, f"{cause}:{DATA_COPY}", chat_id=chat_id, message_id=reply_to, user_id=user_id
    )
