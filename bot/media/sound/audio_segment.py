"""pydub's AudioSegment, imported quietly, and the way between it and arrays of samples."""

from __future__ import annotations

import warnings
from io import BytesIO

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

_WHOLE = np.float32(2**15)


def segment_of(samples: Samples) -> AudioSegment:
    """Make a mono segment of samples from -1 to 1, rounded to 16 bits each."""
    data = np.clip(np.rint(samples * _WHOLE), -_WHOLE, _WHOLE - 1).astype(np.int16).tobytes()
    return AudioSegment(data, sample_width=2, frame_rate=SAMPLE_RATE_HZ, channels=1)


def samples_of(segment: AudioSegment) -> Samples:
    """Return the samples, from -1 to 1, of a mono segment of 16 bits."""
    return np.frombuffer(segment.raw_data, np.int16).astype(np.float32) / _WHOLE


def wav_of(segment: AudioSegment) -> bytes:
    """Return the segment as a WAV file."""
    target = BytesIO()
    segment.export(target, format="wav")
    return target.getvalue()
