"""The inside of the mouth: dark, with a hint of teeth and tongue, in the colours of the photo."""

from __future__ import annotations

import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.color import mean_color, warmer
from bot.media.preview.fields import Field, clip
from bot.media.preview.landmarks import Points

_LOWER_LIP = [84, 17, 314, 14]
_CHEEKS = [50, 280, 205, 425]
_DARKNESS, _TONGUE = 0.2, 0.62  # of the lip's colour
_TEETH_OF_HALF_WIDTH = 0.22
_TEETH_OPACITY = 0.85
_SOFTNESS_OF_HALF_WIDTH = 0.035  # how wide the edge between lip and inside is


class Cavity:
    """Paints the gap between the lips into the mouth's region.

    `side` runs from -1 to 1 between the corners, `below` counts pixels downwards from the lower
    lip's place in the photo; both are given for each pixel of the region.
    """

    def __init__(
        self, photo: Pixels, points: Points, side: Field, below: Field, half_width: float
    ) -> None:
        near = (np.abs(side) < 1) & (below > -0.4 * half_width) & (below < 1.2 * half_width)
        self._rows, self._columns = np.nonzero(near)
        self._side, self._below = side[near], below[near]
        self._item = half_width
        self._soft = max(1.0, _SOFTNESS_OF_HALF_WIDTH * half_width)
        lip, skin = mean_color(photo, points[_LOWER_LIP]), mean_color(photo, points[_CHEEKS])
        self._dark, self._tongue = warmer(lip * _DARKNESS), warmer(lip * _TONGUE)
        self._teeth = (0.35 * skin + 0.65 * skin.max()) * 0.92

    def paint(self, region: Pixels, top: Field, bottom: Field, *, teeth: bool) -> None:
        """Fill the gap between `top` and `bottom`, in pixels below the lower lip's place."""
        top, bottom = top[self._rows, self._columns], bottom[self._rows, self._columns]
        from_top, from_bottom = self._below - top, bottom - self._below
        cover = self._edge(from_top) * self._edge(from_bottom) * clip(bottom - top, 0, 1)
        seen = cover > 0
        rows, columns, cover = self._rows[seen], self._columns[seen], cover[seen, None]
        gap, side = (bottom - top)[seen], self._side[seen]
        color = self._color(side, from_top[seen], from_bottom[seen], gap, teeth=teeth)
        part = region[rows, columns]
        region[rows, columns] = (part + (color - part) * cover + 0.5).astype(np.uint8)

    def _color(
        self, side: Field, from_top: Field, from_bottom: Field, gap: Field, *, teeth: bool
    ) -> Field:
        height = clip(0.5 * gap - 0.06 * self._item, 1e-3, np.inf)
        tongue = _fade(from_bottom / height) * _fade(side / 0.75)
        color = self._dark + (self._tongue - self._dark) * tongue[:, None]
        if teeth:
            color = color + (self._teeth - color) * self._hint(side, from_top, gap)[:, None]
        return clip(color, 0, 255)

    def _hint(self, side: Field, from_top: Field, gap: Field) -> Field:
        """Return how much of the upper teeth is seen."""
        height = np.minimum(_TEETH_OF_HALF_WIDTH * self._item, 0.4 * gap) + 1e-3
        hint = clip((height - from_top) / (0.35 * height) + 0.2, 0, 1)
        return hint * _fade(side / 0.9) * _TEETH_OPACITY

    def _edge(self, distance: Field) -> Field:
        return clip(distance / self._soft + 0.5, 0, 1)


def _fade(share: Field) -> Field:
    """Return 1 in the middle and 0 from 1 on."""
    return clip(1 - share * share, 0, 1)
