"""The outbox: what is to be said or done once, beside the direct answers to updates.

An entry is put down in the transaction of its cause and taken in fair turns by chat. Ended ones
stay as long as their cause can return: what was put down once is not put down again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from storage.db.database import Queryable, Transaction
from storage.db.rows import Row, columns

_KEEP_MILLISECONDS = 3 * 24 * 3600 * 1000
"""Telegram keeps an update for a day; after a week without any its numbers may begin anew."""

NO_CHAT = 0
"""Where something is done whatever becomes of the chats it is about."""

DUE = "outbox WHERE state = 'open' AND run_at_milliseconds <= :now"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One of them. With `attempts` its number names one attempt: another entry may have it later.

    `message_id` is the message it answers, 0 where there is none (any more).

    `attempts` counts those that were begun; `sending_at_milliseconds`: when a call was begun that
    must not be made twice; `user_id`: with whose data it goes.
    """

    id: int
    kind: str
    unique_key: str
    chat_id: int
    thread_id: int
    message_id: int
    user_id: int | None
    arguments: str
    attempts: int
    sending_at_milliseconds: int | None
    created_at_milliseconds: int

    @property
    def values(self) -> dict[str, Any]:
        """The arguments by name."""
        values: dict[str, Any] = json.loads(self.arguments)
        return values


async def put(
    tx: Transaction,
    kind: str,
    key: str,
    /,
    *,
    chat_id: int,
    thread_id: int = 0,
    message_id: int = 0,
    user_id: int | None = None,
    **arguments: Any,
) -> bool:
    """Have it done; False when it was put down before, or the same waits already, or is under way.

    `key` begins with the cause; so do the arguments of what has to look once more, should the same
    be under way. What was asked for in a chat that has moved is done in the new
    one, where the message's number means another message.
    """
    await _sweep(tx)
    moved = await tx.column(
        "SELECT new_chat_id FROM moved_chats WHERE old_chat_id = :chat_id", chat_id=chat_id
    )
    sql = """
        INSERT INTO outbox (kind, unique_key, chat_id, thread_id, message_id, user_id, arguments,
            run_at_milliseconds, created_at_milliseconds)
        SELECT :kind, :key, :chat_id, :thread_id, :message_id, :user_id, :arguments, :now, :now
        WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'open' AND kind = :kind
            AND chat_id = :chat_id AND message_id = :message_id AND arguments = :arguments
            AND COALESCE(user_id, 0) = COALESCE(:user_id, 0))
        ON CONFLICT (unique_key) DO NOTHING
        """
    return await tx.change(
        sql,
        kind=kind,
        key=key,
        chat_id=moved[0] if moved else chat_id,
        thread_id=thread_id,
        message_id=0 if moved else message_id,
        user_id=user_id,
        arguments=json.dumps(arguments, sort_keys=True),
    )


async def due(database: Queryable, limit: int) -> list[OutboxEntry]:
    """The first of each kind in each chat; the chat whose last turn is longest ago comes first."""
    sql = f"""
        SELECT * FROM (
            SELECT outbox.*, ROW_NUMBER() OVER (
                PARTITION BY chat_id, kind ORDER BY run_at_milliseconds, id) AS place
            FROM {DUE}
        ) AS waiting WHERE place = 1
        ORDER BY COALESCE((SELECT MAX(begun_at_milliseconds) FROM outbox AS earlier
            WHERE earlier.chat_id = waiting.chat_id), 0), run_at_milliseconds, id
        LIMIT :limit
        """  # noqa: S608
    return await database.every(OutboxEntry, sql, limit=limit)


async def begin(
    tx: Transaction, entry: OutboxEntry, run_at_milliseconds: int
) -> OutboxEntry | None:
    """Count an attempt, before it is made; the entry as it is now, None where it is not to be made.

    Should the attempt never end, the next one is due at that moment.
    """
    sql = """
        UPDATE outbox SET attempts = attempts + 1, begun_at_milliseconds = :now,
            run_at_milliseconds = :run_at
        WHERE id = :id AND state = 'open' AND attempts = :attempts RETURNING *
        """
    return await tx.one(OutboxEntry, sql, **columns(entry), run_at=run_at_milliseconds)


async def sending(tx: Transaction, entry: OutboxEntry) -> bool:
    """A call that must not be made twice is about to be made; False when it is not wanted now."""
    begun = {"sending_at_milliseconds": tx.now_milliseconds}
    return await tx.update("outbox", begun, **_this_attempt(entry))


async def put_off(tx: Transaction, entry: OutboxEntry, run_at_milliseconds: int) -> None:
    """Nothing came of the attempt: once more, later."""
    later = {"run_at_milliseconds": run_at_milliseconds, "sending_at_milliseconds": None}
    await tx.update("outbox", later, **_this_attempt(entry))


async def leave_alone(
    tx: Transaction, seconds: float, *, chat_id: int | None = None, kind: str | None = None
) -> None:
    """For so long nothing is begun in this chat, or of this kind; that counts as no attempt."""
    sql = """
        UPDATE outbox SET run_at_milliseconds = :until
        WHERE (chat_id = :chat_id OR kind = :kind) AND state = 'open'
            AND run_at_milliseconds < :until
        """
    await tx.execute(sql, chat_id=chat_id, kind=kind, until=tx.later(seconds))


async def end(tx: Transaction, entry: OutboxEntry, *, done: bool) -> bool:
    """It is done, or given up."""
    state = "done" if done else "given_up"
    ended = {"state": state, "ended_at_milliseconds": tx.now_milliseconds}
    return await tx.update("outbox", ended, **_this_attempt(entry))


async def end_all(tx: Transaction, chat_id: int) -> bool:
    """Nothing can be done in this chat any more; False when nothing was to be."""
    given_up = {"state": "given_up", "ended_at_milliseconds": tx.now_milliseconds}
    return await tx.update("outbox", given_up, chat_id=chat_id, state="open")


async def erase(tx: Transaction, entry: OutboxEntry) -> bool:
    """It ended, and nothing is to be left of it."""
    return await tx.delete("outbox", **_this_attempt(entry))


async def withdraw_earlier(tx: Transaction, key: str) -> int:
    """Of what was asked for by one message, only this entry is still wanted; how many are not."""
    sql = """
        UPDATE outbox SET state = 'given_up', ended_at_milliseconds = :now
        WHERE state = 'open' AND unique_key <> :key AND (kind, chat_id, message_id) =
            (SELECT kind, chat_id, message_id FROM outbox WHERE unique_key = :key)
        """
    return await tx.execute(sql, key=key)


def _this_attempt(entry: OutboxEntry) -> Row:
    return {"id": entry.id, "state": "open", "attempts": entry.attempts}


async def _sweep(tx: Transaction) -> None:
    await tx.execute(
        "DELETE FROM outbox WHERE state <> 'open' AND ended_at_milliseconds <= :before",
        before=tx.now_milliseconds - _KEEP_MILLISECONDS,
    )
