"""Blinks: the upper lid comes down over the eye, and its skin stretches with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.color import mean_color
from bot.media.preview.fields import Field, Region, clip, length
from bot.media.preview.landmarks import Points
from bot.media.preview.speech import Track

_LID_HEIGHTS_ABOVE = 1.3  # how far the skin above the eye stretches at most, in heights of the eye
_BROW_STAYS = 0.85  # share of the way up to the brow that stretches
_UNDER = 0.12  # the lid comes to rest this far below the eye's edge, in heights of the eye
_LID_SHADE = 0.94  # a lid is this bright against the cheek
_LASHES = 0.22  # how thick the line of the lashes is, in heights of the eye


@dataclass(frozen=True, slots=True)
class _Outline:
    """Numbers of the landmarks around one eye; lids from one corner to the other."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    brow: tuple[int, ...]
    cheek: tuple[int, ...]


_RIGHT = _Outline(
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (46, 53, 52, 65, 55),
    (119, 120, 101, 100),
)
_LEFT = _Outline(
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
    (285, 295, 282, 283, 276),
    (348, 349, 330, 329),
)


class Eyes:
    """Both eyes of one photo; `blink` paints them more or less closed into a frame."""

    def __init__(self, photo: Pixels, points: Points) -> None:
        self._eyes = [_Eye(photo, points, outline) for outline in (_RIGHT, _LEFT)]

    def blink(self, frame: Pixels, down: float) -> None:
        """Bring the lids down by 0..1."""
        if down > 0:
            for eye in self._eyes:
                eye.blink(frame, down)


class _Eye:
    def __init__(self, photo: Pixels, points: Points, outline: _Outline) -> None:
        self._corner = points[outline.upper[0]]
        across = points[outline.upper[-1]] - self._corner
        self._width = max(length(across), 1.0)
        along = across / self._width
        self._down = np.array([-along[1], along[0]], np.float32)
        self._turn = np.stack([along, self._down])
        upper, lower, brow = (
            (points[list(numbers)] - self._corner) @ self._turn.T
            for numbers in (outline.upper, outline.lower, outline.brow)
        )
        self._height = max(float((lower[:, 1] - upper[:, 1]).max()), 1.0)
        self._cut(photo, along)
        self._measure(upper, lower, brow)
        self._skin = mean_color(photo, points[list(outline.cheek)]) * _LID_SHADE

    def blink(self, frame: Pixels, down: float) -> None:
        """Bring the lid down by 0..1, from the photo's own eye."""
        lid = self._lid + down * self._open
        stretch = (self._lid - self._brow) / (lid - self._brow)
        skin = (self._depth > self._brow) & (self._depth < lid)
        move = (skin * (self._depth - self._brow) * (1 - stretch)).astype(np.float32)
        stretched = self._region.pull(self._source, move, self._down)
        cover = self._painted * self._fresh(lid)[:, :, None]
        painted = stretched * (1 - cover) + self._skin * cover
        self._region.paste(painted.astype(np.uint8), frame)

    def _fresh(self, lid: Field) -> Field:
        """Return 1 where the eye was and skin is now, fading towards the lashes at its edge."""
        soft = _LASHES * self._height
        above = clip((self._depth - self._lid) / soft + 0.8, 0, 1)
        below = clip((lid - self._depth) / soft - 0.6, 0, 1)
        return np.where(self._open > 0, below * above, np.float32(0))

    def _cut(self, photo: Pixels, along: Points) -> None:
        reach = self._height * (_LID_HEIGHTS_ABOVE + 1)
        ends = np.stack([self._corner, self._corner + along * self._width])
        size = photo.shape[1], photo.shape[0]
        self._region = Region(size, ends.min(axis=0) - reach, ends.max(axis=0) + reach)
        self._source = self._region.cut(photo)

    def _measure(self, upper: Points, lower: Points, brow: Points) -> None:
        place, self._depth = self._region.places(self._corner, self._turn)
        self._lid = _line(place, upper)
        inside = (place > 0) & (place < self._width)
        self._open = clip(_line(place, lower) - self._lid, 0, np.inf) * (1 + _UNDER) * inside
        most = _LID_HEIGHTS_ABOVE * self._height
        reach = clip(_BROW_STAYS * (self._lid - _line(place, brow)), min(1.5, most), most)
        self._brow = self._lid - reach
        # Little skin between eye and brow would stretch into a smear: then paint more of it.
        self._painted = 0.35 + 0.5 * float(np.clip(1.5 - reach.mean() / self._height, 0, 1))


def _line(place: Field, points: Points) -> Field:
    """Return the depth of a line through the points at each place."""
    order = np.argsort(points[:, 0])
    return np.asarray(np.interp(place, points[order, 0], points[order, 1]), np.float32)


_FIRST_SECONDS, _PAUSE_SECONDS = 1.1, (2.2, 4.6)
_CLOSING_SECONDS, _OPENING_SECONDS = 0.09, 0.17


def blink_track(frames: int, frames_per_second: int, seed: int) -> Track:
    """Return how far the lids are down, 0..1, for each frame; the same seed blinks the same."""
    random = np.random.default_rng(seed)
    seconds = np.arange(frames) / frames_per_second
    track = np.zeros(frames, np.float32)
    moment = _FIRST_SECONDS
    while moment < seconds[-1]:
        # On a frame's own time, so that no blink falls between two frames.
        after = seconds - round(moment * frames_per_second) / frames_per_second
        down = np.where(after < 0, 1 + after / _CLOSING_SECONDS, 1 - after / _OPENING_SECONDS)
        track = np.maximum(track, np.clip(down, 0, 1)).astype(np.float32)
        moment += random.uniform(*_PAUSE_SECONDS)
    return track
