"""Consents: to what each person agreed, and the questions that wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from storage import outbox
from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.media import CONSENT, ConversationKey, Media

_ASK_ANEW_MILLISECONDS = 5 * 60 * 1000
"""An older question has scrolled away: what is sent then brings it once more."""


CONSENT_QUESTION = "consent-question"
"""The kind of outbox entry that asks, or says what was answered."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people are asked to agree to: which text, where things go, how long videos are kept."""

    version: int
    destination: str
    keep_milliseconds: int

    @property
    def fingerprint(self) -> str:
        """Short enough for a button, and another one for whatever reads differently."""
        whole = f"{self.version}|{self.destination}|{self.keep_milliseconds}"
        return sha256(whole.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `message_id` is where it is asked, or was asked before."""

    id: int
    chat_id: int
    thread_id: int
    user_id: int
    state: str
    fingerprint: str
    reply_to: int
    message_id: int | None


async def given(database: Queryable, user_id: int, agreement: Agreement) -> bool:
    """Whether the person agreed to this text, this destination and at least this long a time."""
    sql = """
        SELECT 1 FROM consents WHERE user_id = :user_id AND version = :version
            AND destination = :destination AND keep_milliseconds >= :keep_milliseconds
        """
    return await database.exists(sql, user_id=user_id, **columns(agreement))


async def give(tx: Transaction, user_id: int, agreement: Agreement, language: str) -> bool:
    """Keep that the person agreed, to what and when; False when that was known."""
    if await given(tx, user_id, agreement):
        return False
    said = {"language": language, "agreed_at_milliseconds": tx.now_milliseconds}
    agreed = {"user_id": user_id, **columns(agreement), **said}
    await tx.put("consents", agreed, "user_id", "version", "destination")
    return True


async def wake(tx: Transaction, user_id: int) -> bool:
    """Everything that waited for this person's consent, in every place, goes on in its order, see
    `media.DUE`; False: nothing.
    """
    goes_on = {"state": "received", "fault_detail": None, "tries": 0}
    goes_on |= {"not_before_milliseconds": 0, "wanted_at_milliseconds": tx.now_milliseconds}
    return await tx.update("media", goes_on, user_id=user_id, state="asked", fault=CONSENT)


async def drop_media(tx: Transaction, user_id: int) -> bool:
    """What waited for this person's consent is dropped, and where it could be had; False: none."""
    for column in ("photo_id", "voice_id"):
        await tx.execute(
            f"""
            UPDATE drafts SET {column} = NULL WHERE {column} IN (SELECT id FROM media
                WHERE user_id = :user_id AND fault = 'consent' AND state = 'asked')
            """,  # noqa: S608
            user_id=user_id,
        )
    dropped = {"state": "superseded", "fault": "declined", "announced": 1}
    dropped |= {"file_id": "", "file_unique_id": "", "upload_url": None}
    return await tx.update("media", dropped, user_id=user_id, state="asked", fault=CONSENT)


async def hold_back(tx: Transaction, item: Media) -> None:
    """Nothing is done with it until its sender agrees."""
    held_back = {"state": "asked", "fault": CONSENT, "fault_detail": None, "announced": 1}
    await tx.update("media", held_back, id=item.id, state=("received", "ready"))


async def keep_order(tx: Transaction, item: Media) -> None:
    """It has come after what waited for consent, and has its turn after that."""
    await tx.update("media", {"fault": CONSENT}, id=item.id, state="received")


async def want_question(
    tx: Transaction, conversation: ConversationKey, agreement: Agreement, reply_to: int
) -> None:
    """Have it asked there, unless it stands there already, and not too far up."""
    sql = """
        INSERT INTO consent_questions (chat_id, thread_id, user_id, fingerprint, reply_to,
            wanted_at_milliseconds)
        VALUES (:chat_id, :thread_id, :user_id, :fingerprint, :reply_to, :now)
        ON CONFLICT (chat_id, thread_id, user_id) DO UPDATE
        SET state = 'wanted', fingerprint = excluded.fingerprint, reply_to = excluded.reply_to,
            wanted_at_milliseconds = excluded.wanted_at_milliseconds
        WHERE consent_questions.state IN ('agreed', 'declined')
            OR consent_questions.fingerprint <> excluded.fingerprint
            OR consent_questions.wanted_at_milliseconds <= :now - :anew
        RETURNING *
        """
    await _have_said(
        tx,
        sql,
        **conversation._asdict(),
        fingerprint=agreement.fingerprint,
        reply_to=reply_to,
        anew=_ASK_ANEW_MILLISECONDS,
    )


async def want_questions_anew(tx: Transaction, user_id: int, agreement: Agreement) -> int:
    """What this person was asked reads differently by now: ask it again, wherever it was asked."""
    sql = """
        UPDATE consent_questions SET state = 'wanted', fingerprint = :fingerprint,
            wanted_at_milliseconds = :now
        WHERE user_id = :user_id AND state = 'asked' AND fingerprint <> :fingerprint
        RETURNING *
        """
    return await _have_said(tx, sql, user_id=user_id, fingerprint=agreement.fingerprint)


async def want_questions_in_new_chat(tx: Transaction, old_chat_id: int, new_chat_id: int) -> None:
    """Those of a group that has a new id are asked anew: the old messages are not to be found."""
    sql = """
        UPDATE OR IGNORE consent_questions SET chat_id = :new, message_id = NULL, reply_to = 0,
            wanted_at_milliseconds = :now,
            state = CASE state WHEN 'asked' THEN 'wanted' ELSE state END
        WHERE chat_id = :old RETURNING *
        """
    await _have_said(tx, sql, old=old_chat_id, new=new_chat_id)


async def get_question(database: Queryable, question_id: int) -> Question | None:
    """One question by its number."""
    return await database.find(Question, "consent_questions", id=question_id)


async def asked(tx: Transaction, question_id: int, *, chat_id: int, message_id: int) -> None:
    """It stands in that message; an answer that came meanwhile is still to be said there.

    In a group that has a new id meanwhile it is asked anew.
    """
    sql = """
        UPDATE consent_questions SET message_id = :message_id,
            state = CASE state WHEN 'wanted' THEN 'asked' ELSE state END
        WHERE id = :id AND chat_id = :chat_id
        """
    await tx.execute(sql, id=question_id, chat_id=chat_id, message_id=message_id)


async def answered(tx: Transaction, user_id: int, answer: str) -> int:
    """`agreed` or `declined`: all of this person's questions are over; how many there were."""
    sql = """
        UPDATE consent_questions SET state = :answer
        WHERE user_id = :user_id AND state IN ('wanted', 'asked') RETURNING *
        """
    return await _have_said(tx, sql, user_id=user_id, answer=answer)


async def close_question(tx: Transaction, question_id: int) -> None:
    """There is nothing more to say about it."""
    await tx.delete("consent_questions", id=question_id)


async def close_unasked(tx: Transaction, chat_id: int) -> None:
    """Nothing can be asked in this chat any more: what is sent there next is asked about anew."""
    await tx.delete("consent_questions", chat_id=chat_id, state="wanted")


async def _have_said(tx: Transaction, sql: str, **parameters: Any) -> int:
    """What this changes is to be asked, or the answer to be said; how many questions."""
    changed = await tx.fetch_all(sql, **parameters)
    for row in changed:
        about = {"wanted_at": row["wanted_at_milliseconds"], "state": row["state"]}
        await outbox.put(
            tx,
            CONSENT_QUESTION,
            f"{CONSENT_QUESTION}:{row['id']}:{about['wanted_at']}:{row['state']}",
            chat_id=row["chat_id"],
            thread_id=row["thread_id"],
            user_id=row["user_id"],
            question_id=row["id"],
            **about,
        )
    return len(changed)
