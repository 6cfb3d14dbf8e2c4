"""What the bot and its media process hand each other: plain data that needs no media library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Literal

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
"""The most a bot can download (Bot API, getFile: "20 MB", which are MiB)."""

Span = tuple[int, int]
"""From where to where, in milliseconds."""

Crop = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom lie outside, as Pillow has it."""

Resolution = Literal["480P", "720P"]

PIXELS: dict[str, int] = {"480P": 640 * 480, "720P": 1280 * 720}
"""About so many in all has a frame of a resolution (DashScope docs: wan2.2-s2v, resolution)."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture, in pixels from its upper left corner; may lie outside."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FaceBox:
    """One face, brow to chin, in pixels; left and right of the eyes are the person's own."""

    left: float
    top: float
    width: float
    height: float
    score: float
    right_eye: Point
    left_eye: Point
    nose: Point
    mouth: Point

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class NormalisedPicture:
    """A JPEG with nothing but pixels (no place, no camera), the hash of its bytes, its faces.

    `enlarged`: it was smaller than the provider takes, so the video will look soft.
    Faces are in pixels of this JPEG, the largest first; they advise, they do not decide.
    """

    jpeg: bytes
    width: int
    height: int
    sha256: str
    enlarged: bool
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A part of the picture that has one face, and the number that is written on it."""

    number: int
    crop: Crop


@dataclass(frozen=True, slots=True)
class Explained:
    """The picture with its boxes as JPEG, how many faces they are, and what can be offered.

    `at_edge`: the only face is cut off, or nearly, by the edge of the picture.
    """

    jpeg: bytes
    faces: int
    offers: tuple[Offer, ...]
    at_edge: bool


@dataclass(frozen=True, slots=True)
class NormalisedSound:
    """A WAV (mono, 16 kHz, 16 bits) at -16 LUFS (as loud as it came where levelling is off)
    without silence at its ends, and its length.

    A `signal_to_noise_db` under about 15 deserves a warning; None when it cannot be told. Not
    `speaks`: nobody seems to say a word in it.
    """

    wav: bytes
    duration_milliseconds: int
    signal_to_noise_db: float | None
    speaks: bool = True


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """The length without silence at the ends, where to cut for tasks, and clips to choose from.

    All in milliseconds of the levelled sound. In `silent_parts` of the tasks nobody seems to speak.
    """

    duration_milliseconds: int
    cuts: tuple[int, ...]
    clips: tuple[Span, ...]
    silent_parts: int = 0

    @property
    def speaks(self) -> bool:
        """Whether somebody says a word anywhere."""
        return self.silent_parts <= len(self.cuts)


@dataclass(frozen=True, slots=True)
class TaskVideo:
    """The video of one task, and the span of the voice that it speaks, in milliseconds."""

    source: Path
    span: Span

    @property
    def seconds(self) -> Fraction:
        """How long it has to last."""
        return Fraction(self.span[1] - self.span[0], 1000)


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a video file really is."""

    width: int
    height: int
    duration_milliseconds: int
    frames_per_second: float
    has_sound: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OrderedVideo:
    """What was ordered; `shape`: width by height, None where it is not the photo's."""

    milliseconds: int
    resolution: str
    shape: float | None


class ResultFault(Enum):
    """What is wrong with a video that was ordered; each is named in other words."""

    NO_SOUND = "no_sound"
    SILENT = "silent"
    SHORT_SOUND = "short_sound"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OTHER_SIZE = "other_size"
    OTHER_SHAPE = "other_shape"
    OTHER_CODEC = "other_codec"


MENDABLE = frozenset(
    {
        ResultFault.NO_SOUND,
        ResultFault.SILENT,
        ResultFault.SHORT_SOUND,
        ResultFault.TOO_SHORT,
        ResultFault.OTHER_CODEC,
    }
)
"""With the voice that was ordered and pictures encoded anew."""


class Protection(Enum):
    """What a media process is shut off with, where the kernel gives it."""

    PRIVILEGES = "no_new_privs"
    FILES = "Landlock"
    CALLS = "seccomp"
