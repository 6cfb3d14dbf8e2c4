"""What the operator is told: trouble once an hour and not with every job."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage import outbox
from storage.db.database import Transaction

_EVERY_MILLISECONDS = 3600 * 1000

Value = str | int

ALERT = "alert"
"""The kind of outbox entry that tells one administrator."""


async def write(
    tx: Transaction, subject: str, text_key: str, values: dict[str, Value], admin_ids: Iterable[int]
) -> bool:
    """Put a text by its key down for every administrator; False when its subject was told within
    the hour.
    """
    if not await is_due(tx, subject):
        return False
    for admin_id in admin_ids:
        key = f"{ALERT}:{subject}:{tx.now_milliseconds}:{admin_id}"
        told: dict[str, Any] = {
            "text_key": text_key,
            "values": values,
            "at_milliseconds": tx.now_milliseconds,
        }
        await outbox.put(tx, ALERT, key, chat_id=admin_id, **told)
    return True


async def is_due(tx: Transaction, subject: str) -> bool:
    """Whether this subject is to be told now; a True answer counts it as told."""
    sql = """
        INSERT INTO notices (subject, told_at_milliseconds) VALUES (:subject, :now)
        ON CONFLICT (subject) DO UPDATE SET told_at_milliseconds = :now
        WHERE notices.told_at_milliseconds <= :now - :every
        """
    return await tx.change(sql, subject=subject, every=_EVERY_MILLISECONDS)
