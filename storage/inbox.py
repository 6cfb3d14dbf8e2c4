"""The inbox: every update that is acted on is here before Telegram is told that it arrived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from storage.db.database import Queryable, Transaction
from storage.db.rows import Row


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """An update as it came: `body` is its JSON, `tries` how often its handling was begun.

    `user_id`: whose doing it is; `names`: all the people whom it names.
    """

    update_id: int
    body: str
    tries: int = 1
    user_id: int | None = None
    names: frozenset[int] = frozenset()


def update_in(key: str) -> int | None:
    """The number of the update that a key names, which begins with its cause."""
    found = re.search(r"\bupdate:(\d+)", key)
    return int(found[1]) if found else None


async def store(tx: Transaction, updates: Iterable[StoredUpdate]) -> None:
    """Keep all of them that were not here before, as begun once, since they are handled at once."""
    given = {update.update_id: update for update in reversed([*updates])}
    arrived = {"received_at_milliseconds": tx.now_milliseconds}
    rows = [arrived | _row(update) for update in reversed(given.values())]
    new = [row["update_id"] for row in await tx.insert_new("inbox", rows)]
    people = [(number, user_id) for number in new for user_id in given[number].names]
    named = [{"update_id": number, "user_id": user_id} for number, user_id in people]
    await tx.insert_new("inbox_people", named)


async def undone(database: Queryable) -> list[int]:
    """The numbers of what was stored and never finished, in the order of arrival."""
    return await database.column(
        "SELECT update_id FROM inbox WHERE state = 'new'"
        " ORDER BY received_at_milliseconds, update_id"
    )


async def get(database: Queryable, update_id: int) -> StoredUpdate | None:
    """One by its number."""
    row = await database.fetch_one(
        "SELECT update_id, body, tries FROM inbox WHERE update_id = :update_id", update_id=update_id
    )
    return None if row is None else StoredUpdate(**row)


async def begin_again(tx: Transaction, update_id: int) -> int:
    """Count another try, before it is made; how many that makes."""
    return await tx.number(
        "UPDATE inbox SET tries = tries + 1 WHERE update_id = :update_id RETURNING tries",
        update_id=update_id,
    )


async def done(tx: Transaction, update_id: int) -> None:
    """It was handled."""
    await _finish(tx, update_id, state="done", error=None)


async def let_go(tx: Transaction, update_id: int) -> None:
    """It turned out not to be for the bot: nothing of it is kept."""
    await tx.delete("inbox", update_id=update_id)


async def park(tx: Transaction, update_id: int, error: str) -> None:
    """It is not tried again; `error` says why, for the operator."""
    await _finish(tx, update_id, state="parked", error=error)


async def forget_done(tx: Transaction, before_milliseconds: int) -> int:
    """Delete what was handled before that moment; how many rows."""
    return await tx.execute(
        "DELETE FROM inbox WHERE state = 'done' AND handled_at_milliseconds < :before",
        before=before_milliseconds,
    )


async def _finish(tx: Transaction, update_id: int, **ended: str | None) -> None:
    handled = {**ended, "handled_at_milliseconds": tx.now_milliseconds}
    await tx.update("inbox", handled, update_id=update_id)


def _row(update: StoredUpdate) -> Row:
    columns = ("update_id", "body", "tries", "user_id")
    return {column: getattr(update, column) for column in columns}


_KEEP_MILLISECONDS = 3 * 24 * 3600 * 1000
"""Telegram keeps an update for a day; after a week without any its numbers may begin anew."""

Outcome = dict[str, Any]


async def outcome_of(tx: Transaction, update_id: int) -> Outcome | None:
    """What this update led to, if it was handled before."""
    sql = """
        SELECT outcome FROM outcomes
        WHERE update_id = :update_id AND at_milliseconds > :after
        """
    row = await tx.fetch_one(
        sql, update_id=update_id, after=tx.now_milliseconds - _KEEP_MILLISECONDS
    )
    if row is None:
        return None
    outcome: Outcome = json.loads(row["outcome"])
    return outcome


async def keep_outcome(tx: Transaction, update_id: int, outcome: Outcome) -> None:
    """Remember it, in the transaction that did it."""
    await tx.execute(
        "DELETE FROM outcomes WHERE at_milliseconds <= :before",
        before=tx.now_milliseconds - _KEEP_MILLISECONDS,
    )
    led_to = {"outcome": json.dumps(outcome), "at_milliseconds": tx.now_milliseconds}
    await tx.insert("outcomes", {"update_id": update_id, **led_to})
