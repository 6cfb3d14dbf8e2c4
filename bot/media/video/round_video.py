"""A video as a round note: a square around the face, with "AI" in the picture.

A round note has no caption, so what a caption says otherwise is drawn into every frame. About
150 ms for each second of video; call it through `MediaWorker`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.exchange import Crop, FaceBox
from bot.media.picture.faces import Pixels, detect_faces
from bot.media.sound.lengths import LONGEST_NOTE_MILLISECONDS
from bot.media.video.ai_label import ON_VIDEO
from bot.media.video.drawn_word import DrawnWord
from bot.media.video.files import check_whole, open_video
from bot.media.video.mp4 import MADE_OF_RGB, encode_anew, whole_or_nothing
from bot.media.video.stamp import stamp_label

SIDE_PIXELS = 480
"""Telegram's own apps record 400 to 480 and take up to 640 (Bot API: sendVideoNote)."""

_LEAST_SIDE_PIXELS = 240
_FACES_IN_SIDE = 3.0  # so that a whole head and its shoulders stay inside the circle
_FACE_FROM_TOP = 0.46
_QUALITY = "23"
_LETTERS_OF_SIDE = 0.085  # 20 pixels where the note is shown 240 pixels wide
_WORD_FROM_TOP = 0.9  # the circle is still 0.6 of the side wide there


def make_round_note(source: Path, target: Path, produce_id: str) -> None:
    """Write the video as a square MP4 that keeps its sound and carries the AI label twice.

    `target` appears whole or not at all. Raises MediaNotMade, and VideoUnreadable for a bad
    source.
    """
    check_whole(source)
    with whole_or_nothing(target) as part:
        _encode(source, part)
        stamp_label(part, part, produce_id=produce_id)


def square_around(faces: tuple[FaceBox, ...], width: int, height: int) -> Crop:
    """The square for a picture of this size: around its largest face, else high in the middle; its
    sides are even.
    """
    largest = max(faces, key=lambda face: face.width * face.height, default=None)
    most = min(width, height) // 2 * 2
    if largest is None:
        return _square((width - most) // 2, min(height - most, (height - most) // 4), most)
    wanted = int(_FACES_IN_SIDE * max(largest.width, largest.height)) // 2 * 2
    side = min(most, max(_LEAST_SIDE_PIXELS, wanted))
    left = largest.left + largest.width / 2 - side / 2
    top = largest.top + largest.height / 2 - side * _FACE_FROM_TOP
    return _square(_within(left, width - side), _within(top, height - side), side)


def _square(left: int, top: int, side: int) -> Crop:
    return left, top, left + side, top + side


def _within(wanted: float, most: int) -> int:
    return int(max(0, min(most, round(wanted))))


def _encode(source: Path, part: Path) -> None:
    with open_video(source) as container:
        if container.duration is None:
            raise VideoUnreadable
        if container.duration / 1000 > LONGEST_NOTE_MILLISECONDS:
            raise MediaNotMade("Telegram takes round notes of up to a minute")
        size = (SIDE_PIXELS, SIDE_PIXELS)
        encode_anew(container, part, size, {"crf": _QUALITY}, _Cutter().cut, **MADE_OF_RGB)


def ai_word() -> DrawnWord:
    """What the round video shows all the time, readable when it is small."""
    font_pixels = round(_LETTERS_OF_SIDE * SIDE_PIXELS)
    return DrawnWord(ON_VIDEO, font_pixels, round(font_pixels / 2.5), opacity=0.6, is_pill=True)


def draw_inside(word: DrawnWord, frame: Pixels) -> None:
    """In the lower middle of the circle."""
    top = round(_WORD_FROM_TOP * SIDE_PIXELS - word.height / 2)
    word.draw(frame, (SIDE_PIXELS - word.width) // 2, top)


class _Cutter:
    """Cuts every frame where the first one has its face, and draws the label."""

    def __init__(self) -> None:
        self._square: Crop | None = None
        self._word = ai_word()

    def cut(self, frame: VideoFrame) -> VideoFrame:
        """The square of one frame, at the note's size, at the same time."""
        rgb: Pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        if self._square is None:
            self._square = square_around(detect_faces(rgb), frame.width, frame.height)
        left, top, right, bottom = self._square
        part = rgb[top:bottom, left:right]
        small = VideoFrame.from_ndarray(np.ascontiguousarray(part), format="rgb24").reformat(
            SIDE_PIXELS, SIDE_PIXELS, "rgb24", interpolation="AREA"
        )
        drawn: Pixels = np.array(small.to_ndarray(), np.uint8)
        draw_inside(self._word, drawn)
        cut = VideoFrame.from_ndarray(drawn, format="rgb24")
        cut.pts, cut.time_base = frame.pts, frame.time_base
        return cut
