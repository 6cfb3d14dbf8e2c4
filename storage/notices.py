"""What the operator was told, and when: trouble is told once, not with every job."""

from __future__ import annotations

from storage.database import Transaction


async def forget(tx: Transaction, subject: str) -> None:
    """It could not be told: it is due again."""
    await tx.execute("DELETE FROM notices WHERE subject = :subject", {"subject": subject})


async def is_due(
    tx: Transaction, subject: str, now_milliseconds: int, *, every_milliseconds: int
) -> bool:
    """Whether this subject is to be told now; a True answer counts it as told."""
    changed = await tx.execute(
        """
        INSERT INTO notices (subject, told_at_milliseconds) VALUES (:subject, :now)
        ON CONFLICT (subject) DO UPDATE SET told_at_milliseconds = :now
        WHERE notices.told_at_milliseconds <= :now - :every
        """,
        {"subject": subject, "now": now_milliseconds, "every": every_milliseconds},
    )
    return changed > 0
