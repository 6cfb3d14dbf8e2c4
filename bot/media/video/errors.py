"""Why a video cannot be used, or not in the form that was asked for."""

from __future__ import annotations


class VideoUnreadable(Exception):
    """The file is not a video, or it is cut short; it must be fetched or made again."""


class LabelNotWritten(Exception):
    """The new file was read back and lacks the label or a part of the video: do not send it."""


class CannotShrink(Exception):
    """It cannot be made that small and still be watched."""


class TooLongForNote(Exception):
    """Telegram takes round notes of up to a minute."""
