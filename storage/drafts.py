"""Drafts: the photo and the voice a person has together so far, per chat and topic."""

from __future__ import annotations

from dataclasses import dataclass

from storage import media, media_answers
from storage.db.database import Queryable, Transaction
from storage.media import CONSENT, ConversationKey, Media, MediaState


@dataclass(frozen=True, slots=True)
class Draft:
    """Both media items, as far as they are there."""

    photo: Media | None
    voice: Media | None

    @property
    def is_complete(self) -> bool:
        """Whether a job can be made of it."""
        items = (self.photo, self.voice)
        return all(item is not None and item.state == MediaState.READY for item in items)

    def has_its_turn(self, replaced: Media, by: Media) -> bool:
        """Whether one that waits for consent is a pair with the other, or came later than that by
        which it is replaced.
        """
        waits = [item is not None and item.fault == CONSENT for item in (self.photo, self.voice)]
        return replaced.fault == CONSENT and (all(waits) or replaced.id > by.id)


async def get(database: Queryable, conversation: ConversationKey) -> Draft:
    """The draft there; empty when there is none."""
    sql = """
        SELECT media.* FROM drafts JOIN media ON media.id IN (photo_id, voice_id)
        WHERE drafts.chat_id = :chat_id AND drafts.thread_id = :thread_id
            AND drafts.user_id = :user_id
        """
    found = await database.every(Media, sql, **conversation._asdict())
    items = {item.is_photo: item for item in found}
    return Draft(items.get(True), items.get(False))


async def put(tx: Transaction, item: Media, *, conversation: ConversationKey | None = None) -> None:
    """Make this the draft's photo or voice; the one it replaces is superseded, unless it has its
    turn when consent was given.

    `conversation`: another topic in which its sender uses it as well.
    """
    conversation = conversation or item.conversation
    before = await get(tx, conversation)
    replaced = before.photo if item.is_photo else before.voice
    if replaced is not None and replaced.id != item.id:
        if not before.has_its_turn(replaced, item):
            await media.supersede(tx, replaced.id)
        elif item.is_photo:
            await _set(tx, conversation, "voice_id", None)
    await _set(tx, conversation, "photo_id" if item.is_photo else "voice_id", item.id)


async def _set(
    tx: Transaction, conversation: ConversationKey, column: str, media_id: int | None
) -> None:
    now = {column: media_id, "updated_at_milliseconds": tx.now_milliseconds}
    await tx.put("drafts", {**conversation._asdict(), **now}, *ConversationKey._fields)


async def want(tx: Transaction, conversation: ConversationKey) -> bool:
    """The person asks for what is there, however old; True when some of it had waited for that."""
    draft = await get(tx, conversation)
    woken = False
    for item in (draft.photo, draft.voice):
        if item is not None:
            await media_answers.want(tx, item.id)
            woken = await media_answers.wake(tx, item.id) or woken
    return woken


async def wake_other(tx: Transaction, item: Media) -> None:
    """This media item is new: what its counterpart was asked about for its age goes on."""
    draft = await get(tx, item.conversation)
    other = draft.voice if item.is_photo else draft.photo
    if other is not None:
        await media_answers.wake(tx, other.id)


async def drop(tx: Transaction, item: Media) -> None:
    """Take a media item out wherever in its chat it lies: it may be used in other topics than that
    where it was sent. What is there beside it stays.
    """
    column = "photo_id" if item.is_photo else "voice_id"
    where = {"chat_id": item.chat_id, "user_id": item.user_id, column: item.id}
    await tx.update("drafts", {column: None}, **where)


async def clear(tx: Transaction, conversation: ConversationKey) -> bool:
    """Forget both media items, and those that wait for consent; False when there was none."""
    draft = await get(tx, conversation)
    items = [item for item in (draft.photo, draft.voice) if item is not None]
    for item in items:
        await media.supersede(tx, item.id, "dropped")
    await tx.delete("drafts", **conversation._asdict())
    return await media.drop_waiting(tx, conversation) or bool(items)
