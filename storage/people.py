"""The people the bot has met."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Queryable, Transaction
from storage.record import from_row


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a chat; `language_code` is what their Telegram app is set to (IETF tag)."""

    user_id: int
    first_name: str
    username: str | None
    language_code: str | None


async def remember(tx: Transaction, person: Person, now_milliseconds: int) -> None:
    """Keep what Telegram last said about this person."""
    await tx.execute(
        """
        INSERT INTO people (user_id, first_name, username, language_code, seen_at_milliseconds)
        VALUES (:user_id, :first_name, :username, :language_code, :now)
        ON CONFLICT (user_id) DO UPDATE SET first_name = excluded.first_name,
            username = excluded.username, language_code = excluded.language_code,
            seen_at_milliseconds = excluded.seen_at_milliseconds
        """,
        {
            "user_id": person.user_id,
            "first_name": person.first_name,
            "username": person.username,
            "language_code": person.language_code,
            "now": now_milliseconds,
        },
    )


async def language_code(
    database: Queryable, user_id: int, chat_id: int | None = None
) -> str | None:
    """The language of that group, else the person's: chosen, or as Telegram last told it."""
    row = await database.fetch_one(
        """
        SELECT COALESCE(
            (SELECT language FROM groups WHERE chat_id = :chat_id),
            (SELECT language FROM preferences WHERE user_id = :user_id),
            (SELECT language_code FROM people WHERE user_id = :user_id)) AS code
        """,
        {"user_id": user_id, "chat_id": chat_id},
    )
    return None if row is None else row["code"]


async def find(database: Queryable, user_id: int) -> Person | None:
    """The person, if the bot has met them."""
    row = await database.fetch_one(
        "SELECT * FROM people WHERE user_id = :user_id", {"user_id": user_id}
    )
    return None if row is None else from_row(Person, row)
