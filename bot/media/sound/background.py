"""What stands out of the background of a recording, however softly: a word that the level as a
whole does not show is seen in some bands of the spectrum.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bot.media.sound.samples import SAMPLE_RATE_HZ, Numbers, Places, Samples
from bot.media.sound.spectrum import frequencies_hz, transformed

_FRAME_SAMPLES = SAMPLE_RATE_HZ // 100
_WINDOW_SAMPLES = 2 * _FRAME_SAMPLES + _FRAME_SAMPLES // 2
_TRANSFORM_SAMPLES = 512
_BANDS = 18  # as far apart as the ear has them
_LOWEST_HZ, _HIGHEST_HZ = 90.0, 7_600.0
_SMOOTH_FRAMES = 7
_FRAMES_AT_ONCE = 4_000
_LEAST_FRAMES_TO_JUDGE = 30
_LEAST_SPREAD = 0.2  # rooms are not as steady as the arithmetic of noise
_MOST_DEVIATION = 6.0  # one band alone proves little
_LOW, _LOWEST = 0.3, 0.05  # what is quieter than most is background, even if some is speech
_LOW_IS_BELOW, _LOWEST_IS_BELOW = 0.524, 1.645  # of a normal distribution, in spreads


def deviations(samples: Samples, frames: Places, floor_power: float) -> Numbers:
    """How far these frames (of 10 ms, in their order) stand above what is usual among them.

    In spreads of the background, averaged over the bands of the ear: noise alone gives about 0.4.
    What is below `floor_power` counts as silence.
    """
    if len(frames) < _LEAST_FRAMES_TO_JUDGE:
        return np.zeros(len(frames))
    powers = _smooth(_band_powers(samples, frames))
    levels = np.log(powers + floor_power / _BANDS)
    low, lowest = np.quantile(levels, (_LOW, _LOWEST), axis=0)
    spread = np.maximum((low - lowest) / (_LOWEST_IS_BELOW - _LOW_IS_BELOW), _LEAST_SPREAD)
    usual = low + _LOW_IS_BELOW * spread
    return np.asarray(np.clip((levels - usual) / spread, 0, _MOST_DEVIATION).mean(axis=1))


def _band_powers(samples: Samples, frames: Places) -> Samples:
    """Return (frames, bands) of mean power."""
    around = (_WINDOW_SAMPLES - _FRAME_SAMPLES) // 2
    padded = np.pad(samples, (around, _WINDOW_SAMPLES))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::_FRAME_SAMPLES]
    powers = [
        _powers_of(windows[frames[begin : begin + _FRAMES_AT_ONCE]])
        for begin in range(0, len(frames), _FRAMES_AT_ONCE)
    ]
    return np.concatenate(powers)


def _powers_of(windows: Samples) -> Samples:
    spectra = transformed(windows * _window(), _TRANSFORM_SAMPLES)
    powers = np.add.reduceat(spectra.real**2 + spectra.imag**2, _bands(), axis=1)[:, :_BANDS]
    return np.asarray(powers / (np.square(_window()).sum() / 2), np.float32)


def _smooth(powers: Samples) -> Samples:
    """The median of several frames, which a click does not reach."""
    reach = _SMOOTH_FRAMES // 2
    wide = np.pad(powers, ((reach, reach), (0, 0)), "edge")
    around = np.lib.stride_tricks.sliding_window_view(wide, _SMOOTH_FRAMES, axis=0)
    return np.asarray(np.median(around, axis=-1), np.float32)


@lru_cache(maxsize=1)
def _window() -> Samples:
    return np.hanning(_WINDOW_SAMPLES + 2)[1:-1].astype(np.float32)


@lru_cache(maxsize=1)
def _bands() -> Places:
    """Return the first line of each band, and that after the last."""
    edges = np.linspace(_steps(_LOWEST_HZ), _steps(_HIGHEST_HZ), _BANDS + 1)
    return np.searchsorted(frequencies_hz(_TRANSFORM_SAMPLES // 2 + 1), _hertz(edges))


def _steps(hertz: float) -> float:
    """ERB-rate scale (Glasberg and Moore, 1990)."""
    return float(21.4 * np.log10(1 + 0.00437 * hertz))


def _hertz(steps: Numbers) -> Numbers:
    return (10 ** (steps / 21.4) - 1) / 0.00437
