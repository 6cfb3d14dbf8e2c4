"""What the operator is told: trouble once an hour and not with every job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import outbox
from storage.db.database import Transaction

_EVERY_MILLISECONDS = 3600 * 1000

Value = str | int

ALERT = "alert"
"""The kind of outbox entry that tells one administrator."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A text by its key with its values; `subject` is what is told once an hour at most."""

    subject: str
    text_key: str
    values: dict[str, Value]


async def write(tx: Transaction, alert: Alert, admin_ids: Iterable[int]) -> bool:
    """Put it down for every administrator; False when its subject was told within the hour."""
    if not await is_due(tx, alert.subject, every_milliseconds=_EVERY_MILLISECONDS):
        return False
    for admin_id in admin_ids:
        await outbox.put(
            tx,
            ALERT,
            f"{ALERT}:{alert.subject}:{tx.now_milliseconds}:{admin_id}",
            chat_id=admin_id,
            arguments={
                "text_key": alert.text_key,
                "values": alert.values,
                "at_milliseconds": tx.now_milliseconds,
            },
        )
    return True


async def is_due(tx: Transaction, subject: str, *, every_milliseconds: int) -> bool:
    """Whether this subject is to be told now; a True answer counts it as told."""
    return await tx.change(
        """
        INSERT INTO notices (subject, told_at_milliseconds) VALUES (:subject, :now)
        ON CONFLICT (subject) DO UPDATE SET told_at_milliseconds = :now
        WHERE notices.told_at_milliseconds <= :now - :every
        """,
        {"subject": subject, "every": every_milliseconds},
    )
