"""Rows that wait for their time: every such table has `tries` and `not_before_milliseconds`."""

from __future__ import annotations

from typing import Any

from storage.db.database import Transaction


async def put_off(tx: Transaction, table: str, key: dict[str, Any], delay_seconds: float) -> None:
    """It could not be done now: once more, later. `key` has the columns that name the row."""
    where = " AND ".join(f"{column} = :{column}" for column in key)
    await tx.execute(
        f"""
        UPDATE {table} SET tries = tries + 1, not_before_milliseconds = :not_before WHERE {where}
        """,  # noqa: S608
        {**key, "not_before": tx.later(delay_seconds)},
    )
