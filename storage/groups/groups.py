"""Groups: what their admins chose, whom they let in, what the bot said of itself there."""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.people.preferences import Choice


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
    if chat_id > 0:
        return GroupSettings()
    return await database.find(GroupSettings, "groups", chat_id=chat_id) or GroupSettings()


async def choose(tx: Transaction, chat_id: int, choice: Choice) -> None:
    """Keep what an admin chose: a field of `GroupSettings` and its value, or several."""
    chosen = {"chat_id": chat_id, "changed_at_milliseconds": tx.now_milliseconds, **choice}
    await tx.put("groups", chosen, "chat_id")


async def let_in(tx: Transaction, chat_id: int, user_id: int) -> bool:
    """Put the person on the group's list; False when they were on it."""
    return await tx.insert_once("group_guests", {"chat_id": chat_id, "user_id": user_id})


async def keep_out(tx: Transaction, chat_id: int, user_id: int) -> bool:
    """Take the person off the group's list; False when they were not on it."""
    return await tx.delete("group_guests", chat_id=chat_id, user_id=user_id)


async def guests_of(database: Queryable, chat_id: int) -> list[int]:
    """The people on the group's list."""
    return await database.column(
        "SELECT user_id FROM group_guests WHERE chat_id = :chat_id ORDER BY user_id",
        chat_id=chat_id,
    )


@dataclass(frozen=True, slots=True)
class Introduction:
    """`lack` is what the group was told the bot may not do there: messages, videos or None."""

    chat_id: int
    added_by: int | None = None
    introduced: int = 0
    lack: str | None = None


async def introduction_of(database: Queryable, chat_id: int) -> Introduction:
    """What is known of the bot's coming to this group; little, where it was there before."""
    known = await database.find(Introduction, "introductions", chat_id=chat_id)
    return known or Introduction(chat_id)


async def note(tx: Transaction, chat_id: int, added_by: int | None) -> None:
    """The bot is in this group; who added it is kept from the first time it was told."""
    sql = """
        INSERT INTO introductions (chat_id, added_by, at_milliseconds)
        VALUES (:chat_id, :added_by, :now)
        ON CONFLICT (chat_id) DO UPDATE SET added_by = COALESCE(added_by, excluded.added_by)
        """
    await tx.execute(sql, chat_id=chat_id, added_by=added_by)


async def introduced(tx: Transaction, chat_id: int) -> None:
    """The group has read what the bot is for."""
    await note(tx, chat_id, None)
    await tx.update("introductions", {"introduced": 1}, chat_id=chat_id)


async def set_lack(tx: Transaction, chat_id: int, lack: str | None) -> bool:
    """The group is told that this is missing, or that nothing is; False when it was before."""
    await note(tx, chat_id, None)
    return await tx.change(
        "UPDATE introductions SET lack = :lack WHERE chat_id = :chat_id AND lack IS NOT :lack",
        chat_id=chat_id,
        lack=lack,
    )


async def forget(tx: Transaction, chat_id: int) -> bool:
    """The bot was removed: if it ever comes back, it introduces itself again."""
    return await tx.delete("introductions", chat_id=chat_id)
