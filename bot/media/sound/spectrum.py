"""Filtering a whole sound at once, by its spectrum: no phase shift, no state, one transform."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.media.sound.samples import SAMPLE_RATE_HZ, Numbers, Samples

Spectrum = npt.NDArray[np.complexfloating[Any, Any]]

_PADDING_SAMPLES = SAMPLE_RATE_HZ // 10  # a filter's echo of the end must not reach the beginning
_BLOCK_SAMPLES = 4096  # lengths that are multiples of it are fast to transform
_HIGH_PASS_HZ = 70.0
_LINES_AT_ONCE = 1 << 16


def spectrum_of(samples: Samples) -> Spectrum:
    """Return the spectrum of samples, with room for a filter's echo."""
    blocks = -(-(len(samples) + _PADDING_SAMPLES) // _BLOCK_SAMPLES)
    return transformed(samples, blocks * _BLOCK_SAMPLES)


def transformed(samples: Samples, length: int) -> Spectrum:
    """Return the orthonormal spectra of the last axis, filled up to that length.

    Any other kind is computed by numpy in double precision, which takes three times as long.
    """
    return np.fft.rfft(samples, length, norm="ortho")


def samples_from(spectrum: Spectrum, length: int) -> Samples:
    """Return the first `length` samples of a spectrum."""
    return np.fft.irfft(spectrum, norm="ortho")[:length].astype(np.float32, copy=False)


def frequencies_hz(lines: int) -> Numbers:
    """Return the frequencies of a spectrum with so many lines."""
    return np.linspace(0, SAMPLE_RATE_HZ / 2, lines)


def response_of(lines: int, magnitude: Callable[[Numbers], Numbers]) -> Samples:
    """Return a filter's magnitude at so many lines from 0 Hz to half the sample rate, some at a
    time: exact numbers take several times as much memory.
    """
    response = np.empty(lines, np.float32)
    for begin in range(0, lines, _LINES_AT_ONCE):
        numbers = np.arange(begin, min(lines, begin + _LINES_AT_ONCE))
        hertz = numbers * (SAMPLE_RATE_HZ / 2 / (lines - 1))
        response[begin : begin + _LINES_AT_ONCE] = magnitude(hertz)
    return response


@lru_cache(maxsize=2)
def high_pass(lines: int) -> Samples:
    """Return the high-pass filter's magnitude.

    Butterworth, fourth order, 70 Hz: below is rumble, wind and handling, and no voice.
    """
    return response_of(lines, _high_passed)


def _high_passed(hertz: Numbers) -> Numbers:
    ratio = (hertz / _HIGH_PASS_HZ) ** 8
    return np.asarray(np.sqrt(ratio / (1 + ratio)))
