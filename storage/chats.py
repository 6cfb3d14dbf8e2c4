"""Chats that can no longer be written to: blocked, deleted, kicked out of."""

from __future__ import annotations

from storage.database import Queryable, Transaction


async def mark_dead(tx: Transaction, chat_id: int, reason: str, now_milliseconds: int) -> None:
    """Nothing is sent there until the person is heard from again."""
    await tx.execute(
        """
        INSERT INTO dead_chats (chat_id, reason, since_milliseconds)
        VALUES (:chat_id, :reason, :now) ON CONFLICT (chat_id) DO NOTHING
        """,
        {"chat_id": chat_id, "reason": reason, "now": now_milliseconds},
    )


async def mark_alive(tx: Transaction, chat_id: int) -> None:
    """Somebody wrote from there: it can be written to."""
    await tx.execute("DELETE FROM dead_chats WHERE chat_id = :chat_id", {"chat_id": chat_id})


async def is_dead(database: Queryable, chat_id: int) -> bool:
    """Whether the last attempt to write there was refused for good."""
    row = await database.fetch_one(
        "SELECT 1 FROM dead_chats WHERE chat_id = :chat_id", {"chat_id": chat_id}
    )
    return row is not None
