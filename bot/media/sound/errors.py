"""Why a sound is refused."""

from __future__ import annotations

from enum import Enum

from bot.media.errors import MediaUnusable


class SoundFault(Enum):
    """What is wrong with a sound; each is answered by another sentence to its sender."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    UNREADABLE = "unreadable"
    SILENT = "silent"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class SoundRefused(MediaUnusable):
    """The sound cannot be used; `duration_milliseconds` is its length as far as it is known.

    For TOO_SHORT and TOO_LONG that is what silence at both ends left, unless the
    sound was too long to be read to its end: then it is what its container claims,
    or what was read.
    """

    def __init__(self, fault: SoundFault, duration_milliseconds: int | None = None) -> None:
        super().__init__(fault, duration_milliseconds)
        self.fault = fault
        self.duration_milliseconds = duration_milliseconds

    def __str__(self) -> str:
        length = self.duration_milliseconds
        return self.fault.value if length is None else f"{self.fault.value} ({length} ms)"
