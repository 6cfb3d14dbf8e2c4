"""What each person chose in /settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.db.database import Queryable, Transaction

Choice = dict[str, str | int | None]
"""Columns, whose names are the program's own, and what was chosen for them."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """None is what the operator (or Telegram, for the language) says.

    `confirm_above_milliseconds` is the quota that a job may take without being asked about.
    """

    language: str | None = None
    resolution: str | None = None
    engine: str | None = None
    framing: str | None = None
    reply_as: str = "video"
    levelled: int = 1
    confirm_above_milliseconds: int | None = None
    quiet: int = 0


async def preferences_of(database: Queryable, user_id: int) -> Preferences:
    """The person's choices; those of somebody who never chose, if there are none."""
    return await database.find(Preferences, "preferences", user_id=user_id) or Preferences()


async def choose(tx: Transaction, user_id: int, choice: Choice) -> None:
    """Keep what the person chose: a column of `Preferences` and its value, or several."""
    chosen = {"user_id": user_id, "changed_at_milliseconds": tx.now_milliseconds, **choice}
    await tx.put("preferences", chosen, "user_id")


async def quiet_jobs(database: Queryable, job_ids: Sequence[int]) -> frozenset[int]:
    """Those of these jobs whose person, or whose group, wants it so."""
    some = ", ".join(str(int(job_id)) for job_id in job_ids)
    sql = f"""
        SELECT jobs.id FROM jobs
        LEFT JOIN preferences ON preferences.user_id = jobs.user_id
        LEFT JOIN groups ON groups.chat_id = jobs.chat_id
        WHERE jobs.id IN ({some}) AND (preferences.quiet = 1 OR groups.quiet = 1)
        """  # noqa: S608
    return frozenset(await database.column(sql))
