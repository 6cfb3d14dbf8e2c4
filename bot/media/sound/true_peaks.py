"""How high a wave is between its samples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import soxr

from bot.media.sound.samples import SAMPLE_RATE_HZ, Places, Samples

STEP_SAMPLES = 8
"""Peaks are looked for twice a millisecond."""

_OVERSAMPLING = 4  # BS.1770-4, annex 2: a peak may be 0.7 dB higher than what is seen
_CLOSELY = 8
_STEPS_AT_ONCE, _SAMPLES_AT_ONCE = 20_000, SAMPLE_RATE_HZ  # a second is quickest
_REACH_SAMPLES = 10
_WINDOW_SHAPE = 5.0


def step_peaks(samples: Samples) -> Samples:
    """Return the highest magnitude in each step, between the samples too."""
    width = STEP_SAMPLES * _OVERSAMPLING
    found, left = [], np.zeros(0, np.float32)
    for dense in _oversampled(samples):
        left = np.concatenate([left, dense])
        whole = len(left) // width * width
        found.append(_highest(left[:whole], width))
        left = left[whole:]
    rest = _highest(np.pad(left, (0, width + -len(left) % width)), width)
    return np.concatenate([*found, rest])[: -(-len(samples) // STEP_SAMPLES)]


def _highest(dense: Samples, width: int) -> Samples:
    peaks = np.abs(dense)
    for _ in range(width.bit_length() - 1):
        peaks = np.maximum(peaks[::2], peaks[1::2])
    return peaks


def _oversampled(samples: Samples) -> Iterator[Samples]:
    """A while at a time: all of a long sound takes much memory."""
    dense = soxr.ResampleStream(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _OVERSAMPLING, 1, "float32", "HQ")
    for begin in range(0, len(samples), _SAMPLES_AT_ONCE):
        end = begin + _SAMPLES_AT_ONCE
        yield dense.resample_chunk(samples[begin:end], last=end >= len(samples))


def close_peaks(samples: Samples, steps: Places) -> Samples:
    """Return the same for these steps alone, twice as closely looked at."""
    before = np.pad(samples, (_REACH_SAMPLES, _REACH_SAMPLES + STEP_SAMPLES))
    windows = np.lib.stride_tricks.sliding_window_view(before, len(_between()))
    parts = np.split(steps, range(_STEPS_AT_ONCE, len(steps), _STEPS_AT_ONCE))
    peaks = [np.abs(windows[part * STEP_SAMPLES] @ _between()).max(axis=1) for part in parts]
    return np.concatenate(peaks)


@cache
def _between() -> Samples:
    """What each sample around a step has of each moment in it (a windowed sinc)."""
    wanted = np.arange(STEP_SAMPLES * _CLOSELY) / _CLOSELY
    places = np.arange(-_REACH_SAMPLES, STEP_SAMPLES + _REACH_SAMPLES)
    away = wanted[None, :] - places[:, None]
    inside = np.sqrt(np.maximum(0, 1 - (away / _REACH_SAMPLES) ** 2))
    window = np.where(np.abs(away) <= _REACH_SAMPLES, np.i0(_WINDOW_SHAPE * inside), 0)
    shares = np.sinc(away) * window
    return np.asarray(shares / shares.sum(axis=0), np.float32)
