"""What the operator is told: trouble once and not with every job, and until it was really said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.due import put_off as put_off_row
from storage.db.rows import columns

_EVERY_MILLISECONDS = 3600 * 1000
_KEEP_MILLISECONDS = 30 * 24 * 3600 * 1000

Value = str | int


@dataclass(frozen=True, slots=True)
class Alert:
    """A text by its key with its values; `subject` is what is told once an hour at most."""

    subject: str
    text_key: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """A notice that one administrator was not told yet; written at `at_milliseconds`."""

    notice_id: int
    admin_id: int
    text_key: str
    text_values: str
    tries: int
    at_milliseconds: int

    @property
    def values(self) -> dict[str, Value]:
        """The values of the text."""
        values: dict[str, Value] = json.loads(self.text_values)
        return values


async def write(tx: Transaction, alert: Alert, admin_ids: Iterable[int]) -> bool:
    """Put it down for every administrator; False when its subject was told within the hour."""
    if not await is_due(tx, alert.subject, every_milliseconds=_EVERY_MILLISECONDS):
        return False
    await _forget_old(tx)
    notice_id = await tx.number(
        """
        INSERT INTO operator_notices (subject, text_key, text_values, at_milliseconds)
        VALUES (:subject, :text_key, :text_values, :now) RETURNING id
        """,
        {**columns(alert), "text_values": json.dumps(alert.values)},
    )
    for admin_id in admin_ids:
        await tx.execute(
            "INSERT INTO operator_letters (notice_id, admin_id) VALUES (:notice_id, :admin_id)",
            {"notice_id": notice_id, "admin_id": admin_id},
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


async def due(database: Queryable) -> list[AlertDelivery]:
    """The letters to be sent now, the oldest notice first."""
    return await database.every(
        AlertDelivery,
        """
        SELECT letter.notice_id, letter.admin_id, letter.tries, notice.text_key,
            notice.text_values, notice.at_milliseconds
        FROM operator_letters AS letter JOIN operator_notices AS notice
            ON notice.id = letter.notice_id
        WHERE letter.state = 'open' AND letter.not_before_milliseconds <= :now
        ORDER BY letter.notice_id, letter.admin_id
        """,
    )


async def end(tx: Transaction, delivery: AlertDelivery, *, told: bool) -> None:
    """It was said to this administrator, or cannot be."""
    await tx.execute(
        """
        UPDATE operator_letters SET state = :state
        WHERE notice_id = :notice_id AND admin_id = :admin_id
        """,
        {**columns(delivery), "state": "told" if told else "given_up"},
    )


async def put_off(tx: Transaction, delivery: AlertDelivery, not_before_milliseconds: int) -> None:
    """It could not be said now: once more, later."""
    key = {"notice_id": delivery.notice_id, "admin_id": delivery.admin_id}
    await put_off_row(tx, "operator_letters", key, not_before_milliseconds)


async def _forget_old(tx: Transaction) -> None:
    await tx.execute(
        "DELETE FROM operator_notices WHERE at_milliseconds < :before",
        {"before": tx.now_milliseconds - _KEEP_MILLISECONDS},
    )
