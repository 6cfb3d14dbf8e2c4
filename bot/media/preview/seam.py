"""Where the lower lip really begins, under teeth that show."""

from __future__ import annotations

import cv2
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.fields import Field, Vector

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
    slope: Field = np.abs(by_row * down[1] + by_column * down[0])
    return slope


def _mean(values: Field) -> float:
    return float(values.mean()) if values.size else 0.0
