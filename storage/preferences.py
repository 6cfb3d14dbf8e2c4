"""What each person chose once and for all."""

from __future__ import annotations

from dataclasses import dataclass

from storage import choices
from storage.choices import Choice
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


async def choose(tx: Transaction, user_id: int, choice: Choice, now_milliseconds: int) -> None:
    """Keep what the person chose: a column of `Preferences` and its value, or several."""
    assert choice.keys() <= _CHOICES  # noqa: S101
    await choices.keep(tx, "preferences", "user_id", user_id, choice, now_milliseconds)


_CHOICES = frozenset(Preferences.__dataclass_fields__)
