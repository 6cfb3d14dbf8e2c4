"""How high a wave is between its samples."""

from __future__ import annotations

from functools import cache

import numpy as np

from bot.media.sound.samples import Samples

STEP_SAMPLES = 8
"""Peaks are looked for twice a millisecond."""

_OVERSAMPLING = 8  # BS.1770-4, annex 2: a peak may be 0.2 dB higher than what is seen
_STEPS_AT_ONCE = 2_000  # quickest; all of a long sound would take much memory
_REACH_SAMPLES = 10
_WINDOW_SHAPE = 5.0


def step_peaks(samples: Samples) -> Samples:
    """Return the highest magnitude in each step, between the samples too."""
    around = np.pad(samples, (_REACH_SAMPLES, _REACH_SAMPLES + STEP_SAMPLES))
    windows = np.lib.stride_tricks.sliding_window_view(around, len(_between()))
    steps = windows[: len(samples) : STEP_SAMPLES]
    parts = np.split(steps, range(_STEPS_AT_ONCE, len(steps), _STEPS_AT_ONCE))
    dense = (np.ascontiguousarray(part) @ _between() for part in parts)
    return np.concatenate([np.maximum(each.max(axis=1), -each.min(axis=1)) for each in dense])


@cache
def _between() -> Samples:
    """What each sample around a step has of each moment in it (a windowed sinc)."""
    wanted = np.arange(STEP_SAMPLES * _OVERSAMPLING) / _OVERSAMPLING
    places = np.arange(-_REACH_SAMPLES, STEP_SAMPLES + _REACH_SAMPLES)
    away = wanted[None, :] - places[:, None]
    inside = np.sqrt(np.maximum(0, 1 - (away / _REACH_SAMPLES) ** 2))
    window = np.where(np.abs(away) <= _REACH_SAMPLES, np.i0(_WINDOW_SHAPE * inside), 0)
    shares = np.sinc(away) * window
    return np.asarray(shares / shares.sum(axis=0), np.float32)
