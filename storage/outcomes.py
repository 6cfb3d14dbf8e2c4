"""What updates led to, where handling one a second time would do something else."""

from __future__ import annotations

import json
from typing import Any

from storage.database import Transaction

_KEEP_MILLISECONDS = 3 * 24 * 3600 * 1000
"""Telegram keeps an update for a day; after a week without any its numbers may begin anew."""

Outcome = dict[str, Any]


async def find(tx: Transaction, update_id: int, now_milliseconds: int) -> Outcome | None:
    """What this update led to, if it was handled before."""
    row = await tx.fetch_one(
        """
        SELECT outcome FROM outcomes
        WHERE update_id = :update_id AND at_milliseconds > :after
        """,
        {"update_id": update_id, "after": now_milliseconds - _KEEP_MILLISECONDS},
    )
    if row is None:
        return None
    outcome: Outcome = json.loads(row["outcome"])
    return outcome


async def keep(tx: Transaction, update_id: int, outcome: Outcome, now_milliseconds: int) -> None:
    """Remember it, in the transaction that did it."""
    await tx.execute(
        "DELETE FROM outcomes WHERE at_milliseconds <= :before",
        {"before": now_milliseconds - _KEEP_MILLISECONDS},
    )
    await tx.execute(
        """
        INSERT INTO outcomes (update_id, outcome, at_milliseconds)
        VALUES (:update_id, :outcome, :now)
        """,
        {"update_id": update_id, "outcome": json.dumps(outcome), "now": now_milliseconds},
    )
