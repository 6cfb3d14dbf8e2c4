"""Loudness as ITU-R BS.1770-4 defines it: weighted as the ear does, gated against pauses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType

import numpy as np

from bot.media.sound.samples import SAMPLE_RATE_HZ, Mask, Numbers, Samples
from bot.media.sound.spectrum import response_of, samples_from, spectrum_of
from bot.media.sound.true_peaks import STEP_SAMPLES, step_peaks

_OFFSET_LUFS = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_HOP_SAMPLES = SAMPLE_RATE_HZ // 10
_SAMPLES_AT_ONCE = 200 * _HOP_SAMPLES
_HOPS_IN_BLOCK = 4  # blocks of 400 ms, overlapping by three quarters
_DESIGN_RATE_HZ = 48_000.0

# BS.1770-4, tables 1 and 2: the two stages of the K weighting as (b0, b1, b2), (a0, a1, a2)
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_ROLL_OFF = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def loudness_lufs(samples: Samples) -> float:
    """Return the gated loudness of one channel at 16 kHz; minus infinity when it is silent."""
    return gated_lufs(_weighted(samples))


def _weighted(samples: Samples) -> Samples:
    spectrum = spectrum_of(samples)
    spectrum *= k_weighting(len(spectrum))
    return samples_from(spectrum, len(samples))


def gated_lufs(weighted: Samples) -> float:
    """Return the loudness of a channel that is K-weighted already."""
    powers = _block_powers(weighted)
    loud = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return -math.inf
    gate = _power(_lufs(float(loud.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(loud[loud > gate].mean()))


def decibels(magnitude: float) -> float:
    """Return a magnitude in dB of full scale; minus infinity for 0."""
    return 20 * math.log10(magnitude) if magnitude else -math.inf


@lru_cache(maxsize=2)
def k_weighting(lines: int) -> Samples:
    """Return the K weighting's magnitude, see `response_of`."""
    return response_of(lines, _k_weighted)


def _k_weighted(hertz: Numbers) -> Numbers:
    z = np.exp(-2j * np.pi * hertz / _DESIGN_RATE_HZ)
    weight = np.ones(len(hertz))
    for numerator, denominator in (_SHELF, _ROLL_OFF):
        weight *= np.abs(np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z))
    return weight


def _block_powers(weighted: Samples) -> Numbers:
    """Return the mean power of each block; of the whole, if it is shorter than one."""
    hops = len(weighted) // _HOP_SAMPLES
    if hops < _HOPS_IN_BLOCK:
        return np.array([np.vdot(weighted, weighted) / max(1, len(weighted))], np.float64)
    squares = [
        (weighted[begin:end].reshape(-1, _HOP_SAMPLES) ** 2).sum(axis=1, dtype=np.float64)
        for begin in range(0, hops * _HOP_SAMPLES, _SAMPLES_AT_ONCE)
        for end in [min(hops * _HOP_SAMPLES, begin + _SAMPLES_AT_ONCE)]
    ]
    sums = np.convolve(np.concatenate(squares), np.ones(_HOPS_IN_BLOCK), "valid")
    return sums / (_HOP_SAMPLES * _HOPS_IN_BLOCK)


def _lufs(power: float) -> float:
    return _OFFSET_LUFS + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LUFS) / 10))


TARGET_LUFS = -16.0
CEILING_DBTP = -2.0
"""Half a decibel under what is promised (-1.5): the gain's own movement makes small new peaks."""

_OVER_DBTP = -1.7  # what is turned down once more
_GENTLE_STEPS, _QUICK_STEPS = 10, 1  # 5 ms, and half of one, of look-ahead
_CLOSE_ENOUGH_LU = 0.02
_TOLERATED_LU = 0.2
_MOST_EXTRA_GAIN_DB = 12.0  # more would only raise the background
_MOST_TRIES = 12

Voice = Mask | EllipsisType
"""Which samples are the voice."""


def level(samples: Samples, weighted: Samples, voice: Voice = ...) -> Samples:
    """Bring samples, given K-weighted as well and not silent, to the target as peaks allow.

    It is the `voice` among them whose loudness counts; without it all of them. Spiky sound stays
    short of it under a gentle limiter: then a quicker one is used, which is heard as roughness, but
    less so than a voice too low.
    """

    def quickly_weighed(curve: Samples) -> float:
        # a slow gain and the weighting may change places, which spares a filter for each try
        return gated_lufs((weighted * curve)[voice])

    def truly_weighed(curve: Samples) -> float:
        return gated_lufs(_weighted(samples * curve)[voice])

    peaks = step_peaks(samples)
    gain_db = TARGET_LUFS - gated_lufs(weighted[voice])
    gentle = _Limiter(peaks, len(samples), _GENTLE_STEPS)
    curve, lufs = _search(gentle, gain_db, quickly_weighed)
    if abs(TARGET_LUFS - lufs) > _TOLERATED_LU:
        quick = _Limiter(peaks, len(samples), _QUICK_STEPS)
        curve, _ = _search(quick, gain_db, truly_weighed)
    return _held(samples * curve)


def under_ceiling(samples: Samples, _weighted: Samples, _voice: Voice = ...) -> Samples:
    """Turn samples down as a whole if their peaks are too high."""
    highest = float(step_peaks(samples).max(initial=0.0))
    gain_db = min(0.0, CEILING_DBTP - decibels(highest))
    return samples * np.float32(_magnitude(gain_db))


def _held(samples: Samples) -> Samples:
    """Turn down what is too high still: what the gain's movement made."""
    peaks = step_peaks(samples)
    peaks[peaks < _magnitude(_OVER_DBTP)] = 0
    if not peaks.any():
        return samples
    return samples * _Limiter(peaks, len(samples), _QUICK_STEPS).curve(0.0)


def _magnitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


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

    peaks: Numbers
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


def _lowest_around(gains: Numbers, reach: int) -> Numbers:
    """Return the least of the gains from `reach` steps before to `reach` after each."""
    low = np.pad(gains, reach, constant_values=1.0)
    covered, width = 1, 2 * reach + 1
    while covered < width:
        further = min(covered, width - covered)
        low = np.minimum(low[:-further], low[further:])
        covered += further
    return low


def _smooth(gains: Numbers, reach: int) -> Numbers:
    """Average over `reach` steps, which never rises above a gain needed within them."""
    window = np.bartlett(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(gains, reach, mode="edge"), window / window.sum(), "valid")


def _drawn_through(steps: Samples) -> Samples:
    """Return a value for each sample, on straight lines from each step's to the next one's."""
    following = np.append(steps[1:], steps[-1:])
    shares = np.arange(STEP_SAMPLES, dtype=np.float32) / np.float32(STEP_SAMPLES)
    lines: Samples = steps[:, None] + (following - steps)[:, None] * shares
    return lines.reshape(-1)
