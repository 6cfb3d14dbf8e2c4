"""Choices kept in one row of their owner: whatever was not chosen keeps its default."""

from __future__ import annotations

from storage.database import Transaction

Choice = dict[str, str | int | None]
"""Columns and what was chosen for them."""


async def keep(
    tx: Transaction, table: str, owner: str, owner_id: int, choice: Choice, now_milliseconds: int
) -> None:
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
        {"owner_id": owner_id, "now": now_milliseconds, **choice},
    )
