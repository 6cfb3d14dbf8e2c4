"""Groups the bot was added to: by whom, and what it said there of its own accord."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Queryable, Transaction
from storage.record import from_row


@dataclass(frozen=True, slots=True)
class Arrival:
    """`lack` is what the group was told the bot may not do there: messages, videos or None."""

    chat_id: int
    added_by: int | None = None
    introduced: int = 0
    lack: str | None = None


async def arrival_of(database: Queryable, chat_id: int) -> Arrival:
    """What is known of the bot's coming to this group; little, where it was there before."""
    row = await database.fetch_one(
        "SELECT chat_id, added_by, introduced, lack FROM arrivals WHERE chat_id = :chat_id",
        {"chat_id": chat_id},
    )
    return Arrival(chat_id) if row is None else from_row(Arrival, row)


async def note(tx: Transaction, chat_id: int, added_by: int | None, now_milliseconds: int) -> None:
    """The bot is in this group; who added it is kept from the first time it was told."""
    await tx.execute(
        """
        INSERT INTO arrivals (chat_id, added_by, at_milliseconds)
        VALUES (:chat_id, :added_by, :now)
        ON CONFLICT (chat_id) DO UPDATE SET added_by = COALESCE(added_by, excluded.added_by)
        """,
        {"chat_id": chat_id, "added_by": added_by, "now": now_milliseconds},
    )


async def introduced(tx: Transaction, chat_id: int, now_milliseconds: int) -> None:
    """The group has read what the bot is for."""
    await note(tx, chat_id, None, now_milliseconds)
    await tx.execute(
        "UPDATE arrivals SET introduced = 1 WHERE chat_id = :chat_id", {"chat_id": chat_id}
    )


async def set_lack(tx: Transaction, chat_id: int, lack: str | None, now_milliseconds: int) -> bool:
    """The group is told that this is missing, or that nothing is; False when it was before."""
    await note(tx, chat_id, None, now_milliseconds)
    changed = await tx.execute(
        "UPDATE arrivals SET lack = :lack WHERE chat_id = :chat_id AND lack IS NOT :lack",
        {"chat_id": chat_id, "lack": lack},
    )
    return changed > 0


async def forget(tx: Transaction, chat_id: int) -> bool:
    """The bot was removed: if it ever comes back, it introduces itself again."""
    changed = await tx.execute(
        "DELETE FROM arrivals WHERE chat_id = :chat_id", {"chat_id": chat_id}
    )
    return changed > 0
