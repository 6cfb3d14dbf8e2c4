"""Chats as a whole: those that can no longer be written to, those that have a new id."""

from __future__ import annotations

from storage import outbox
from storage.db.database import Queryable, Transaction
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from storage.people import consents


async def mark_dead(tx: Transaction, chat_id: int, reason: str) -> None:
    """Nothing is sent there until the person is heard from again."""
    dead = {"chat_id": chat_id, "reason": reason, "since_milliseconds": tx.now_milliseconds}
    await tx.insert_once("dead_chats", dead)


async def mark_alive(tx: Transaction, chat_id: int) -> None:
    """Somebody wrote from there: it can be written to."""
    await tx.delete("dead_chats", chat_id=chat_id)


async def is_dead(database: Queryable, chat_id: int) -> bool:
    """Whether the last attempt to write there was refused for good."""
    return await database.has("dead_chats", chat_id=chat_id)


async def ids_of(database: Queryable, chat_id: int) -> frozenset[int]:
    """This id, and those that the chat had before it became a supergroup, or has since."""
    sql = """
        SELECT old_chat_id FROM moved_chats WHERE new_chat_id = :chat_id
        UNION SELECT new_chat_id FROM moved_chats WHERE old_chat_id = :chat_id
        """
    others = await database.column(sql, chat_id=chat_id)
    return frozenset({chat_id, *others})


async def move(tx: Transaction, old_id: int, new_id: int) -> bool:
    """A group became a supergroup: everything of the old id belongs to the new one from now on.

    The old chat's message ids mean other messages in the new one, so they are forgotten: nothing
    is edited or replied to any more, what is to be said is said anew. False if it was known.
    """
    ids = {"old_chat_id": old_id, "new_chat_id": new_id}
    is_news = await tx.insert_once(
        "moved_chats", {**ids, "moved_at_milliseconds": tx.now_milliseconds}
    )
    await consents.want_questions_in_new_chat(tx, old_id, new_id)
    if is_news and await tx.has("groups", chat_id=old_id):
        await tx.delete("groups", chat_id=new_id)
    for statement in _MOVES:
        await tx.execute(statement, old=old_id, new=new_id)
    return is_news


# `mark_dead` of the old id said nothing about the new one. A draft that was begun in the new chat
# before its move was noticed stays; the old one gives way. A video that was sent is where it was:
# its message keeps the old chat. What the new chat has of its own before its move is known is what
# the bot noted when it came there: the rules are those of the old one.
_MOVES = (
    """
    UPDATE media SET chat_id = :new, message_id = 0, reply_message_id = NULL
    WHERE chat_id = :old
    """,
    """
    UPDATE jobs SET chat_id = :new, status_message_id = NULL WHERE chat_id = :old
    """,
    """
    UPDATE deliveries SET message_id = NULL WHERE chat_id = :old AND sent_at_milliseconds IS NULL
    """,
    """
    UPDATE drafts SET chat_id = :new WHERE chat_id = :old AND NOT EXISTS (
        SELECT 1 FROM drafts AS newer WHERE newer.chat_id = :new
            AND newer.thread_id = drafts.thread_id AND newer.user_id = drafts.user_id)
    """,
    "DELETE FROM drafts WHERE chat_id = :old AND :new <> :old",
    "UPDATE OR IGNORE groups SET chat_id = :new WHERE chat_id = :old",
    "DELETE FROM groups WHERE chat_id = :old AND :new <> :old",
    "UPDATE OR IGNORE group_guests SET chat_id = :new WHERE chat_id = :old",
    "DELETE FROM consent_questions WHERE chat_id = :old AND :new <> :old",
    "UPDATE OR REPLACE introductions SET chat_id = :new WHERE chat_id = :old",
    "UPDATE OR IGNORE objections SET chat_id = :new WHERE chat_id = :old",
    "UPDATE outbox SET chat_id = :new, message_id = 0 WHERE chat_id = :old",
    "DELETE FROM dead_chats WHERE chat_id = :old AND :new <> :old",
)


async def close_chat(tx: Transaction, chat_id: int, reason: str) -> list[Job]:
    """The chat is dead, and what only waits there is cancelled; the jobs that end with it or soon.

    What was submitted goes on: it is billed, and kept for whoever comes back. So is what was made
    of a long voice by then.
    """
    await mark_dead(tx, chat_id, reason)
    await outbox.end_all(tx, chat_id)
    await consents.close_unasked(tx, chat_id)
    ended = await jobs.waiting_in(tx, chat_id)
    for job in ended:
        await moves.cancel(tx, job.id)
    return ended
