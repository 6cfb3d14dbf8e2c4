"""The inbox: every update that is acted on is here before Telegram is told that it arrived."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from storage.db.database import Database, Transaction


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


class Inbox:
    """The table `inbox`. A row is stored as begun once, since it is handled at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, updates: Iterable[StoredUpdate]) -> set[int]:
        """Keep all of them or none; the ids of those that were not here before."""
        new: set[int] = set()
        async with self._database.transaction() as tx:
            for update in updates:
                if await _insert(tx, update):
                    new.add(update.update_id)
        return new

    async def undone(self) -> list[StoredUpdate]:
        """What was stored and never finished, in the order of arrival."""
        rows = await self._database.fetch_all(
            "SELECT update_id, body, tries FROM inbox WHERE state = 'new'"
            " ORDER BY received_at_milliseconds, update_id"
        )
        return [StoredUpdate(**row) for row in rows]

    async def get(self, update_id: int) -> StoredUpdate | None:
        """One by its number."""
        row = await self._database.fetch_one(
            "SELECT update_id, body, tries FROM inbox WHERE update_id = :update_id",
            {"update_id": update_id},
        )
        return None if row is None else StoredUpdate(**row)

    async def begin_again(self, update_id: int) -> int:
        """Count another try, before it is made; how many that makes."""
        async with self._database.transaction() as tx:
            row = await tx.fetch_one(
                "UPDATE inbox SET tries = tries + 1 WHERE update_id = :update_id RETURNING tries",
                {"update_id": update_id},
            )
        return 0 if row is None else int(row["tries"])

    async def done(self, update_id: int) -> None:
        """It was handled."""
        await self._finish(update_id, "done", None)

    async def let_go(self, update_id: int) -> None:
        """It turned out not to be for the bot: nothing of it is kept."""
        async with self._database.transaction() as tx:
            await tx.delete("inbox", update_id=update_id)

    async def park(self, update_id: int, error: str) -> None:
        """It is not tried again; `error` says why, for the operator."""
        await self._finish(update_id, "parked", error)

    async def forget_done(self, before_milliseconds: int) -> int:
        """Delete what was handled before that moment; how many rows."""
        async with self._database.transaction() as tx:
            return await tx.execute(
                "DELETE FROM inbox WHERE state = 'done' AND handled_at_milliseconds < :before",
                {"before": before_milliseconds},
            )

    async def _finish(self, update_id: int, state: str, error: str | None) -> None:
        async with self._database.transaction() as tx:
            ended = {"state": state, "error": error, "handled_at_milliseconds": tx.now_milliseconds}
            await tx.update("inbox", ended, update_id=update_id)


async def _insert(tx: Transaction, update: StoredUpdate) -> bool:
    """Whether it was not here before."""
    received = {"body": update.body, "tries": update.tries, "user_id": update.user_id}
    received |= {"update_id": update.update_id, "received_at_milliseconds": tx.now_milliseconds}
    new = await tx.insert_once("inbox", received)
    for user_id in update.names if new else ():
        await tx.insert("inbox_people", {"update_id": update.update_id, "user_id": user_id})
    return new


_KEEP_MILLISECONDS = 3 * 24 * 3600 * 1000
"""Telegram keeps an update for a day; after a week without any its numbers may begin anew."""

Outcome = dict[str, Any]


async def find(tx: Transaction, update_id: int) -> Outcome | None:
    """What this update led to, if it was handled before."""
    row = await tx.fetch_one(
        """
        SELECT outcome FROM outcomes
        WHERE update_id = :update_id AND at_milliseconds > :after
        """,
        {"update_id": update_id, "after": tx.now_milliseconds - _KEEP_MILLISECONDS},
    )
    if row is None:
        return None
    outcome: Outcome = json.loads(row["outcome"])
    return outcome


async def store(tx: Transaction, update_id: int, outcome: Outcome) -> None:
    """Remember it, in the transaction that did it."""
    await tx.execute(
        "DELETE FROM outcomes WHERE at_milliseconds <= :before",
        {"before": tx.now_milliseconds - _KEEP_MILLISECONDS},
    )
    led_to = {"outcome": json.dumps(outcome), "at_milliseconds": tx.now_milliseconds}
    await tx.insert("outcomes", {"update_id": update_id, **led_to})
