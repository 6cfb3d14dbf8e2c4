"""Rows that wait for their time: most such tables have `tries` and `not_before_milliseconds`."""

from __future__ import annotations

from typing import Any

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


async def put_off(tx: Transaction, table: str, key: dict[str, Any], delay_seconds: float) -> None:
    """It could not be done now: once more, later. `key` has the columns that name the row."""
    later = tx.later(delay_seconds)
    where = " AND ".join(f"{column} = :{column}" for column in key)
    put_off = (
        f"UPDATE {table} SET tries = tries + 1, not_before_milliseconds = :later WHERE {where}"  # noqa: S608
    )
    await tx.execute(put_off, later=later, **key)


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
