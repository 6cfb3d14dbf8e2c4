"""Media items: the photos and voices people send, from the message to a copy at the provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns


class MediaState(StrEnum):
    """Where a media item is: `asked` waits for the person's answer to a question."""

    RECEIVED = "received"
    ASKED = "asked"
    READY = "ready"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


LATE = "late"
"""The fault of a media item that came so long after it was sent that its sender is asked first."""

STALE = "stale"
"""The fault of a media item whose other media item is so old that its sender is asked first."""

CONSENT = "consent"
"""The fault of a media item whose sender did not agree yet to what happens with it."""


_UNREADY = (MediaState.ASKED, MediaState.RECEIVED)

_IS_AFTER = """EXISTS (SELECT 1 FROM media AS earlier WHERE earlier.{}
    AND earlier.chat_id = media.chat_id AND earlier.thread_id = media.thread_id
    AND earlier.user_id = media.user_id AND earlier.id < media.id)"""
DUE = f"""media WHERE state = 'received' AND not_before_milliseconds <= :now
    AND (COALESCE(fault, '') <> 'consent' OR NOT {_IS_AFTER.format("state = 'received'")}
        AND NOT {_IS_AFTER.format("announced = 0")})"""
UNANNOUNCED = """media WHERE announced = 0 AND state <> 'received'
    AND not_before_milliseconds <= :now"""


class ConversationKey(NamedTuple):
    """Whose conversation, and where: the key of a draft. `thread_id` is 0 outside topics."""

    chat_id: int
    thread_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class ReceivedMedia:
    """A item as its message announced it; `source` names the update, so it is recorded once."""

    source: str
    kind: str
    conversation: ConversationKey
    message_id: int
    media_group_id: str | None
    file_id: str
    file_unique_id: str
    file_size_bytes: int | None
    sent_at_milliseconds: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A media item as stored; times and lengths in milliseconds.

    A long voice has a `plan` of how it may be cut (JSON); it is used from a moment on, as far as
    its limit allows, or `in_parts`. Of a photo its `crop` is used, if there is one; `crops` are
    the parts that were offered (JSON). Its copy at the provider is for one engine; None: the usual.
    """

    id: int
    source: str
    kind: str
    chat_id: int
    thread_id: int
    user_id: int
    message_id: int
    file_id: str
    file_size_bytes: int | None
    state: str
    fault: str | None
    fault_detail: str | None
    insisted: int
    limit_milliseconds: int | None
    duration_milliseconds: int | None
    width_pixels: int | None
    height_pixels: int | None
    face_bbox: str | None
    ext_bbox: str | None
    upload_url: str | None
    upload_expires_at_milliseconds: int | None
    upload_engine: str | None
    reply_message_id: int | None
    tries: int
    wanted_at_milliseconds: int
    levelled: int
    agreed_quota_milliseconds: int
    plan: str | None
    from_milliseconds: int
    in_parts: int
    crop: str | None
    crops: str | None
    help_message_id: int | None

    @property
    def conversation(self) -> ConversationKey:
        """The draft it belongs to."""
        return ConversationKey(self.chat_id, self.thread_id, self.user_id)

    @property
    def is_photo(self) -> bool:
        """Whether it is the face; otherwise it is the voice."""
        return self.kind == "photo"

    @property
    def is_pictured(self) -> bool:
        """Whether what was said of it last stands under a picture: that cannot become a text."""
        return self.help_message_id is not None and self.help_message_id == self.reply_message_id


async def record(
    tx: Transaction,
    received: ReceivedMedia,
    *,
    not_before_milliseconds: int,
    surplus: bool = False,
    late: bool = False,
) -> Media | None:
    """Store what arrived; None when this update was recorded before.

    One of an album that is passed over is `surplus`: nothing becomes of it. One that is `late`
    was sent so long ago that its sender is asked first. A group that moved is known by its new id.
    Whether a voice is levelled is what its sender wishes at this moment.
    """
    sql = """
        INSERT INTO media (source, kind, chat_id, thread_id, user_id, message_id, media_group_id,
            file_id, file_unique_id, file_size_bytes, state, fault, announced, levelled,
            not_before_milliseconds, wanted_at_milliseconds, created_at_milliseconds)
        VALUES (:source, :kind,
            COALESCE((SELECT new_chat_id FROM moved_chats WHERE old_chat_id = :chat_id), :chat_id),
            :thread_id, :user_id, :message_id, :media_group_id, :file_id, :file_unique_id,
            :file_size_bytes, :state, :fault, :announced,
            COALESCE((SELECT levelled FROM preferences WHERE user_id = :user_id), 1),
            :not_before, :wanted_at, :now)
        ON CONFLICT (source) DO NOTHING RETURNING *
        """
    return await tx.one(
        Media,
        sql,
        **columns(received),
        **received.conversation._asdict(),
        state="superseded" if surplus else "asked" if late else "received",
        fault=LATE if late else None,
        announced=int(surplus),
        not_before=not_before_milliseconds,
        wanted_at=received.sent_at_milliseconds or tx.now_milliseconds,
    )


async def get(database: Queryable, media_id: int) -> Media | None:
    """One media item by its number."""
    return await database.find(Media, "media", id=media_id)


async def by_source(database: Queryable, source: str) -> Media | None:
    """The media item that this update brought."""
    return await database.find(Media, "media", source=source)


async def last_used_photo(database: Queryable, user_id: int, chat_id: int) -> Media | None:
    """The photo of the person's newest job in this chat, whichever the topic."""
    sql = """
        SELECT media.* FROM media JOIN jobs ON jobs.photo_id = media.id
        WHERE jobs.user_id = :user_id AND jobs.chat_id = :chat_id
        ORDER BY jobs.id DESC LIMIT 1
        """
    return await database.one(Media, sql, user_id=user_id, chat_id=chat_id)


async def has_waiting(database: Queryable, conversation: ConversationKey) -> bool:
    """Whether something there waits for consent, or for its turn after it was given."""
    return await database.has("media", **conversation._asdict(), fault=CONSENT, state=_UNREADY)


async def drop_waiting(tx: Transaction, conversation: ConversationKey) -> bool:
    """All of it is dropped; False when there is none."""
    return await drop_unready(tx, "dropped", **conversation._asdict(), fault=CONSENT)


async def drop_unready(tx: Transaction, why: str, **which: int | str) -> bool:
    """Nothing becomes of what is not ready, by the values of columns, and nothing is said of it;
    `why` is its fault from then on. False: there was none.
    """
    dropped = {"state": "superseded", "fault": why, "announced": 1}
    return await tx.update("media", dropped, state=_UNREADY, **which)


async def in_album_before(
    database: Queryable, conversation: ConversationKey, media_group_id: str, message_id: int
) -> int:
    """How many photos the album brought before this message."""
    sql = """
        SELECT COUNT(*) AS n FROM media WHERE chat_id = :chat_id AND thread_id = :thread_id
            AND user_id = :user_id AND media_group_id = :media_group_id AND kind = 'photo'
            AND message_id < :message_id
        """
    return await database.number(
        sql, **conversation._asdict(), media_group_id=media_group_id, message_id=message_id
    )


async def set_reply(
    tx: Transaction, media_id: int, *, chat_id: int, reply_message_id: int, is_first: bool = False
) -> int | None:
    """The bot's message about it exists: the work may begin. Of two messages the id of the one that
    is to go: the first words where more was said before they were known to be there, else the one
    that was there before.

    A message of the chat that its group was before is out of reach: it is not remembered.
    """
    item = await tx.find(Media, "media", id=media_id, chat_id=chat_id)
    if item is None or item.reply_message_id == reply_message_id:
        return None
    if is_first and item.reply_message_id is not None:
        return reply_message_id
    said = {"reply_message_id": reply_message_id, "not_before_milliseconds": 0}
    # What came of it was said elsewhere where the first words had to wait long, or is still to be.
    anew = {"announced": 0} if is_first else {}
    await tx.update("media", {**said, **anew}, id=media_id)
    return item.reply_message_id


async def ready(tx: Transaction, media_id: int, **facts: Any) -> bool:
    """It is checked and at the provider; `facts` are the columns that were learnt."""
    return await _leave_received(tx, media_id, MediaState.READY, **facts)


async def refuse(
    tx: Transaction, media_id: int, fault: str, fault_detail: str | None = None
) -> bool:
    """It cannot be used; `fault` is the reason's code, the detail what is said with it (JSON)."""
    why = {"fault": fault, "fault_detail": fault_detail}
    return await _leave_received(tx, media_id, MediaState.REFUSED, **why)


async def ask(
    tx: Transaction, media_id: int, fault: str, fault_detail: str | None = None, **facts: Any
) -> bool:
    """The person has to answer first: use it all the same, or a part of it?"""
    facts |= {"fault": fault, "fault_detail": fault_detail}
    return await _leave_received(tx, media_id, MediaState.ASKED, **facts)


async def ask_again(tx: Transaction, media_id: int, fault: str, detail: str | None = None) -> None:
    """A ready media item waits for the person after all: the quota does not cover it."""
    asked = {"state": MediaState.ASKED, "fault": fault, "fault_detail": detail, "announced": 0}
    await tx.update("media", asked, id=media_id, state=MediaState.READY)


async def announce_anew(tx: Transaction, media_id: int) -> None:
    """What there is to say about it has changed."""
    await tx.update("media", {"announced": 0}, id=media_id)


async def announced(tx: Transaction, item: Media) -> bool:
    """The person was shown what became of it; False when something else did meanwhile.

    While one item is spoken of, its pair may be made with the other: then there is a question to
    ask about it, which must not be taken for asked. Or its owner, who read it before the bot knew
    that it had arrived, pressed a button below: then there is more to do.
    """
    told = {"announced": 0, "state": item.state, "fault": item.fault}
    told["wanted_at_milliseconds"] = item.wanted_at_milliseconds
    return await tx.update("media", {"announced": 1}, id=item.id, **told)


async def set_upload(
    tx: Transaction, /, media_id: int, url: str, expires_at: int, **facts: str | None
) -> None:
    """A fresh copy is at the provider; `facts` are the columns that change with it: which engine
    it is for, and where the detection of that engine saw the face.
    """
    copied = {"upload_url": url, "upload_expires_at_milliseconds": expires_at}
    await tx.update("media", {**copied, **facts}, id=media_id)


async def supersede(tx: Transaction, media_id: int, fault: str = "superseded") -> None:
    """It is not used any more: the person sent another one, or dropped it (`fault` says which).

    Of one that waited for consent nothing was said, and nothing is.
    """
    sql = """
        UPDATE media SET state = 'superseded', fault = :fault,
            announced = CASE WHEN state = 'asked' AND fault = 'consent' THEN 1 ELSE 0 END
        WHERE id = :id AND state IN ('received', 'asked')
        """
    await tx.execute(sql, id=media_id, fault=fault)


async def _leave_received(tx: Transaction, media_id: int, state: MediaState, **facts: Any) -> bool:
    changes = {"state": state, "announced": 0, "tries": 0, **facts}
    return await tx.update("media", changes, id=media_id, state=MediaState.RECEIVED)
