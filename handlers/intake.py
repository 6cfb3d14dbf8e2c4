"""A photo or a sound arrives, or something that is neither."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Audio, Document, Message, PhotoSize, Update, VideoNote, Voice
from telegram.ext import filters

from handlers.context import Context, Visit, visit_of
from storage import drafts, media
from storage.media import Arrival, Media

_PICTURE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".heic", ".heif")
_SOUND_NAMES = (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".wav", ".flac", ".aac", ".amr", ".weba")

PHOTO = (
    filters.PHOTO
    | filters.Document.Category("image/")
    | filters.Document.FileExtension("heic")
    | filters.Document.FileExtension("heif")
)
SOUND = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE | filters.Document.Category("audio/")

# Long enough for the reply below to be sent; if that fails, the work begins all the same.
_REPLY_FIRST_MILLISECONDS = 3_000

# Long enough for the rest of what waited at Telegram: there is one question for all of it.
_GATHER_LATE_MILLISECONDS = 2_000

_File = PhotoSize | Document | Voice | Audio | VideoNote


@dataclass(frozen=True, slots=True)
class _Half:
    kind: str
    file: _File
    said_at_once: str


async def take_photo(update: Update, context: Context) -> None:
    """Record the photo; the pipeline checks it."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    file = visit.message.photo[-1] if visit.message.photo else visit.message.document
    assert file is not None  # noqa: S101
    await _take(visit, update.update_id, _Half("photo", file, "photo-looking"))


async def take_sound(update: Update, context: Context) -> None:
    """Record the voice note, sound file or round video; the pipeline listens to it."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    message = visit.message
    file = message.voice or message.audio or message.video_note or message.document
    assert file is not None  # noqa: S101
    await _take(visit, update.update_id, _Half("sound", file, "sound-listening"))


async def hint_at_text(update: Update, context: Context) -> None:
    """Text instead of a photo or a voice: say what is missing."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    draft = await drafts.get(visit.desk.database, visit.place)
    key = "hint-text"
    if draft.photo is not None:
        key = "hint-text-photo-kept" if draft.sound is None else "status-asked"
    elif draft.sound is not None:
        key = "hint-text-sound-kept"
    await visit.reply(visit.texts.html(key))


async def hint_at_other(update: Update, context: Context) -> None:
    """Something the bot cannot use; a file whose type lies is looked at by its name."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    document = visit.message.document
    name = (document.file_name or "").lower() if document else ""
    if document and name.endswith(_PICTURE_NAMES):
        await _take(visit, update.update_id, _Half("photo", document, "photo-looking"))
    elif document and name.endswith(_SOUND_NAMES):
        await _take(visit, update.update_id, _Half("sound", document, "sound-listening"))
    else:
        await visit.reply(visit.texts.html("hint-file" if document else "hint-other"))


async def _take(visit: Visit, update_id: int, half: _Half) -> None:
    before = await _photos_of_album_before(visit) if half.kind == "photo" else 0
    late = _is_late(visit)
    stored = await _record(visit, update_id, half, surplus=before > 0, late=late)
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
    visit: Visit, update_id: int, half: _Half, *, surplus: bool, late: bool
) -> Media | None:
    """In one transaction: what arrived, and that it is now the draft's photo or sound.

    A half that is new answers the question about an older one.
    """
    arrival = _arrival(visit, update_id, half)
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


def _arrival(visit: Visit, update_id: int, half: _Half) -> Arrival:
    message: Message = visit.message
    return Arrival(
        source=f"update:{update_id}",
        kind=half.kind,
        place=visit.place,
        message_id=message.message_id,
        media_group_id=message.media_group_id,
        file_id=half.file.file_id,
        file_unique_id=half.file.file_unique_id,
        file_size_bytes=half.file.file_size,
        sent_at_milliseconds=_sent_at_milliseconds(message),
    )
