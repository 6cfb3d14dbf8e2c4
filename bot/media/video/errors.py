"""Why a video cannot be used, or not in the form that was asked for."""

from __future__ import annotations

from bot.media.errors import MediaNotMade, MediaUnusable


class VideoUnreadable(MediaUnusable):
    """The file is not a video, or it is cut short; it must be fetched or made again."""


class LabelNotWritten(MediaNotMade):
    """The new file was read back and lacks the label or a part of the video: do not send it."""


class CannotShrink(MediaNotMade):
    """It cannot be made that small and still be watched."""


class TooLongForNote(MediaNotMade):
    """Telegram takes round notes of up to a minute."""
