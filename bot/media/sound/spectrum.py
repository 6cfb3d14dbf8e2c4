"""Filtering a whole sound at once, by its spectrum: no phase shift, no state, one transform."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

Spectrum = npt.NDArray[np.complexfloating[Any, Any]]
Response = npt.NDArray[np.float32]

_PADDING_SAMPLES = SAMPLE_RATE_HZ // 10  # a filter's echo of the end must not reach the beginning
_BLOCK_SAMPLES = 4096  # lengths that are multiples of it are fast to transform
_HIGH_PASS_HZ = 70.0


def spectrum_of(samples: Samples) -> Spectrum:
    """Return the spectrum of samples, with room for a filter's echo."""
    blocks = -(-(len(samples) + _PADDING_SAMPLES) // _BLOCK_SAMPLES)
    return transformed(samples, blocks * _BLOCK_SAMPLES)


def transformed(samples: Samples, length: int) -> Spectrum:
    """Return the orthonormal spectra of the last axis, filled up to that length.

    Any other kind is computed by numpy in double precision, which takes three times as long.
    """
    spectra: Spectrum = np.fft.rfft(samples, length, norm="ortho")
    return spectra


def samples_from(spectrum: Spectrum, length: int) -> Samples:
    """Return the first `length` samples of a spectrum."""
    samples: Samples = np.fft.irfft(spectrum, norm="ortho")[:length].astype(np.float32, copy=False)
    return samples


def frequencies_hz(lines: int) -> npt.NDArray[np.float64]:
    """Return the frequencies of a spectrum with so many lines."""
    return np.linspace(0, SAMPLE_RATE_HZ / 2, lines)


@lru_cache(maxsize=4)
def high_pass(lines: int) -> Response:
    """Return the high-pass filter's magnitude at so many lines from 0 Hz to half the sample rate.

    Butterworth, fourth order, 70 Hz: below is rumble, wind and handling, and no voice.
    """
    ratio = (frequencies_hz(lines) / _HIGH_PASS_HZ) ** 8
    return np.sqrt(ratio / (1 + ratio)).astype(np.float32)
