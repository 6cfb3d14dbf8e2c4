"""What the operator is told: trouble once and not with every job, and until it was really said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from storage.database import Queryable, Transaction
from storage.record import from_row

_EVERY_MILLISECONDS = 3600 * 1000
_KEEP_MILLISECONDS = 30 * 24 * 3600 * 1000

Value = str | int


@dataclass(frozen=True, slots=True)
class Notice:
    """A text by its key with its values; `subject` is what is told once an hour at most."""

    subject: str
    text_key: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Letter:
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


async def write(
    tx: Transaction, notice: Notice, admin_ids: Iterable[int], now_milliseconds: int
) -> bool:
    """Put it down for every administrator; False when its subject was told within the hour."""
    if not await is_due(
        tx, notice.subject, now_milliseconds, every_milliseconds=_EVERY_MILLISECONDS
    ):
        return False
    await _forget_old(tx, now_milliseconds)
    row = await tx.fetch_one(
        """
        INSERT INTO operator_notices (subject, text_key, text_values, at_milliseconds)
        VALUES (:subject, :text_key, :text_values, :now) RETURNING id
        """,
        {
            "subject": notice.subject,
            "text_key": notice.text_key,
            "text_values": json.dumps(notice.values),
            "now": now_milliseconds,
        },
    )
    assert row is not None  # noqa: S101
    for admin_id in admin_ids:
        await tx.execute(
            "INSERT INTO operator_letters (notice_id, admin_id) VALUES (:notice_id, :admin_id)",
            {"notice_id": row["id"], "admin_id": admin_id},
        )
    return True


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


async def due(database: Queryable, now_milliseconds: int) -> list[Letter]:
    """The letters to be sent now, the oldest notice first."""
    rows = await database.fetch_all(
        """
        SELECT letter.notice_id, letter.admin_id, letter.tries, notice.text_key,
            notice.text_values, notice.at_milliseconds
        FROM operator_letters AS letter JOIN operator_notices AS notice
            ON notice.id = letter.notice_id
        WHERE letter.state = 'open' AND letter.not_before_milliseconds <= :now
        ORDER BY letter.notice_id, letter.admin_id
        """,
        {"now": now_milliseconds},
    )
    return [from_row(Letter, row) for row in rows]


async def told(tx: Transaction, letter: Letter) -> None:
    """It was said to this administrator."""
    await _end(tx, letter, "told")


async def give_up(tx: Transaction, letter: Letter) -> None:
    """This administrator cannot be told."""
    await _end(tx, letter, "given_up")


async def put_off(tx: Transaction, letter: Letter, not_before_milliseconds: int) -> None:
    """It could not be said now: once more, later."""
    await tx.execute(
        """
        UPDATE operator_letters
        SET tries = tries + 1, not_before_milliseconds = :not_before
        WHERE notice_id = :notice_id AND admin_id = :admin_id
        """,
        {**_key(letter), "not_before": not_before_milliseconds},
    )


async def _end(tx: Transaction, letter: Letter, state: str) -> None:
    await tx.execute(
        """
        UPDATE operator_letters SET state = :state
        WHERE notice_id = :notice_id AND admin_id = :admin_id
        """,
        {**_key(letter), "state": state},
    )


def _key(letter: Letter) -> dict[str, int]:
    return {"notice_id": letter.notice_id, "admin_id": letter.admin_id}


async def _forget_old(tx: Transaction, now_milliseconds: int) -> None:
    await tx.execute(
        "DELETE FROM operator_notices WHERE at_milliseconds < :before",
        {"before": now_milliseconds - _KEEP_MILLISECONDS},
    )
