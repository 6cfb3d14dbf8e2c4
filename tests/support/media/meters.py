"""An independent meter: pyloudnorm for loudness, scipy's oversampling for the true peak."""

from __future__ import annotations

import math
import wave
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pyloudnorm
from scipy.signal import resample_poly

Samples = npt.NDArray[np.float64]


def wav_samples(wav: bytes) -> Samples:
    """Return the samples of a WAV that must be mono, 16 kHz and 16 bits."""
    with wave.open(BytesIO(wav)) as source:
        kind = source.getnchannels(), source.getframerate(), source.getsampwidth()
        assert kind == (1, 16_000, 2)
        return np.frombuffer(source.readframes(source.getnframes()), np.int16) / 32_768


def measured_lufs(wav: bytes) -> float:
    """Return the gated loudness."""
    return float(pyloudnorm.Meter(16_000).integrated_loudness(wav_samples(wav)))


def measured_dbtp(wav: bytes) -> float:
    """Return the highest peak of the eight times oversampled wave, in dB of full scale."""
    return 20 * math.log10(np.abs(resample_poly(wav_samples(wav), 8, 1)).max())


def share_of_power(samples: Samples, low_hz: float, high_hz: float) -> float:
    """Return how much of the power lies between two frequencies, 0 to 1."""
    powers = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / 16_000)
    band = (frequencies >= low_hz) & (frequencies < high_hz)
    return float(powers[band].sum() / powers.sum())
