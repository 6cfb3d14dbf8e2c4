"""Whom this bot does not serve."""

from __future__ import annotations

from storage.database import Queryable, Transaction


async def ban(tx: Transaction, user_id: int, admin_id: int, now_milliseconds: int) -> bool:
    """From now on this person is refused; False when they were before."""
    changed = await tx.execute(
        """
        INSERT INTO bans (user_id, admin_id, at_milliseconds) VALUES (:user_id, :admin_id, :now)
        ON CONFLICT (user_id) DO NOTHING
        """,
        {"user_id": user_id, "admin_id": admin_id, "now": now_milliseconds},
    )
    return changed > 0


async def unban(tx: Transaction, user_id: int) -> bool:
    """This person is served again; False when they were not refused."""
    changed = await tx.execute("DELETE FROM bans WHERE user_id = :user_id", {"user_id": user_id})
    return changed > 0


async def is_banned(database: Queryable, user_id: int) -> bool:
    """Whether this person is refused."""
    row = await database.fetch_one(
        "SELECT 1 FROM bans WHERE user_id = :user_id", {"user_id": user_id}
    )
    return row is not None


async def is_to_be_told(
    tx: Transaction, user_id: int, now_milliseconds: int, *, every_milliseconds: int
) -> bool:
    """Whether to tell them that they are refused; a True answer counts as told."""
    changed = await tx.execute(
        """
        UPDATE bans SET told_at_milliseconds = :now
        WHERE user_id = :user_id AND told_at_milliseconds <= :now - :every
        """,
        {"user_id": user_id, "now": now_milliseconds, "every": every_milliseconds},
    )
    return changed > 0
