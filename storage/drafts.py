"""Drafts: the photo and the sound a person has together so far, per chat and topic."""

from __future__ import annotations

from dataclasses import dataclass

from storage import answers, media
from storage.database import Queryable, Transaction
from storage.media import Media, MediaState, Place


@dataclass(frozen=True, slots=True)
class Draft:
    """Both halves, as far as they are there."""

    photo: Media | None
    sound: Media | None

    @property
    def is_complete(self) -> bool:
        """Whether a job can be made of it."""
        halves = (self.photo, self.sound)
        return all(half is not None and half.state == MediaState.READY for half in halves)


async def get(database: Queryable, place: Place) -> Draft:
    """The draft there; empty when there is none."""
    row = await database.fetch_one(
        """
        SELECT photo_id, sound_id FROM drafts
        WHERE chat_id = :chat_id AND thread_id = :thread_id AND user_id = :user_id
        """,
        place._asdict(),
    )
    if row is None:
        return Draft(None, None)
    return Draft(
        await _half(database, row["photo_id"]),
        await _half(database, row["sound_id"]),
    )


async def put(
    tx: Transaction, half: Media, now_milliseconds: int, *, place: Place | None = None
) -> None:
    """Make this the draft's photo or sound; the one it replaces is superseded.

    `place`: another topic in which its sender uses it as well.
    """
    place = place or half.place
    before = await get(tx, place)
    replaced = before.photo if half.is_photo else before.sound
    if replaced is not None and replaced.id != half.id:
        await media.supersede(tx, replaced.id)
    column = "photo_id" if half.is_photo else "sound_id"
    await tx.execute(
        f"""
        INSERT INTO drafts (chat_id, thread_id, user_id, {column}, updated_at_milliseconds)
        VALUES (:chat_id, :thread_id, :user_id, :half, :now)
        ON CONFLICT (chat_id, thread_id, user_id) DO UPDATE SET {column} = excluded.{column},
            updated_at_milliseconds = excluded.updated_at_milliseconds
        """,  # noqa: S608
        {**place._asdict(), "half": half.id, "now": now_milliseconds},
    )


async def want(tx: Transaction, place: Place, now_milliseconds: int) -> bool:
    """The person asks for what is there, however old; True when some of it had waited for that."""
    draft = await get(tx, place)
    woken = False
    for half in (draft.photo, draft.sound):
        if half is not None:
            await answers.want(tx, half.id, now_milliseconds)
            woken = await answers.wake(tx, half.id) or woken
    return woken


async def wake_other(tx: Transaction, half: Media) -> None:
    """This half is new: what its counterpart was asked about for its age goes on."""
    draft = await get(tx, half.place)
    other = draft.sound if half.is_photo else draft.photo
    if other is not None:
        await answers.wake(tx, other.id)


async def drop(tx: Transaction, half: Media) -> None:
    """Take a refused half out; the other one stays."""
    column = "photo_id" if half.is_photo else "sound_id"
    await tx.execute(
        f"""
        UPDATE drafts SET {column} = NULL WHERE chat_id = :chat_id AND thread_id = :thread_id
            AND user_id = :user_id AND {column} = :half
        """,  # noqa: S608
        {**half.place._asdict(), "half": half.id},
    )


async def clear(tx: Transaction, place: Place) -> bool:
    """Forget both halves; False when there was neither."""
    draft = await get(tx, place)
    halves = [half for half in (draft.photo, draft.sound) if half is not None]
    for half in halves:
        await media.supersede(tx, half.id, "dropped")
    await tx.execute(
        """
        DELETE FROM drafts WHERE chat_id = :chat_id AND thread_id = :thread_id
            AND user_id = :user_id
        """,
        place._asdict(),
    )
    return bool(halves)


async def _half(database: Queryable, media_id: int | None) -> Media | None:
    return None if media_id is None else await media.get(database, media_id)
