"""What the admins of each group chose, and whom they let in."""

from __future__ import annotations

from dataclasses import dataclass

from storage import choices
from storage.choices import Choice
from storage.database import Queryable, Transaction
from storage.record import from_row


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """None is what the person or the operator says; `who` is all, admins or list."""

    title: str = ""
    who: str = "all"
    resolution: str | None = None
    longest_milliseconds: int | None = None
    others_photos: int = 1
    quiet: int = 0
    language: str | None = None


async def settings_of(database: Queryable, chat_id: int) -> GroupSettings:
    """The group's settings; the defaults where nothing was chosen, and in private chats."""
    row = await database.fetch_one(
        "SELECT * FROM groups WHERE chat_id = :chat_id", {"chat_id": chat_id}
    )
    return GroupSettings() if row is None else from_row(GroupSettings, row)


async def choose(tx: Transaction, chat_id: int, choice: Choice, now_milliseconds: int) -> None:
    """Keep what an admin chose: a field of `GroupSettings` and its value, or several."""
    assert choice.keys() <= _CHOICES  # noqa: S101
    await choices.keep(tx, "groups", "chat_id", chat_id, choice, now_milliseconds)


async def let_in(tx: Transaction, chat_id: int, user_id: int) -> bool:
    """Put the person on the group's list; False when they were on it."""
    changed = await tx.execute(
        """
        INSERT INTO group_guests (chat_id, user_id) VALUES (:chat_id, :user_id)
        ON CONFLICT DO NOTHING
        """,
        {"chat_id": chat_id, "user_id": user_id},
    )
    return changed > 0


async def keep_out(tx: Transaction, chat_id: int, user_id: int) -> bool:
    """Take the person off the group's list; False when they were not on it."""
    changed = await tx.execute(
        "DELETE FROM group_guests WHERE chat_id = :chat_id AND user_id = :user_id",
        {"chat_id": chat_id, "user_id": user_id},
    )
    return changed > 0


async def guests_of(database: Queryable, chat_id: int) -> list[int]:
    """The people on the group's list."""
    rows = await database.fetch_all(
        "SELECT user_id FROM group_guests WHERE chat_id = :chat_id ORDER BY user_id",
        {"chat_id": chat_id},
    )
    return [int(row["user_id"]) for row in rows]


_CHOICES = frozenset(GroupSettings.__dataclass_fields__)
