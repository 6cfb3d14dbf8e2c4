"""A photo or a sound becomes its sender's half: recorded, and answered at once."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Audio, Document, Message, PhotoSize, VideoNote, Voice

from handlers.context import Visit
from storage import drafts, media
from storage.media import Arrival, Media

# Long enough for the reply below to be sent; if that fails, the work begins all the same.
_REPLY_FIRST_MILLISECONDS = 3_000

# Long enough for the rest of what waited at Telegram: there is one question for all of it.
_GATHER_LATE_MILLISECONDS = 2_000


@dataclass(frozen=True, slots=True)
class Half:
    """What Telegram says of the file, and the text that is said at once."""

    kind: str
    file: PhotoSize | Document | Voice | Audio | VideoNote
    said_at_once: str


def photo_of(message: Message) -> Half | None:
    """The message's picture: the largest size of a photo, or a file."""
    file = message.photo[-1] if message.photo else message.document
    return None if file is None else Half("photo", file, "photo-looking")


def sound_of(message: Message) -> Half | None:
    """The message's sound: a voice note, a sound file, a round video, or a file."""
    file = message.voice or message.audio or message.video_note or message.document
    return None if file is None else Half("sound", file, "sound-listening")


async def take(visit: Visit, source: str, half: Half) -> None:
    """Record it as the sender's photo or sound, once for each `source`, and say so at once."""
    before = await _photos_of_album_before(visit) if half.kind == "photo" else 0
    late = _is_late(visit)
    stored = await _record(visit, source, half, surplus=before > 0, late=late)
    if before:
        if before == 1:
            await visit.reply(visit.texts.html("album-first"))
        return
    if late:
        visit.desk.nudge()
        return
    if stored is None or stored.reply_message_id is not None:
        return
    sent = await visit.reply_once(visit.texts.html(half.said_at_once))
    if sent is not None:
        async with visit.desk.database.transaction() as tx:
            await media.set_reply(tx, stored.id, sent.message_id)
    visit.desk.nudge()


async def _photos_of_album_before(visit: Visit) -> int:
    """One photo makes a video: the second of an album is answered, the rest are passed over."""
    album = visit.message.media_group_id
    if album is None:
        return 0
    return await media.in_album_before(
        visit.desk.database, visit.place, album, visit.message.message_id
    )


def _is_late(visit: Visit) -> bool:
    """Sent so long ago that its sender may have given it up: asked about, not worked on."""
    desk = visit.desk
    age = desk.clock.now_milliseconds() - _sent_at_milliseconds(visit.message)
    return age > desk.terms.max_update_age_milliseconds


def _sent_at_milliseconds(message: Message) -> int:
    return int(message.date.timestamp() * 1000)


async def _record(
    visit: Visit, source: str, half: Half, *, surplus: bool, late: bool
) -> Media | None:
    """In one transaction: what arrived, and that it is now the draft's photo or sound.

    A half that is new answers the question about an older one.
    """
    arrival = _arrival(visit, source, half)
    now = visit.desk.clock.now_milliseconds()
    wait = _GATHER_LATE_MILLISECONDS if late else _REPLY_FIRST_MILLISECONDS
    async with visit.desk.database.transaction() as tx:
        new = await media.record(
            tx,
            arrival,
            now_milliseconds=now,
            not_before_milliseconds=now + wait,
            surplus=surplus,
            late=late,
        )
        stored = await media.by_source(tx, arrival.source)
        if new and stored is not None and not surplus:
            await drafts.put(tx, stored, now)
            if not late:
                await drafts.wake_other(tx, stored)
    return stored


def _arrival(visit: Visit, source: str, half: Half) -> Arrival:
    message: Message = visit.message
    return Arrival(
        source=source,
        kind=half.kind,
        place=visit.place,
        message_id=message.message_id,
        media_group_id=message.media_group_id,
        file_id=half.file.file_id,
        file_unique_id=half.file.file_unique_id,
        file_size_bytes=half.file.file_size,
        sent_at_milliseconds=_sent_at_milliseconds(message),
    )
