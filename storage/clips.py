"""Clips of a long voice that its sender wants to hear before choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.due import put_off
from storage.db.rows import columns


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece, in milliseconds of the levelled voice."""

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


async def waiting(database: Queryable) -> list[int]:
    """The voices of which clips are to be sent now; one that was decided on is passed over."""
    return await database.column(
        """
        SELECT DISTINCT media_id FROM excerpts WHERE state = 'wanted'
            AND not_before_milliseconds <= :now
            AND (SELECT state FROM media WHERE id = media_id) = 'asked'
        ORDER BY media_id
        """
    )


async def wanted_of(database: Queryable, media_id: int) -> list[Clip]:
    """Those of this voice that are still to be sent, in their order."""
    return await database.every(
        Clip,
        "SELECT * FROM excerpts WHERE media_id = :id AND state = 'wanted' ORDER BY number",
        {"id": media_id},
    )


async def get(database: Queryable, media_id: int, number: int) -> Clip | None:
    """One of them."""
    return await database.one(
        Clip,
        "SELECT * FROM excerpts WHERE media_id = :id AND number = :number",
        {"id": media_id, "number": number},
    )


async def sent(tx: Transaction, clip: Clip, message_id: int) -> bool:
    """It is in the chat."""
    return await tx.change(
        """
        UPDATE excerpts SET state = 'sent', message_id = :message_id
        WHERE media_id = :media_id AND number = :number AND state = 'wanted'
        """,
        {**columns(clip), "message_id": message_id},
    )


async def postpone(tx: Transaction, media_id: int, not_before_milliseconds: int) -> None:
    """They could not be sent now: later again."""
    key = {"media_id": media_id, "state": "wanted"}
    await put_off(tx, "excerpts", key, not_before_milliseconds)


async def give_up(tx: Transaction, media_id: int) -> bool:
    """They cannot be sent."""
    return await tx.change(
        "UPDATE excerpts SET state = 'given_up' WHERE media_id = :id AND state = 'wanted'",
        {"id": media_id},
    )
