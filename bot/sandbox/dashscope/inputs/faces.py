"""Judging a picture by the people in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.inputs.pictures import Picture

Box = tuple[int, int, int, int]
Ratio = Literal["1:1", "3:4"]
HEIGHT_PER_WIDTH: dict[str, float] = {"1:1": 1.0, "3:4": 4 / 3}

_COMPANION = 0.35
"""A face this tall, in shares of the tallest, is a second person and not a passer-by."""
_SURROUNDINGS = 2.0
"""The side of EMO's extended box in shares of the face's longer side."""


class Face(Protocol):
    """What is read of a found face: its box in pixels."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


FaceFinder = Callable[[npt.NDArray[np.uint8]], Sequence[Face]]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture with one person, and where the face is: left, top, right, bottom in pixels."""

    picture: Picture
    face: Box

    def surroundings(self, ratio: Ratio) -> Box:
        """The box around the face that EMO animates, of that ratio, inside the picture."""
        left, top, right, bottom = self.face
        shape = HEIGHT_PER_WIDTH[ratio]
        width = _SURROUNDINGS * max(right - left, bottom - top)
        width = min(width, self.picture.width, self.picture.height / shape)
        height = width * shape
        x = _inside((left + right - width) / 2, width, self.picture.width)
        y = _inside((top + bottom - height) / 2, height, self.picture.height)
        return (int(x), int(y), int(x + width), int(y + height))


def find_portrait(picture: Picture, find: FaceFinder) -> Portrait:
    """Return the one person of a picture. Raises Refused: nobody, or several."""
    faces = sorted(find(picture.rgb), key=lambda face: -face.height)
    if not faces:
        raise _refused("NoHuman", "no human body")
    if len(faces) > 1 and faces[1].height >= _COMPANION * faces[0].height:
        raise _refused("MultiHuman", "multi human bodies")
    return Portrait(picture, _box(faces[0], picture))


def is_box(value: Any) -> bool:
    """Tell whether a request's value is a box: x1, y1, x2, y2 with x1 < x2 and y1 < y2."""
    if not isinstance(value, list) or len(value) != 4:
        return False
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in value):
        return False
    return bool(0 <= value[0] < value[2] and 0 <= value[1] < value[3])


def _box(face: Face, picture: Picture) -> Box:
    return (
        max(0, int(face.left)),
        max(0, int(face.top)),
        min(picture.width, int(face.left + face.width)),
        min(picture.height, int(face.top + face.height)),
    )


def _inside(start: float, length: float, whole: float) -> float:
    return max(0.0, min(start, whole - length))


def _refused(kind: str, finding: str) -> Refused:
    message = f"The input image has {finding}. Please upload other image with single person."
    return Refused(400, f"InvalidFile.{kind}", message)
