"""pydub's AudioSegment, imported quietly, and the way between it and arrays of samples."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any

import numpy as np

from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

with warnings.catch_warnings():
    # pydub 0.25.1 spells regular expressions in plain strings, looks for an ffmpeg that is never
    # called here, and uses audioop, which the standard library had announced to drop
    warnings.filterwarnings("ignore", "invalid escape sequence", DeprecationWarning)
    warnings.filterwarnings("ignore", ".*invalid escape sequence", SyntaxWarning)
    warnings.filterwarnings("ignore", "Couldn't find ff", RuntimeWarning)
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    from pydub import AudioSegment

__all__ = ["AudioSegment", "samples_of", "segment_of", "wav_of"]

_WIDTHS: dict[int, Any] = {2: np.int16, 4: np.int32}


def segment_of(samples: Samples, *, sample_width_bytes: int) -> AudioSegment:
    """Make a mono segment of samples from -1 to 1, rounded to 2 or 4 bytes each."""
    integers = np.iinfo(_WIDTHS[sample_width_bytes])
    values = np.empty(len(samples), integers.dtype)
    for begin in range(0, len(samples), SAMPLE_RATE_HZ):
        scaled = np.rint(samples[begin : begin + SAMPLE_RATE_HZ] * np.float64(-integers.min))
        values[begin : begin + SAMPLE_RATE_HZ] = np.clip(scaled, integers.min, integers.max)
    return AudioSegment(
        values.tobytes(), sample_width=sample_width_bytes, frame_rate=SAMPLE_RATE_HZ, channels=1
    )


def samples_of(segment: AudioSegment) -> Samples:
    """Return a mono segment's samples from -1 to 1."""
    integers = np.iinfo(_WIDTHS[segment.sample_width])
    samples = np.frombuffer(segment.raw_data, integers.dtype).astype(np.float32)
    samples /= np.float32(-integers.min)  # a power of two: nothing is rounded twice
    return samples


def wav_of(segment: AudioSegment) -> bytes:
    """Return the segment as a WAV file."""
    target = BytesIO()
    segment.export(target, format="wav")
    return target.getvalue()
