"""How high a wave is between its samples."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

STEP_SAMPLES = 8
"""Peaks are looked for twice a millisecond."""

_OVERSAMPLING = 4  # BS.1770-4, annex 2: a peak may be 0.7 dB higher than what is seen
_CLOSELY = 8
_REACH_SAMPLES = 10
_WINDOW_SHAPE = 5.0

Steps = npt.NDArray[np.intp]


def step_peaks(samples: Samples) -> Samples:
    """Return the highest magnitude in each step, between the samples too."""
    peaks: Samples = np.abs(
        soxr.resample(samples, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _OVERSAMPLING, quality="HQ")
    )
    width = STEP_SAMPLES * _OVERSAMPLING
    peaks = np.pad(peaks, (0, -len(peaks) % width))
    for _ in range(width.bit_length() - 1):
        peaks = np.maximum(peaks[::2], peaks[1::2])
    return peaks


def close_peaks(samples: Samples, steps: Steps) -> Samples:
    """Return the same for these steps alone, twice as closely looked at."""
    before = np.pad(samples, (_REACH_SAMPLES, _REACH_SAMPLES + STEP_SAMPLES))
    windows = np.lib.stride_tricks.sliding_window_view(before, len(_between()))
    peaks: Samples = np.abs(windows[steps * STEP_SAMPLES] @ _between()).max(axis=1, initial=0.0)
    return peaks


@cache
def _between() -> npt.NDArray[np.floating[Any]]:
    """What each sample around a step has of each moment in it (a windowed sinc)."""
    moments = np.arange(STEP_SAMPLES * _CLOSELY) / _CLOSELY
    places = np.arange(-_REACH_SAMPLES, STEP_SAMPLES + _REACH_SAMPLES)
    away = moments[None, :] - places[:, None]
    inside = np.sqrt(np.maximum(0, 1 - (away / _REACH_SAMPLES) ** 2))
    window = np.where(np.abs(away) <= _REACH_SAMPLES, np.i0(_WINDOW_SHAPE * inside), 0)
    shares = np.sinc(away) * window
    return np.asarray(shares / shares.sum(axis=0), np.float32)
