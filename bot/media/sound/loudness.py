"""Loudness as ITU-R BS.1770-4 defines it: weighted as the ear does, gated against pauses."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soxr

from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples
from bot.media.sound.spectrum import Response, frequencies_hz, samples_from, spectrum_of

OVERSAMPLING = 4
"""How many times denser the true peak looks than the samples lie (BS.1770-4, annex 2)."""

_OFFSET_LUFS = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_HOP_SAMPLES = SAMPLE_RATE_HZ // 10
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
    spectrum = spectrum_of(samples)
    return gated_lufs(samples_from(spectrum * k_weighting(len(spectrum)), len(samples)))


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


def step_peaks(samples: Samples, step_samples: int) -> Samples:
    """Return the highest magnitude in each step of so many samples, between them too."""
    dense = np.abs(_oversample(samples))
    steps = -(-len(samples) // step_samples)
    width = step_samples * OVERSAMPLING
    padded = np.zeros(steps * width, np.float32)
    fitting = min(len(dense), len(padded))
    padded[:fitting] = dense[:fitting]
    peaks: Samples = padded.reshape(steps, width).max(axis=1, initial=0.0)
    return peaks


def _oversample(samples: Samples) -> Samples:
    dense: Samples = soxr.resample(samples, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * OVERSAMPLING, "HQ")
    return dense


@lru_cache(maxsize=4)
def k_weighting(lines: int) -> Response:
    """Return the K weighting's magnitude at so many lines from 0 Hz to half the sample rate."""
    z = np.exp(-2j * np.pi * frequencies_hz(lines) / _DESIGN_RATE_HZ)
    response = np.ones(lines)
    for numerator, denominator in (_SHELF, _ROLL_OFF):
        response *= np.abs(np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z))
    return response.astype(np.float32)


def _block_powers(weighted: Samples) -> npt.NDArray[np.float64]:
    """Return the mean power of each block; of the whole, if it is shorter than one."""
    hops = len(weighted) // _HOP_SAMPLES
    if hops < _HOPS_IN_BLOCK:
        return np.array([np.vdot(weighted, weighted) / max(1, len(weighted))], np.float64)
    squares = weighted[: hops * _HOP_SAMPLES].reshape(hops, -1) ** 2
    sums = np.convolve(squares.sum(axis=1, dtype=np.float64), np.ones(_HOPS_IN_BLOCK), "valid")
    powers: npt.NDArray[np.float64] = sums / (_HOP_SAMPLES * _HOPS_IN_BLOCK)
    return powers


def _lufs(power: float) -> float:
    return _OFFSET_LUFS + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LUFS) / 10))
