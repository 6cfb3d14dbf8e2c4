"""Loudness brought to a target under a ceiling for peaks: gain, then a limiter that looks ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.media.sound.loudness import decibels, gated_lufs, loudness_lufs, step_peaks
from bot.media.sound.samples import Samples

TARGET_LUFS = -16.0
CEILING_DBTP = -2.0
"""Half a decibel under what is promised (-1.5): the gain's own movement makes small new peaks."""

_STEP_SAMPLES = 8  # the gain is decided twice a millisecond and drawn straight in between
_GENTLE_STEPS, _QUICK_STEPS = 10, 1  # 5 ms, and half of one, of look-ahead
_CLOSE_ENOUGH_LU = 0.02
_TOLERATED_LU = 0.2
_MOST_EXTRA_GAIN_DB = 12.0  # more would only raise the background
_MOST_TRIES = 12

Gains = npt.NDArray[np.floating[Any]]


def level(samples: Samples, weighted: Samples) -> Samples:
    """Bring samples, given K-weighted as well and not silent, to the target as peaks allow.

    Spiky sound stays short of it under a gentle limiter: then a quicker one is used,
    which is heard as roughness, but less so than a voice too low.
    """

    def quickly_weighed(curve: Samples) -> float:
        # a slow gain and the weighting may change places, which spares a filter for each try
        return gated_lufs(weighted * curve)

    def truly_weighed(curve: Samples) -> float:
        return loudness_lufs(samples * curve)

    peaks = step_peaks(samples, _STEP_SAMPLES)
    gain_db = TARGET_LUFS - gated_lufs(weighted)
    gentle = _Limiter(peaks, len(samples), _GENTLE_STEPS)
    curve, lufs = _search(gentle, gain_db, quickly_weighed)
    if abs(TARGET_LUFS - lufs) > _TOLERATED_LU:
        quick = _Limiter(peaks, len(samples), _QUICK_STEPS)
        curve, _ = _search(quick, gain_db, truly_weighed)
    return samples * curve


def under_ceiling(samples: Samples, _weighted: Samples) -> Samples:
    """Turn samples down as a whole if their peaks are too high."""
    peak_dbtp = decibels(float(np.max(step_peaks(samples, _STEP_SAMPLES), initial=0.0)))
    gain_db = min(0.0, CEILING_DBTP - peak_dbtp)
    return samples * np.float32(10 ** (gain_db / 20))


def _search(
    limiter: _Limiter, gain_db: float, measured_lufs: Callable[[Samples], float]
) -> tuple[Samples, float]:
    """Raise the gain until what the limiter takes away is made good."""
    most_db = gain_db + _MOST_EXTRA_GAIN_DB
    for _ in range(_MOST_TRIES):
        curve = limiter.curve(gain_db)
        lufs = measured_lufs(curve)
        if abs(TARGET_LUFS - lufs) <= _CLOSE_ENOUGH_LU or gain_db == most_db:
            break
        gain_db = min(most_db, gain_db + TARGET_LUFS - lufs)
    return curve, lufs


@dataclass(frozen=True, slots=True)
class _Limiter:
    """The highest magnitude in each step, how many samples there are, and how far to look."""

    peaks: Gains
    length: int
    look_ahead_steps: int

    def curve(self, gain_db: float) -> Samples:
        """Return the factor for each sample: the gain, turned down smoothly around peaks."""
        gain, ceiling = 10 ** (gain_db / 20), 10 ** (CEILING_DBTP / 20)
        if np.max(self.peaks, initial=0.0) * gain <= ceiling:
            return np.full(self.length, gain, np.float32)
        needed = ceiling / np.maximum(self.peaks * gain, ceiling)
        lowest = _lowest_around(needed, self.look_ahead_steps + 1)
        steps = _smooth(lowest, self.look_ahead_steps) * gain
        return _drawn_through(steps.astype(np.float32))[: self.length]


def _lowest_around(gains: Gains, reach: int) -> Gains:
    """Return the least of the gains from `reach` steps before to `reach` after each."""
    low = np.pad(gains, reach, constant_values=1.0)
    covered, width = 1, 2 * reach + 1
    while covered < width:
        further = min(covered, width - covered)
        low = np.minimum(low[:-further], low[further:])
        covered += further
    return low


def _smooth(gains: Gains, reach: int) -> Gains:
    """Average over `reach` steps, which never rises above a gain needed within them."""
    window = np.bartlett(2 * reach + 3)[1:-1]
    smooth: Gains = np.convolve(np.pad(gains, reach, mode="edge"), window / window.sum(), "valid")
    return smooth


def _drawn_through(steps: Samples) -> Samples:
    """Return a value for each sample, on straight lines from each step's to the next one's."""
    following = np.append(steps[1:], steps[-1:])
    shares = np.arange(_STEP_SAMPLES, dtype=np.float32) / np.float32(_STEP_SAMPLES)
    lines: Samples = steps[:, None] + (following - steps)[:, None] * shares
    return lines.reshape(-1)
