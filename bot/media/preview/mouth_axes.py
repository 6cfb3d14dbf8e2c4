"""Where the mouth is: its own axes, its measures, and the edges of its lips.

`along` runs from corner to corner (-1 at one, 1 at the other) and `depth` counts pixels towards the
chin, so that a tilted head is nothing special.
"""

from __future__ import annotations

import cv2
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.fields import Field, Region, Vector, length
from bot.media.preview.landmarks import CHIN, NOSE_BASE, Points

UPPER_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308]
LOWER_INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308]
_CORNERS = (78, 308)
_UPPER_LIP, _LOWER_LIP = (0, 13), (14, 17)  # outer and inner edge in the middle
_REGION_HALF_WIDTHS = 3.0  # how far to each side the skin moves


class MouthAxes:
    """The mouth's axes in the picture and its measures in pixels."""

    def __init__(self, points: Points) -> None:
        right, left = points[_CORNERS[0]], points[_CORNERS[1]]
        self.center: Vector = np.asarray((right + left) / 2, np.float32)
        self.half_width = max(length(left - right) / 2, 1.0)
        self.along: Vector = np.asarray((left - right) / (2 * self.half_width), np.float32)
        self.down = self._down(points)
        axes = np.stack([self.along * self.half_width, self.down], axis=1)
        self._into = np.linalg.inv(axes).astype(np.float32)
        self._measure(points)

    def place(self, points: Points) -> Points:
        """Return points of the picture as (along, depth)."""
        return np.asarray((points - self.center) @ self._into.T, np.float32)

    def fields(self, region: Region) -> tuple[Field, Field]:
        """Return `along` and `depth` of each pixel of a region."""
        return region.places(self.center, self._into)

    def region(self, size: tuple[int, int]) -> Region:
        """Return the part of the picture in which anything moves when the mouth does."""
        side = self.along * self.half_width * _REGION_HALF_WIDTHS
        depths = (-(self.nose + 0.3 * self.half_width), self.lips + 1.75 * self.chin)
        corners = [
            self.center + way * side + depth * self.down for way in (-1, 1) for depth in depths
        ]
        return Region(size, np.min(corners, axis=0), np.max(corners, axis=0))

    def _down(self, points: Points) -> Vector:
        """Return the way the jaw goes: half square to the mouth, half from nose to chin."""
        jaw = points[CHIN] - points[NOSE_BASE]
        square = np.array([-self.along[1], self.along[0]], np.float32)
        down = square + jaw / max(length(jaw), 1e-6)
        return np.asarray(down / max(length(down), 1e-6))

    def _measure(self, points: Points) -> None:
        depths = self.place(points)[:, 1]
        self.lips = lips = float(depths[_LOWER_LIP[0]])
        self.lower_lip = abs(float(depths[_LOWER_LIP[1]]) - lips)
        self.upper_lip = abs(float(depths[_UPPER_LIP[1]] - depths[_UPPER_LIP[0]]))
        self.chin = max(float(depths[CHIN]) - lips, 1.2 * self.half_width)
        self.nose = max(lips - float(depths[NOSE_BASE]), 0.5 * self.half_width)
        # Perspective moves the middle of the lips aside in a face that looks away.
        self.middle = min(max(float(self.place(points)[_LOWER_LIP[0], 0]), -0.5), 0.5)


class LipEdge:
    """A lip's edge as a smooth line: its depth at each place along the mouth."""

    _STEPS, _REACH, _SMOOTHING = 321, 1.6, 25

    def __init__(self, places: Points) -> None:
        order = np.argsort(places[:, 0])
        self._along = np.linspace(-self._REACH, self._REACH, self._STEPS)
        depth = np.interp(self._along, places[order, 0], places[order, 1])
        kernel = np.hanning(self._SMOOTHING)
        padded = np.pad(depth, self._SMOOTHING // 2, mode="edge")
        self._depth = np.convolve(padded, kernel / kernel.sum(), mode="valid")

    def depth(self, along: Field) -> Field:
        """Return the edge's depth in pixels."""
        return np.interp(along, self._along, self._depth).astype(np.float32)


_SEARCH = np.linspace(-0.4, 0.12, 14)  # offsets that are tried, in heights of the gap
_MIDDLE = 0.7  # corners are left out: their contrast is that of shadows
_SMALLEST_GAP_PIXELS, _SMALLEST_GAP_OF_HALF_WIDTH = 3.0, 0.1


def seam_offset(
    source: Pixels, down: Vector, along: Field, from_edge: Field, gap: Field, half_width: float
) -> Field:
    """Return how many pixels deeper than the landmarks the lip's edge lies, mostly negative.

    Landmarks lie a little off there; the contrast between teeth and lip does not. `from_edge` is
    each pixel's depth below the landmarks' edge, `gap` how far the lips are apart.
    """
    if gap.max() < max(_SMALLEST_GAP_PIXELS, _SMALLEST_GAP_OF_HALF_WIDTH * half_width):
        return np.zeros_like(gap)
    middle = np.abs(along) < _MIDDLE
    slope, distance, height = _slope(source, down)[middle], from_edge[middle], gap[middle]
    contrasts = [_mean(slope[np.abs(distance - share * height) < 1]) for share in _SEARCH]
    return gap * np.float32(_SEARCH[int(np.argmax(contrasts))])


def _slope(source: Pixels, down: Vector) -> Field:
    """Return how steeply the brightness changes on the way down."""
    gray = cv2.GaussianBlur(cv2.cvtColor(source, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    by_row, by_column = np.gradient(gray.astype(np.float32))
    return np.asarray(np.abs(by_row * down[1] + by_column * down[0]))


def _mean(values: Field) -> float:
    return float(values.mean()) if values.size else 0.0
