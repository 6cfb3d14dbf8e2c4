"""Where in a sound somebody speaks, and how far the voice stands above the background."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from math import inf

import numpy as np
import numpy.typing as npt

from bot.media.exchange import Span
from bot.media.sound.background import deviations
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

KEPT_BEFORE_MILLISECONDS = 120
KEPT_AFTER_MILLISECONDS = 200

FRAME_MILLISECONDS = 10
"""How finely speech and pauses are told apart."""
_FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MILLISECONDS // 1000
_LEAST_POWER = 1e-10  # -100 dB: what counts as digital silence
_NEVER_SOUND_DB = -70.0
_ABOVE_FLOOR_DB = 9.0  # pauses end here,
_BELOW_SPEECH_DB = 40.0  # but not so far down, in a quiet room,
_NEAR_SPEECH_DB = 10.0  # and not so far up, where nobody ever pauses
_SPEECH_FRAMES = 10  # what is as loud as the loudest tenth of a second is speech
_NEIGHBOURS = 10  # frames on each side; a click is shorter than the fewest that must be loud
_FEWEST_LOUD = 8
_STANDS_OUT, _STANDS_OUT_AFAR = 0.75, 1.5  # a soft word is near others,
_NEAR_FRAMES = 100
_FEWEST_SOFT = 7
_SOFTEST_DB = 60.0  # under the loudest frame; what is further down is silence
_PAUSES_HEARD_FRAMES = 100
_MOST_CREDIBLE_DB = 60.0
_LEAST_FRAMES_TO_JUDGE = 100

Decibels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """From where to where there is sound, margins included, and its signal-to-noise ratio.

    The ratio, in dB, is None when there is too little sound to tell.
    """

    start_milliseconds: int
    end_milliseconds: int
    signal_to_noise_db: float | None

    @property
    def milliseconds(self) -> int:
        """The length."""
        return self.end_milliseconds - self.start_milliseconds

    @property
    def first_sample(self) -> int:
        """The start, counted in samples at 16 kHz."""
        return self.start_milliseconds * SAMPLE_RATE_HZ // 1000


def find_speech(samples: Samples) -> SpeechSpan | None:
    """Find the sound in a recording at 16 kHz; None when it has no frame that stands out."""
    levels = frame_levels_db(samples)
    if len(levels) < _SPEECH_FRAMES:
        return None
    active = levels > threshold_db(levels)
    sustained = np.flatnonzero(_without_clicks(active))
    if not len(sustained):
        return None
    first, last = _with_soft_ends(samples, levels, active, int(sustained[0]), int(sustained[-1]))
    start = first * FRAME_MILLISECONDS - KEPT_BEFORE_MILLISECONDS
    end = (last + 1) * FRAME_MILLISECONDS + KEPT_AFTER_MILLISECONDS
    whole = len(samples) * 1000 // SAMPLE_RATE_HZ
    return SpeechSpan(max(0, start), min(whole, end), _signal_to_noise_db(levels, active))


def frame_levels_db(samples: Samples) -> Decibels:
    """Return the level of each frame of 10 ms of a recording at 16 kHz."""
    frames = len(samples) // _FRAME_SAMPLES
    blocks = samples[: frames * _FRAME_SAMPLES].reshape(frames, _FRAME_SAMPLES)
    powers = np.einsum("ij,ij->i", blocks, blocks).astype(np.float64) / _FRAME_SAMPLES
    levels: Decibels = 10 * np.log10(np.maximum(powers, _LEAST_POWER))
    return levels


def threshold_db(levels: Decibels) -> float:
    """Return the level above which somebody speaks."""
    floor, speech = float(np.percentile(levels, 10)), float(np.sort(levels)[-_SPEECH_FRAMES])
    threshold = max(floor + _ABOVE_FLOOR_DB, speech - _BELOW_SPEECH_DB)
    return max(min(threshold, speech - _NEAR_SPEECH_DB), _NEVER_SOUND_DB)


def _without_clicks(active: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the loud frames that have others around them."""
    around = np.convolve(active, np.ones(2 * _NEIGHBOURS + 1), "same")
    kept: npt.NDArray[np.bool_] = active & (around >= _FEWEST_LOUD)
    return kept


def _with_soft_ends(
    samples: Samples, levels: Decibels, active: npt.NDArray[np.bool_], first: int, last: int
) -> tuple[int, int]:
    """The first and the last frame of speech, with soft words before and after the loud ones."""
    outside = np.r_[:first, last + 1 : len(levels)]
    if not len(outside):
        return first, last
    pauses = np.flatnonzero(~active[first : last + 1])[:_PAUSES_HEARD_FRAMES] + first
    frames = np.sort(np.r_[outside, pauses])
    silence = max(_NEVER_SOUND_DB, float(levels.max()) - _SOFTEST_DB)
    above = np.zeros(len(levels))
    above[frames] = deviations(samples, frames, 10 ** (silence / 10))
    away = np.maximum(first - np.arange(len(levels)), np.arange(len(levels)) - last)
    stands_out = above > np.where(away < _NEAR_FRAMES, _STANDS_OUT, _STANDS_OUT_AFAR)
    around = np.convolve(stands_out, np.ones(2 * _NEIGHBOURS + 1), "same")
    soft = np.flatnonzero(stands_out & (around >= _FEWEST_SOFT))
    return min([first, *soft[:1].tolist()]), max([last, *soft[-1:].tolist()])


def _signal_to_noise_db(levels: Decibels, active: npt.NDArray[np.bool_]) -> float | None:
    """Compare the power of the loud frames with that of the quietest tenth of all.

    Speech pauses for a tenth of the time, or nearly; sound that never does looks
    noisier than it is.
    """
    if len(levels) < _LEAST_FRAMES_TO_JUDGE or not active.any():
        return None
    quietest = np.sort(levels)[: len(levels) // 10]
    noise = float(np.mean(10 ** (quietest / 10)))
    signal = float(np.mean(10 ** (levels[active] / 10))) - noise
    ratio = 10 * math.log10(max(signal, _LEAST_POWER) / noise)
    return min(max(ratio, 0.0), _MOST_CREDIBLE_DB)


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
