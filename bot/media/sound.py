"""A stranger's sound made fit for lip movement: speech only, at one loudness, mono, 16 kHz.

Lasts about 5 ms for each second of sound; call it through `MediaWorker`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from bot.media.audio_segment import (
    AudioSegment,
    samples_of,
    segment_of,
    wav_of,
)
from bot.media.limiter import level
from bot.media.loudness import gated_lufs, k_weighting
from bot.media.samples import SAMPLE_RATE_HZ, Samples
from bot.media.sound_decoding import decode_sound
from bot.media.sound_errors import SoundFault, SoundRefused
from bot.media.sound_frames import DecodedSound
from bot.media.spectrum import high_pass, samples_from, spectrum_of
from bot.media.speech_span import SpeechSpan, find_speech

__all__ = [
    "LONGEST_MILLISECONDS",
    "SHORTEST_MILLISECONDS",
    "NormalisedSound",
    "SoundFault",
    "SoundRefused",
    "normalise_sound",
]

LONGEST_MILLISECONDS = 19_900
"""The provider takes less than 20 s (DashScope docs: wan2.2-s2v, input.audio_url)."""
SHORTEST_MILLISECONDS = 500

_SILENT_LUFS = -55.0  # to make speech of it, noise would be raised by 40 dB
_FADE_IN_MILLISECONDS = 10
_FADE_OUT_MILLISECONDS = 20
_CUT_FADE_MILLISECONDS = 150  # the voice goes on where it is cut: end it softly
_HEADROOM = 0.5  # what decoders overshoot must not be clipped on the way


@dataclass(frozen=True, slots=True)
class NormalisedSound:
    """A WAV (mono, 16 kHz, 16 bits) at -16 LUFS without silence at its ends, and what it was.

    `duration_milliseconds` is the WAV's length, `source_milliseconds` that of what came;
    `cut`: it was longer than allowed. A `signal_to_noise_db` under about 15 deserves
    a warning; None when it cannot be told.
    """

    wav: bytes
    duration_milliseconds: int
    source_milliseconds: int
    cut: bool
    loudness_lufs: float
    true_peak_dbtp: float
    signal_to_noise_db: float | None


def normalise_sound(data: bytes, *, limit_milliseconds: int | None = None) -> NormalisedSound:
    """Decode, clean, trim and level a sound file.

    `limit_milliseconds` (500 to 19,900): cut to this length, with a fade, instead of
    refusing what is longer. Raises SoundRefused, with any SoundFault.
    """
    limit = LONGEST_MILLISECONDS if limit_milliseconds is None else limit_milliseconds
    if not SHORTEST_MILLISECONDS <= limit <= LONGEST_MILLISECONDS:
        raise ValueError(f"limit_milliseconds is {limit}, not within 500 and 19,900")
    may_cut = limit_milliseconds is not None
    decoded = decode_sound(data, beginning_is_enough=may_cut)
    recording = _Recording.of(decoded)
    span = _speech(recording, decoded)
    _check_length(span, decoded, may_cut)
    return _normalised(recording, span, limit, decoded.milliseconds)


@dataclass(frozen=True, slots=True)
class _Recording:
    """A sound at 16 kHz without rumble, and the same as the ear weighs it."""

    samples: Samples
    weighted: Samples

    @classmethod
    def of(cls, decoded: DecodedSound) -> _Recording:
        """Resample and filter."""
        samples = soxr.resample(decoded.samples, decoded.rate_hz, SAMPLE_RATE_HZ, "HQ")
        spectrum = spectrum_of(samples)
        spectrum *= high_pass(len(spectrum))
        clean = samples_from(spectrum, len(samples))
        spectrum *= k_weighting(len(spectrum))
        return cls(clean, samples_from(spectrum, len(samples)))


def _speech(recording: _Recording, decoded: DecodedSound) -> SpeechSpan:
    """Find what is worth keeping; refuse what is too short to hold anything, and silence."""
    if decoded.milliseconds < SHORTEST_MILLISECONDS:
        raise SoundRefused(SoundFault.TOO_SHORT, decoded.milliseconds)
    span = find_speech(recording.samples)
    if span is None or gated_lufs(recording.weighted) < _SILENT_LUFS:
        raise SoundRefused(SoundFault.SILENT, decoded.milliseconds)
    return span


def _check_length(span: SpeechSpan, decoded: DecodedSound, may_cut: bool) -> None:
    """Refuse what is too short or too long once silence is gone."""
    if span.milliseconds < SHORTEST_MILLISECONDS:
        raise SoundRefused(SoundFault.TOO_SHORT, span.milliseconds)
    if may_cut:
        return
    if not decoded.whole:
        known = max(decoded.milliseconds, decoded.claimed_milliseconds or 0)
        raise SoundRefused(SoundFault.TOO_LONG, known)
    if span.milliseconds > LONGEST_MILLISECONDS:
        raise SoundRefused(SoundFault.TOO_LONG, span.milliseconds)


def _normalised(
    recording: _Recording, span: SpeechSpan, limit_milliseconds: int, source_milliseconds: int
) -> NormalisedSound:
    spoken = _trim(recording.samples, span, limit_milliseconds)
    weighted = recording.weighted[span.first_sample :][: int(spoken.frame_count())]
    levelled = level(samples_of(spoken) / np.float32(_HEADROOM), weighted)
    result = segment_of(levelled.samples, sample_width_bytes=2)
    return NormalisedSound(
        wav=wav_of(result),
        duration_milliseconds=len(result),
        source_milliseconds=source_milliseconds,
        cut=span.milliseconds > limit_milliseconds,
        loudness_lufs=levelled.lufs,
        true_peak_dbtp=levelled.true_peak_dbtp,
        signal_to_noise_db=span.signal_to_noise_db,
    )


def _trim(samples: Samples, span: SpeechSpan, limit_milliseconds: int) -> AudioSegment:
    """Cut the span out, to its limit, and soften both ends."""
    whole = segment_of(samples * np.float32(_HEADROOM), sample_width_bytes=4)
    spoken = whole[span.start_milliseconds : span.end_milliseconds][:limit_milliseconds]
    cut = span.milliseconds > limit_milliseconds
    fade_out = _CUT_FADE_MILLISECONDS if cut else _FADE_OUT_MILLISECONDS
    return spoken.fade_in(_FADE_IN_MILLISECONDS).fade_out(fade_out)
