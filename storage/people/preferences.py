"""What each person chose in /settings; settings of groups are stored the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.db.database import Queryable, Transaction


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
    return await database.find(Preferences, "preferences", user_id=user_id) or Preferences()


async def choose(tx: Transaction, user_id: int, choice: Choice) -> None:
    """Keep what the person chose: a column of `Preferences` and its value, or several."""
    assert choice.keys() <= _CHOICES  # noqa: S101
    await store(tx, "preferences", "user_id", user_id, choice)


_CHOICES = frozenset(Preferences.__dataclass_fields__)


Choice = dict[str, str | int | None]
"""Columns and what was chosen for them."""


async def store(tx: Transaction, table: str, owner: str, owner_id: int, choice: Choice) -> None:
    """Write it into the owner's row of that table; `owner` is the column of its key.

    The names are the program's own, never a person's words.
    """
    names = sorted(choice)
    columns = "".join(f", {name}" for name in names)
    values = "".join(f", :{name}" for name in names)
    updates = "".join(f", {name} = excluded.{name}" for name in names)
    await tx.execute(
        f"""
        INSERT INTO {table} ({owner}, changed_at_milliseconds{columns})
        VALUES (:owner_id, :now{values})
        ON CONFLICT ({owner}) DO UPDATE
        SET changed_at_milliseconds = excluded.changed_at_milliseconds{updates}
        """,  # noqa: S608
        {"owner_id": owner_id, **choice},
    )


async def quiet_jobs(database: Queryable, job_ids: Sequence[int]) -> frozenset[int]:
    """Those of these jobs whose person, or whose group, wants it so."""
    some = ", ".join(str(int(job_id)) for job_id in job_ids)
    rows = await database.fetch_all(
        f"""
        SELECT jobs.id FROM jobs
        LEFT JOIN preferences ON preferences.user_id = jobs.user_id
        LEFT JOIN groups ON groups.chat_id = jobs.chat_id
        WHERE jobs.id IN ({some}) AND (preferences.quiet = 1 OR groups.quiet = 1)
        """  # noqa: S608
    )
    return frozenset(int(row["id"]) for row in rows)
