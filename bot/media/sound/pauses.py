"""Where a recording may be cut: in its pauses, else where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.media.sound.samples import Samples
from bot.media.sound.speech_span import FRAME_MILLISECONDS, Decibels, frame_levels_db, threshold_db

_SHORTEST_PAUSE_FRAMES = 15  # the closure of a "t" or "k" lasts up to a tenth of a second
_BEND_MILLISECONDS = 250.0  # of so long a pause half of the worst is left
_STEP_IN_PAUSE_FRAMES = 50  # a long pause may be cut anywhere
_QUIET_FRAMES = 25  # with no pause there is one place in each quarter of a second
_SMOOTH_FRAMES = 5
_IN_SPEECH = 100.0
"""Worse than any number of cuts in pauses."""
_DECIBELS_PER_COST = 20.0


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A moment, and how bad a cut there is: under 1 in a pause, over 100 in speech."""

    at_milliseconds: int
    cost: float

    @property
    def in_pause(self) -> bool:
        """Whether nobody speaks there."""
        return self.cost < _IN_SPEECH


def cut_points(samples: Samples) -> list[CutPoint]:
    """The moments where a recording at 16 kHz may be cut, in their order."""
    levels = frame_levels_db(samples)
    if not len(levels):
        return []
    loud = levels > threshold_db(levels)
    points: list[CutPoint] = []
    for speaks, run in groupby(range(len(levels)), key=lambda frame: bool(loud[frame])):
        frames = list(run)
        if not speaks and len(frames) >= _SHORTEST_PAUSE_FRAMES:
            points += _in_pause(frames[0], len(frames))
    known = {point.at_milliseconds for point in points}
    points += (point for point in _quiet(levels) if point.at_milliseconds not in known)
    return sorted(points, key=lambda point: point.at_milliseconds)


def _in_pause(first: int, frames: int) -> Iterator[CutPoint]:
    """The middle of a pause; of a long one several places, the middle among them."""
    length = frames * FRAME_MILLISECONDS
    cost = 1 / (1 + length / _BEND_MILLISECONDS)
    middle = first + frames // 2
    reach = max(0, frames // 2 - _SHORTEST_PAUSE_FRAMES) // _STEP_IN_PAUSE_FRAMES
    for step in range(-reach, reach + 1):
        at = (middle + step * _STEP_IN_PAUSE_FRAMES) * FRAME_MILLISECONDS
        yield CutPoint(at, cost if step == 0 else 2 * cost)


def _quiet(levels: Decibels) -> Iterator[CutPoint]:
    """The quietest moment of each quarter of a second, the worse the louder it is."""
    window = np.ones(_SMOOTH_FRAMES) / _SMOOTH_FRAMES
    smooth = np.convolve(np.pad(levels, _SMOOTH_FRAMES // 2, mode="edge"), window, "valid")
    for first in range(0, len(smooth), _QUIET_FRAMES):
        frame = first + int(smooth[first : first + _QUIET_FRAMES].argmin())
        above = float(smooth[frame] - smooth.min())
        cost = _IN_SPEECH + above / _DECIBELS_PER_COST
        yield CutPoint(frame * FRAME_MILLISECONDS + FRAME_MILLISECONDS // 2, cost)
