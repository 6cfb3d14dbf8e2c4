"""What of a message can be used: its picture or its sound."""

from __future__ import annotations

from dataclasses import replace

from telegram import Message

from handlers.anonymity import shows_nobody
from handlers.halves import Half, Lender, photo_of, sound_of

PICTURE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".heic", ".heif")
SOUND_NAMES = (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".wav", ".flac", ".aac", ".amr", ".weba")


def half_of(message: Message) -> Half | None:
    """The photo or sound in it, by what Telegram says it is, or else by its file's name."""
    if message.photo:
        return photo_of(message)
    if message.voice or message.audio or message.video_note:
        return sound_of(message)
    document = message.document
    if document is None or message.animation is not None:
        return None
    kind, name = document.mime_type or "", (document.file_name or "").lower()
    if kind.startswith("image/") or name.endswith(PICTURE_NAMES):
        return photo_of(message)
    if kind.startswith("audio/") or name.endswith(SOUND_NAMES):
        return sound_of(message)
    return None


def half_for(user_id: int, message: Message) -> Half | None:
    """The same for somebody who answers that message: it may be another's.

    A sound of one's own is answered where it is; everything else where it was asked for.
    """
    half = half_of(message)
    author = message.from_user
    if half is None:
        return None
    if author is None or shows_nobody(message):
        return replace(half, lender=Lender(None))
    if author.id != user_id:
        return replace(half, lender=Lender(author))
    return replace(half, answered_at=message.message_id) if half.kind == "sound" else half
