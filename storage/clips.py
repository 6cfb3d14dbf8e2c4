"""Clips of a long voice that its sender wants to hear before choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.rows import from_row


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece, in milliseconds of the levelled sound."""

    media_id: int
    number: int
    from_milliseconds: int
    length_milliseconds: int
    tries: int


async def want(tx: Transaction, media_id: int, spans: Sequence[tuple[int, int]]) -> bool:
    """They are to be sent; False when they were wanted before."""
    changed = 0
    for number, (begin, end) in enumerate(spans, start=1):
        changed += await tx.execute(
            """
            INSERT INTO excerpts (media_id, number, from_milliseconds, length_milliseconds)
            VALUES (:media_id, :number, :begin, :length) ON CONFLICT DO NOTHING
            """,
            {"media_id": media_id, "number": number, "begin": begin, "length": end - begin},
        )
    return changed > 0


async def waiting(database: Queryable, now_milliseconds: int) -> list[int]:
    """The voices of which clips are to be sent now; one that was decided on is passed over."""
    rows = await database.fetch_all(
        """
        SELECT DISTINCT media_id FROM excerpts WHERE state = 'wanted'
            AND not_before_milliseconds <= :now
            AND (SELECT state FROM media WHERE id = media_id) = 'asked'
        ORDER BY media_id
        """,
        {"now": now_milliseconds},
    )
    return [int(row["media_id"]) for row in rows]


async def wanted_of(database: Queryable, media_id: int) -> list[Clip]:
    """Those of this sound that are still to be sent, in their order."""
    rows = await database.fetch_all(
        "SELECT * FROM excerpts WHERE media_id = :id AND state = 'wanted' ORDER BY number",
        {"id": media_id},
    )
    return [from_row(Clip, row) for row in rows]


async def get(database: Queryable, media_id: int, number: int) -> Clip | None:
    """One of them."""
    row = await database.fetch_one(
        "SELECT * FROM excerpts WHERE media_id = :id AND number = :number",
        {"id": media_id, "number": number},
    )
    return None if row is None else from_row(Clip, row)


async def sent(tx: Transaction, clip: Clip, message_id: int) -> bool:
    """It is in the chat."""
    changed = await tx.execute(
        """
        UPDATE excerpts SET state = 'sent', message_id = :message_id
        WHERE media_id = :media_id AND number = :number AND state = 'wanted'
        """,
        {"media_id": clip.media_id, "number": clip.number, "message_id": message_id},
    )
    return changed > 0


async def postpone(tx: Transaction, media_id: int, not_before_milliseconds: int) -> None:
    """They could not be sent now: later again."""
    await tx.execute(
        """
        UPDATE excerpts SET tries = tries + 1, not_before_milliseconds = :not_before
        WHERE media_id = :id AND state = 'wanted'
        """,
        {"id": media_id, "not_before": not_before_milliseconds},
    )


async def give_up(tx: Transaction, media_id: int) -> bool:
    """They cannot be sent."""
    changed = await tx.execute(
        "UPDATE excerpts SET state = 'given_up' WHERE media_id = :id AND state = 'wanted'",
        {"id": media_id},
    )
    return changed > 0
