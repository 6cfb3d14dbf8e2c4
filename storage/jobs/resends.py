"""Resends: what a person asked for that costs nothing and takes a while.

A row goes when it is done; asking for the same twice meanwhile is asking once.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.due import put_off
from storage.db.rows import columns
from storage.media import ConversationKey


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a job's video as `note` or `video`, or a `page` of the history.

    `message_id` is the message that asked for it; with `turns` it is the page itself.
    """

    kind: str
    conversation: ConversationKey
    message_id: int
    job_id: int | None = None
    page: int | None = None
    turns: int = 0

    @property
    def source(self) -> str:
        """What names it: of one message, a page is one resend, whichever page it is to show."""
        return f"{self.kind}:{self.job_id or ''}:{self.conversation.chat_id}:{self.message_id}"


@dataclass(frozen=True, slots=True)
class Resend:
    """A resend as stored. `sending`: it may have been done already."""

    id: int
    kind: str
    chat_id: int
    thread_id: int
    user_id: int
    message_id: int
    job_id: int | None
    page: int | None
    turns: int
    sending: int
    tries: int
    at_milliseconds: int

    @property
    def conversation(self) -> ConversationKey:
        """Whose it is, and where it goes."""
        return ConversationKey(self.chat_id, self.thread_id, self.user_id)


async def ask(tx: Transaction, wanted: Wanted) -> None:
    """Have it done; of two pages asked for by one message, the later."""
    await tx.execute(
        """
        INSERT INTO errands (source, kind, chat_id, thread_id, user_id, message_id, job_id, page,
            turns, at_milliseconds)
        VALUES (:source, :kind,
            COALESCE((SELECT new_chat_id FROM moved_chats WHERE old_chat_id = :chat_id), :chat_id),
            :thread_id, :user_id, :message_id, :job_id, :page, :turns, :now)
        ON CONFLICT (source) DO UPDATE SET page = excluded.page
        """,
        {**columns(wanted), **wanted.conversation._asdict(), "source": wanted.source},
    )


async def due(database: Queryable, limit: int) -> list[Resend]:
    """Resends to be done now, oldest first."""
    return await database.every(
        Resend,
        "SELECT * FROM errands WHERE not_before_milliseconds <= :now ORDER BY id LIMIT :limit",
        {"limit": limit},
    )


async def get(database: Queryable, resend_id: int) -> Resend | None:
    """One resend as it is now; None when it is done."""
    return await database.one(Resend, "SELECT * FROM errands WHERE id = :id", {"id": resend_id})


async def sending(tx: Transaction, resend_id: int) -> None:
    """A new message is about to be sent for it."""
    await tx.execute("UPDATE errands SET sending = 1 WHERE id = :id", {"id": resend_id})


async def not_sent(tx: Transaction, resend_id: int) -> None:
    """It is certain that nothing was sent."""
    await tx.execute("UPDATE errands SET sending = 0 WHERE id = :id", {"id": resend_id})


async def done(tx: Transaction, resend: Resend) -> bool:
    """It is done, unless it has become another page meanwhile."""
    return await tx.change("DELETE FROM errands WHERE id = :id AND page IS :page", columns(resend))


async def postpone(tx: Transaction, resend_id: int, not_before_milliseconds: int) -> None:
    """A passing fault: again later."""
    await put_off(tx, "errands", {"id": resend_id}, not_before_milliseconds)
