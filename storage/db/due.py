"""What has its time by this machine's clock, and what becomes of it where that is set back."""

from __future__ import annotations

from storage.db.database import Queryable, Transaction

_COMPARED_WITH_NOW = (
    *((table, "not_before_milliseconds") for table in ("media", "jobs", "tasks")),
    ("outbox", "run_at_milliseconds"),
    ("outbox", "begun_at_milliseconds"),
    ("outages", "since_milliseconds"),
    ("outages", "probe_at_milliseconds"),
    ("notices", "told_at_milliseconds"),
    ("bans", "told_at_milliseconds"),
    ("consent_questions", "wanted_at_milliseconds"),
)
"""What is due, or due again, when such a moment has come or has been for a while."""


async def set_back(tx: Transaction, milliseconds: int) -> None:
    """The clock was set back by so much: what lies ahead comes as soon as it would have come."""
    for table, column in _COMPARED_WITH_NOW:
        await tx.execute(
            f"UPDATE {table} SET {column} = {column} - :back WHERE {column} > :now",  # noqa: S608
            back=milliseconds,
        )


async def note_time(tx: Transaction) -> None:
    """So late it is by this machine's clock."""
    await tx.put("clock", {"id": 1, "latest_milliseconds": tx.now_milliseconds}, "id")


async def ahead_milliseconds(database: Queryable) -> int:
    """By how much the clock was set back since that was noted; below 0: it was not."""
    return await database.number("SELECT latest_milliseconds - :now FROM clock")
