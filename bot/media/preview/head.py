"""The head's slow sway: it turns a little about the neck, and the picture around it gives way."""

from __future__ import annotations

from math import pi, sin

import cv2
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.fields import Field, Region, length, smoothstep
from bot.media.preview.landmarks import CHIN, FOREHEAD, Points

_STEP_PIXELS = 4  # between the places where the movement is worked out; it is smooth between
_REACH, _STILL_FROM, _MOVED_WITHIN = 1.35, 1.3, 0.6  # from the head's middle, in face heights
_TURN_RADIANS = 0.02
_SHIFT, _NOD = 0.011, 0.016  # of the face's height
_WIDENING = 0.29  # of half the mouth's width
_NARROWING = 0.9  # an open mouth is narrower: this share of the widening is taken off
_CORNERS = (61, 291)


class Head:
    """The head of one photo; `move` sways it in a frame and widens its mouth."""

    def __init__(self, size: tuple[int, int], points: Points) -> None:
        down = points[CHIN] - points[FOREHEAD]
        self._height = length(down)
        self._pivot = points[CHIN] + 0.35 * down
        self._middle = points[FOREHEAD] + 0.42 * down
        reach = _REACH * self._height
        self._region = Region(size, self._middle - reach, self._middle + reach)
        x, y = self._coarse_grid()
        self._make_sway(x, y)
        self._make_widening(x, y, points)

    def move(
        self, frame: Pixels, seconds: float, *, emphasis: float, opening: float, width: float
    ) -> None:
        """Sway to the place of `seconds`, nod by 0..1, shape the mouth to its opening and width."""
        turn = _TURN_RADIANS * (0.7 * _wave(seconds, 6.1) + 0.3 * _wave(seconds, 2.7))
        shift = _SHIFT * self._height * _wave(seconds, 4.3)
        nod = _NOD * self._height * (0.45 * _wave(seconds, 3.7) + 0.55 * emphasis)
        widening = width - _NARROWING * opening
        x = self._mask * shift - turn * self._across_y + widening * self._wide_x
        y = self._mask * nod + turn * self._across_x + widening * self._wide_y
        moved = cv2.remap(
            frame[self._region.rows, self._region.columns],
            self._region.x - self._enlarge(x),
            self._region.y - self._enlarge(y),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        self._region.paste(np.asarray(moved, np.uint8), frame)

    def _coarse_grid(self) -> tuple[Field, Field]:
        """Return x and y in the picture of the places where the movement is worked out."""
        width, height = (max(2, side // _STEP_PIXELS) for side in self._region.size)
        x = cv2.resize(self._region.x, (width, height), interpolation=cv2.INTER_AREA)
        y = cv2.resize(self._region.y, (width, height), interpolation=cv2.INTER_AREA)
        origin = self._region.origin
        return np.asarray(x, np.float32) + origin[0], np.asarray(y, np.float32) + origin[1]

    def _make_sway(self, x: Field, y: Field) -> None:
        away = np.hypot(x - self._middle[0], y - self._middle[1]) / self._height
        self._mask = 1 - smoothstep(away, _MOVED_WITHIN, _STILL_FROM)
        self._across_x = self._mask * (x - self._pivot[0])
        self._across_y = self._mask * (y - self._pivot[1])

    def _make_widening(self, x: Field, y: Field, points: Points) -> None:
        right, left = points[_CORNERS[0]], points[_CORNERS[1]]
        item = max(length(left - right) / 2, 1.0)
        along, center = (left - right) / (2 * item), (left + right) / 2
        place = ((x - center[0]) * along[0] + (y - center[1]) * along[1]) / item
        depth = ((y - center[1]) * along[0] - (x - center[0]) * along[1]) / item
        amount = _WIDENING * item * place * np.exp(-((place / 1.1) ** 2) - (depth / 0.9) ** 2)
        self._wide_x, self._wide_y = amount * along[0], amount * along[1]

    def _enlarge(self, field: Field) -> Field:
        enlarged = cv2.resize(field, self._region.size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(enlarged, np.float32)


def _wave(seconds: float, period_seconds: float) -> float:
    return sin(2 * pi * seconds / period_seconds)
