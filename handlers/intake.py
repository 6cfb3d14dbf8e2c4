"""A photo or a sound arrives, or something that is neither."""

from __future__ import annotations

from telegram import Update
from telegram.ext import filters

from handlers.context import Context, visit_of
from handlers.found import half_of
from handlers.halves import photo_of, sound_of, take
from storage import drafts

PHOTO = (
    filters.PHOTO
    | filters.Document.Category("image/")
    | filters.Document.FileExtension("heic")
    | filters.Document.FileExtension("heif")
)
SOUND = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE | filters.Document.Category("audio/")


async def take_photo(update: Update, context: Context) -> None:
    """Record the photo; the pipeline checks it."""
    visit = await visit_of(update, context)
    half = photo_of(visit.message) if visit else None
    if visit is not None and half is not None:
        await take(visit, source_of(update), half)


async def take_sound(update: Update, context: Context) -> None:
    """Record the voice note, sound file or round video; the pipeline listens to it."""
    visit = await visit_of(update, context)
    half = sound_of(visit.message) if visit else None
    if visit is not None and half is not None:
        await take(visit, source_of(update), half)


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
    half = half_of(visit.message) if document else None
    if half is not None:
        await take(visit, source_of(update), half)
    else:
        await visit.reply(visit.texts.html("hint-file" if document else "hint-other"))


def source_of(update: Update) -> str:
    """What names the half that this update brings."""
    return f"update:{update.update_id}"
