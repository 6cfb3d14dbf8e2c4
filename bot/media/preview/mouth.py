"""The mouth opens: the picture is cut along the lower lip's inner edge.

What lies above that edge (upper lip, teeth that show) stays, what lies below sinks with the jaw,
and the gap shows the inside. In silence a smile's lower lip rises over the teeth instead.
"""

from __future__ import annotations

import cv2
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.color import mean_color, warmer
from bot.media.preview.fields import Field, clip, smoothstep
from bot.media.preview.landmarks import Points
from bot.media.preview.mouth_axes import LOWER_INNER, UPPER_INNER, LipEdge, MouthAxes, seam_offset

_LOWER_LIP = [84, 17, 314, 14]
_CHEEKS = [50, 280, 205, 425]
_DARKNESS, _TONGUE = 0.2, 0.62  # of the lip's colour
_NEAR, _FAR = 1.25, 0.7  # of the darkness: near the lips, and where the throat is
_TONGUE_HEIGHT, _TONGUE_LIFT, _TONGUE_SPACE = 0.55, 0.2, 0.03  # of the gap; of half the mouth
_TONGUE_OPACITY = 0.9
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

    def paint(
        self, region: Pixels, top: Field, bottom: Field, width: float, *, teeth: bool
    ) -> None:
        """Fill the gap between `top` and `bottom`, in pixels below the lower lip's place.

        The tongue lies low in a pursed mouth and high in one drawn wide: `width`, -1 to 1.
        """
        top, bottom = top[self._rows, self._columns], bottom[self._rows, self._columns]
        from_top, from_bottom = self._below - top, bottom - self._below
        cover = self._edge(from_top) * self._edge(from_bottom) * clip(bottom - top, 0, 1)
        seen = cover > 0
        rows, columns, cover = self._rows[seen], self._columns[seen], cover[seen, None]
        gap, side = (bottom - top)[seen], self._side[seen]
        color = self._inside(side, from_top[seen], from_bottom[seen], gap, width)
        if teeth:
            color += (self._teeth - color) * self._hint(side, from_top[seen], gap)[:, None]
        part = region[rows, columns]
        region[rows, columns] = (part + (color - part) * cover + 0.5).astype(np.uint8)

    def _inside(
        self, side: Field, from_top: Field, from_bottom: Field, gap: Field, width: float
    ) -> Field:
        """Darkest at the back, which is high in the middle; the tongue is lit from the front."""
        gap = np.maximum(gap, np.float32(1e-3))
        share: Field = from_bottom / gap
        back: Field = _fade(side) * _fade((from_top / gap - 0.3) / 0.7)
        color = self._dark * (_NEAR - (_NEAR - _FAR) * back)[:, None]
        height = _TONGUE_HEIGHT + _TONGUE_LIFT * width - _TONGUE_SPACE * self._item / gap
        rise = clip(height * _fade(side / 0.8), 1e-3, 1)
        tongue = clip((rise - share) / 0.25, 0, 1) * clip(0.45 + share / rise, 0, 1)
        return np.asarray(color + (self._tongue - color) * (tongue * _TONGUE_OPACITY)[:, None])

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


_OPENING_OF_HALF_WIDTH = 0.58  # the widest opening
_LEAST_OPENING_OF_HALF_WIDTH = 0.3  # also in a photo whose mouth is wide open already
_ALREADY_OPEN = 0.55  # share of a smile's gap that counts as opened already
_OPENING_REACH = 0.93, 0.9  # the lips part this far towards the corners, and in this curve
_ROUND_REACH, _WIDE_REACH = (0.76, 0.62), (0.98, 0.72)  # the same of "oo" and of "ee"
_WIDE_IS_FLATTER = 0.2  # an "ee" is open by so much less
_PARTING, _UNCOVERING = 0.8, 8  # lips part fast at first, and teeth are uncovered before that
_UPPER_LIP_SHARE = 0.12  # the upper lip rises by this share of the opening
_JAW_SHARE = 0.7  # the chin sinks by this share of the opening
_CLOSING = 0.8  # share of a smile's gap that the lower lip covers in silence
_CLOSING_OF_HALF_WIDTH = 0.34  # and never more than this: skin does not stretch further
_OWN_TEETH_OF_HALF_WIDTH = 0.12  # a wider gap shows the photo's own teeth


class Mouth:
    """The mouth of one photo; `speak` paints it open into a frame."""

    def __init__(self, photo: Pixels, points: Points) -> None:
        self._axes = MouthAxes(points)
        self._region = self._axes.region((photo.shape[1], photo.shape[0]))
        self._source = self._region.cut(photo)
        along, depth = self._axes.fields(self._region)
        self._part_lips(points, along, depth)
        self._set_limits()
        self._box = self._box_of_lips()
        self._make_movements(along)
        side, below = self._side[self._box], self._below[self._box]
        self._cavity = Cavity(photo, points, side, below, self._axes.half_width)

    def speak(self, frame: Pixels, opening: float, width: float = 0.0) -> None:
        """Open the mouth in `frame` by 0..1, in a shape from -1 (pursed) to 1 (drawn wide)."""
        flatter = 1 - _WIDE_IS_FLATTER * max(width, 0.0)
        drop, closing = opening**_PARTING * self._widest * flatter, self._covered(opening)
        rise, box = _UPPER_LIP_SHARE * drop, self._box
        profile = self._shaped(width)
        bottom = drop * profile[box] - closing * self._gap[box]
        still = cv2.addWeighted(self._chin, drop, self._shut, -closing, 0)
        sink = np.asarray(cv2.accumulateProduct(self._lip, profile * drop, still), np.float32)
        top = -rise * profile[box]
        sink[box] = np.where(self._below[box] >= bottom, sink[box], top * self._raise)
        warped = self._region.pull(self._source, sink, self._axes.down)
        self._cavity.paint(warped[box], top, bottom, width, teeth=not self._own_teeth)
        self._region.paste(warped, frame)

    def _covered(self, opening: float) -> float:
        """How much of a smile's teeth the lower lip covers."""
        return float(self._closing * (1 - opening) ** _UNCOVERING)

    def _shaped(self, width: float) -> Field:
        """How far the lips part at each place: 1 in the middle, 0 at the corners."""
        other, share = (self._round if width < 0 else self._wide), min(abs(width), 1.0)
        return np.asarray(cv2.addWeighted(self._plain, 1 - share, other, share, 0), np.float32)

    def _part_lips(self, points: Points, along: Field, depth: Field) -> None:
        """Measure each pixel from the lower lip's edge, and how far the lips are apart there."""
        axes = self._axes
        lower = LipEdge(axes.place(points[LOWER_INNER])).depth(along)
        upper = LipEdge(axes.place(points[UPPER_INNER])).depth(along)
        gap = clip(lower - upper, 0, np.inf)
        edge = lower + seam_offset(
            self._source, axes.down, along, depth - lower, gap, axes.half_width
        )
        self._below = depth - edge
        from_middle = along - axes.middle
        reach = np.where(from_middle > 0, 1 - axes.middle, 1 + axes.middle)
        self._side = np.asarray(from_middle / reach, np.float32)
        self._plain, self._round, self._wide = (
            self._profile(*shape) for shape in (_OPENING_REACH, _ROUND_REACH, _WIDE_REACH)
        )
        self._gap = clip(edge - upper, 0, np.inf) * (np.abs(self._side) < 1)

    def _profile(self, reach: float, curve: float) -> Field:
        share = self._side / np.float32(reach)
        return np.asarray(np.power(clip(1 - share * share, 0, 1), np.float32(curve)))

    def _set_limits(self) -> None:
        half_width = self._axes.half_width
        self._widest_gap = float(self._gap.max())
        wanted = _OPENING_OF_HALF_WIDTH * half_width - _ALREADY_OPEN * self._widest_gap
        self._widest = max(wanted, _LEAST_OPENING_OF_HALF_WIDTH * half_width)
        most = _CLOSING_OF_HALF_WIDTH * half_width / max(self._widest_gap, 1.0)
        self._closing = min(_CLOSING, most)
        self._own_teeth = self._widest_gap > _OWN_TEETH_OF_HALF_WIDTH * half_width

    def _box_of_lips(self) -> tuple[slice, slice]:
        """Return the part of the region where upper and lower lip have to be told apart."""
        deep = (self._below > -self._axes.nose) & (self._below < self._widest + 3)
        rows, columns = np.nonzero(deep & (np.abs(self._side) < 1))
        return (
            slice(int(rows.min(initial=0)), int(rows.max(initial=0)) + 1),
            slice(int(columns.min(initial=0)), int(columns.max(initial=0)) + 1),
        )

    def _make_movements(self, along: Field) -> None:
        """Lay out how far all moves: lips wholly, the chin by a share, the neck not at all."""
        axes, below = self._axes, self._below
        near_lip = 1 - smoothstep(below, axes.lower_lip, 0.9 * axes.chin)
        jaw = _JAW_SHARE * (1 - near_lip) * (1 - smoothstep(np.abs(along), 1.2, 2.8))
        moves = (1 - smoothstep(below, axes.chin, 1.7 * axes.chin)) * (below > -axes.nose)
        self._lip, self._chin = near_lip * moves, jaw * moves
        self._shut = (near_lip * self._gap + jaw * self._widest_gap) * moves
        raised: Field = 1 - smoothstep(-below, axes.upper_lip, axes.nose)
        self._raise = raised[self._box]
