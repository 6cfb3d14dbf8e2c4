"""Resends: what a person asked for that costs nothing and takes a while.

A row goes when it is done; asking for the same twice meanwhile is asking once.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable, Transaction
from storage.db.rows import from_row
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

    @property
    def conversation(self) -> ConversationKey:
        """Whose it is, and where it goes."""
        return ConversationKey(self.chat_id, self.thread_id, self.user_id)


async def ask(tx: Transaction, wanted: Wanted, now_milliseconds: int) -> None:
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
        {
            "source": wanted.source,
            "kind": wanted.kind,
            **wanted.conversation._asdict(),
            "message_id": wanted.message_id,
            "job_id": wanted.job_id,
            "page": wanted.page,
            "turns": wanted.turns,
            "now": now_milliseconds,
        },
    )


async def due(database: Queryable, now_milliseconds: int, limit: int) -> list[Resend]:
    """Resends to be done now, oldest first."""
    rows = await database.fetch_all(
        "SELECT * FROM errands WHERE not_before_milliseconds <= :now ORDER BY id LIMIT :limit",
        {"now": now_milliseconds, "limit": limit},
    )
    return [from_row(Resend, row) for row in rows]


async def get(database: Queryable, resend_id: int) -> Resend | None:
    """One resend as it is now; None when it is done."""
    row = await database.fetch_one("SELECT * FROM errands WHERE id = :id", {"id": resend_id})
    return None if row is None else from_row(Resend, row)


async def sending(tx: Transaction, resend_id: int) -> None:
    """A new message is about to be sent for it."""
    await tx.execute("UPDATE errands SET sending = 1 WHERE id = :id", {"id": resend_id})


async def not_sent(tx: Transaction, resend_id: int) -> None:
    """It is certain that nothing was sent."""
    await tx.execute("UPDATE errands SET sending = 0 WHERE id = :id", {"id": resend_id})


async def done(tx: Transaction, resend: Resend) -> bool:
    """It is done, unless it has become another page meanwhile."""
    changed = await tx.execute(
        "DELETE FROM errands WHERE id = :id AND page IS :page",
        {"id": resend.id, "page": resend.page},
    )
    return changed > 0


async def postpone(tx: Transaction, resend_id: int, not_before_milliseconds: int) -> None:
    """A passing fault: again later."""
    await tx.execute(
        """
        UPDATE errands SET tries = tries + 1, not_before_milliseconds = :not_before WHERE id = :id
        """,
        {"id": resend_id, "not_before": not_before_milliseconds},
    )
