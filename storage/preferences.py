"""What each person chose once and for all."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Queryable, Transaction
from storage.record import from_row


@dataclass(frozen=True, slots=True)
class Preferences:
    """None is what the operator (or Telegram, for the language) says.

    `confirm_above_milliseconds` is the quota that a job may take without being asked about.
    """

    language: str | None = None
    resolution: str | None = None
    engine: str | None = None
    reply_as: str = "video"
    levelled: int = 1
    confirm_above_milliseconds: int | None = None
    quiet: int = 0


async def preferences_of(database: Queryable, user_id: int) -> Preferences:
    """The person's choices; those of somebody who never chose, if there are none."""
    row = await database.fetch_one(
        "SELECT * FROM preferences WHERE user_id = :user_id", {"user_id": user_id}
    )
    return Preferences() if row is None else from_row(Preferences, row)


async def choose(
    tx: Transaction, user_id: int, choice: dict[str, str | int | None], now_milliseconds: int
) -> None:
    """Keep what the person chose: a column of `Preferences` and its value, or several."""
    assert choice.keys() <= _CHOICES  # noqa: S101
    names = sorted(choice)
    columns = "".join(f", {name}" for name in names)
    values = "".join(f", :{name}" for name in names)
    updates = "".join(f", {name} = excluded.{name}" for name in names)
    await tx.execute(
        f"""
        INSERT INTO preferences (user_id, changed_at_milliseconds{columns})
        VALUES (:user_id, :now{values})
        ON CONFLICT (user_id) DO UPDATE
        SET changed_at_milliseconds = excluded.changed_at_milliseconds{updates}
        """,  # noqa: S608
        {"user_id": user_id, "now": now_milliseconds, **choice},
    )


_CHOICES = frozenset(Preferences.__dataclass_fields__)
