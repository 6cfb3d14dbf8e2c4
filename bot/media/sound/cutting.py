"""Where a long voice may be cut, and the clips it offers: in pauses, where there are any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from math import inf

import numpy as np

from bot.media.exchange import Span
from bot.media.sound.samples import Numbers, Samples
from bot.media.sound.speech_span import FRAME_MILLISECONDS, frame_levels_db, threshold_db

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


def _quiet(levels: Numbers) -> Iterator[CutPoint]:
    """The quietest moment of each quarter of a second, the worse the louder it is."""
    window = np.ones(_SMOOTH_FRAMES) / _SMOOTH_FRAMES
    smooth = np.convolve(np.pad(levels, _SMOOTH_FRAMES // 2, mode="edge"), window, "valid")
    for first in range(0, len(smooth), _QUIET_FRAMES):
        frame = first + int(smooth[first : first + _QUIET_FRAMES].argmin())
        above = float(smooth[frame] - smooth.min())
        cost = _IN_SPEECH + above / _DECIBELS_PER_COST
        yield CutPoint(frame * FRAME_MILLISECONDS + FRAME_MILLISECONDS // 2, cost)


_TASK_COST = 0.5  # fewer tasks are fewer seams
_BALANCE_COST = 2.0
_SHORTER_COST = 2.0
_AWAY_COST = 8.0
_LEAST_CLIP = 0.25  # a clip worth hearing, as a share of the longest
_LEAST_SHIFT = 0.1  # two clips that begin and end nearer than that are one


def cuts(
    points: Sequence[CutPoint], total_milliseconds: int, *, shortest: int, longest: int
) -> tuple[int, ...]:
    """Where to cut so that every task is of a length within `shortest` and `longest`.

    The way through the points (in their order) that costs least: speech is cut as seldom as can
    be, then long pauses, equal lengths and few tasks count. Raises ValueError if there is no way.
    """
    if total_milliseconds <= longest:
        return ()
    usual = total_milliseconds / -(-total_milliseconds // longest)
    inner = [point for point in points if 0 < point.at_milliseconds < total_milliseconds]
    steps = [CutPoint(0, 0.0), *inner, CutPoint(total_milliseconds, 0.0)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    first = 0
    for here, step in enumerate(steps[1:], start=1):
        while step.at_milliseconds - steps[first].at_milliseconds > longest:
            first += 1
        cheapest, came_from = inf, -1
        for before in range(first, here):
            length = step.at_milliseconds - steps[before].at_milliseconds
            if length < shortest:
                break
            cost = best[before][0] + _task_cost(length, usual)
            if cost < cheapest:
                cheapest, came_from = cost, before
        best.append((cheapest + step.cost, came_from))
    if best[-1][0] == inf:
        raise ValueError("no way through these points has such lengths")
    return _way_back(steps, best)


def _task_cost(length: int, usual: float) -> float:
    return _TASK_COST + _BALANCE_COST * (length / usual - 1) ** 2


def _way_back(steps: Sequence[CutPoint], best: Sequence[tuple[float, int]]) -> tuple[int, ...]:
    found: list[int] = []
    here = best[-1][1]
    while here > 0:
        found.append(steps[here].at_milliseconds)
        here = best[here][1]
    return tuple(reversed(found))


def clips(
    points: Sequence[CutPoint], total_milliseconds: int, *, shortest: int, longest: int
) -> tuple[Span, ...]:
    """Up to three clips from the beginning, the middle and the end, about as long as may be.

    They begin and end in pauses where there are any, and none is nearly the same as another.
    """
    ends = [CutPoint(0, 0.0), *points, CutPoint(total_milliseconds, 0.0)]
    spans = list(_spans(ends, max(shortest, int(longest * _LEAST_CLIP)), longest))
    found: list[Span] = []
    for centre in (longest / 2, total_milliseconds / 2, total_milliseconds - longest / 2):
        fresh = [(span, cost) for span, cost in spans if _differs(span, found, longest)]
        if fresh:
            found.append(
                min(fresh, key=lambda each: each[1] + _away(each[0], centre, total_milliseconds))[0]
            )
    return tuple(sorted(found))


def _spans(ends: Sequence[CutPoint], shortest: int, longest: int) -> list[tuple[Span, float]]:
    """Every clip between two points, with what it costs."""
    pauses = [point for point in ends if point.in_pause]
    found = _between(pauses, shortest, longest)
    return found or _between(ends, shortest, longest)


def _between(ends: Sequence[CutPoint], shortest: int, longest: int) -> list[tuple[Span, float]]:
    found = []
    for begin, end in product(ends, ends):
        length = end.at_milliseconds - begin.at_milliseconds
        if shortest <= length <= longest:
            cost = begin.cost + end.cost + _SHORTER_COST * (1 - length / longest)
            found.append(((begin.at_milliseconds, end.at_milliseconds), cost))
    return found


def _differs(span: Span, others: Sequence[Span], longest: int) -> bool:
    return all(
        abs(span[0] - other[0]) + abs(span[1] - other[1]) > _LEAST_SHIFT * longest
        for other in others
    )


def _away(span: Span, centre: float, total_milliseconds: int) -> float:
    return _AWAY_COST * abs((span[0] + span[1]) / 2 - centre) / total_milliseconds
