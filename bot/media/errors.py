"""What can go wrong with a photo, a sound or a video: one node for each thing a caller can do.

::

    MediaFailure
    ├── MediaNotNow             whatever the input: try again later, tell the operator
    │   ├── MediaWorkerNotStarted
    │   └── MediaWorkerKilled   most likely this machine has too little memory
    └── MediaUnusable           the same input will fail again: another file is needed
        ├── PictureRefused      (`fault` says why)
        ├── SoundRefused        (`fault` says why)
        ├── NoFaceFound         another photo is needed
        ├── VideoUnreadable     no video, or cut short: fetch or make it again
        └── MediaNotMade        not in this way: another form may do
            └── MediaWorkerDied the process crashed, hung or ran into a limit on this input
"""

from __future__ import annotations

import struct
import zlib
from enum import Enum

BROKEN_INPUT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow, PyAV and numpy raise on broken input, as far as anyone knows."""


class MediaFailure(Exception):
    """Base of this tree."""


class MediaNotNow(MediaFailure):
    """It could not be done here and now; nobody knows anything bad of the input."""


class MediaWorkerKilled(MediaNotNow):
    """The process was ended from outside, or had used all the memory that it may have."""


class MediaUnusable(MediaFailure):
    """Nothing comes of this input."""


class MediaNotMade(MediaUnusable):
    """What was asked for cannot be made of this input."""


class PictureFault(Enum):
    """What is wrong with a picture; each is answered by another sentence to its sender."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"
    TOO_MANY_PIXELS = "too_many_pixels"


class PictureRefused(MediaUnusable):
    """The picture cannot be used; width and height in pixels where they are known."""

    def __init__(
        self, fault: PictureFault, width: int | None = None, height: int | None = None
    ) -> None:
        super().__init__(fault, width, height)
        self.fault = fault
        self.width = width
        self.height = height

    def __str__(self) -> str:
        size = "" if self.width is None else f" ({self.width}x{self.height})"
        return self.fault.value + size


class SoundFault(Enum):
    """What is wrong with a sound; each is answered by another sentence to its sender."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    UNREADABLE = "unreadable"
    NO_SOUND = "no_sound"
    SILENT = "silent"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class SoundRefused(MediaUnusable):
    """The sound cannot be used; `duration_milliseconds` is its length as far as it is known.

    For TOO_SHORT and TOO_LONG that is what silence at both ends left, unless the
    sound was too long to be read to its end: then it is what was read, `at_least`.
    """

    def __init__(
        self, fault: SoundFault, duration_milliseconds: int | None = None, at_least: bool = False
    ) -> None:
        super().__init__(fault, duration_milliseconds, at_least)
        self.fault = fault
        self.duration_milliseconds = duration_milliseconds
        self.at_least = at_least

    def __str__(self) -> str:
        length = self.duration_milliseconds
        return self.fault.value if length is None else f"{self.fault.value} ({length} ms)"


class VideoUnreadable(MediaUnusable):
    """The file is not a video, or it is cut short; it must be fetched or made again."""


class NoFaceFound(MediaUnusable):
    """The photo shows no face that could be made to speak; another photo is needed."""
