"""The people the bot has met, and those it bans."""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns

_TELL_EVERY_MILLISECONDS = 60_000


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a chat; `language_code` is what their Telegram app is set to (IETF tag)."""

    user_id: int
    first_name: str
    username: str | None
    language_code: str | None


async def remember(tx: Transaction, person: Person) -> None:
    """Keep what Telegram last said about this person."""
    seen = {**columns(person), "seen_at_milliseconds": tx.now_milliseconds}
    await tx.put("people", seen, "user_id")


async def language_code(
    database: Queryable, user_id: int, chat_id: int | None = None
) -> str | None:
    """The language of that group, else the person's: chosen, or as Telegram last told it."""
    sql = """
        SELECT COALESCE(
            (SELECT language FROM groups WHERE chat_id = :chat_id),
            (SELECT language FROM preferences WHERE user_id = :user_id),
            (SELECT language_code FROM people WHERE user_id = :user_id)) AS code
        """
    row = await database.fetch_one(sql, user_id=user_id, chat_id=chat_id)
    return None if row is None else row["code"]


async def find(database: Queryable, user_id: int) -> Person | None:
    """The person, if the bot has met them."""
    return await database.find(Person, "people", user_id=user_id)


async def ban(tx: Transaction, user_id: int, admin_id: int) -> bool:
    """From now on this person is refused; False when they were before."""
    by = {"user_id": user_id, "admin_id": admin_id, "at_milliseconds": tx.now_milliseconds}
    return await tx.insert_once("bans", by)


async def unban(tx: Transaction, user_id: int) -> bool:
    """This person is served again; False when they were not refused."""
    return await tx.delete("bans", user_id=user_id)


async def is_banned(database: Queryable, user_id: int) -> bool:
    """Whether this person is refused."""
    return await database.has("bans", user_id=user_id)


async def is_to_be_told(tx: Transaction, user_id: int) -> bool:
    """Whether to tell them that they are refused; a True answer counts as told.

    Once a minute at most: what they write may be meant as a flood.
    """
    sql = """
        UPDATE bans SET told_at_milliseconds = :now
        WHERE user_id = :user_id AND told_at_milliseconds <= :now - :every
        """
    return await tx.change(sql, user_id=user_id, every=_TELL_EVERY_MILLISECONDS)
