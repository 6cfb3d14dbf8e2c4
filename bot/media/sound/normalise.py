"""A stranger's sound made fit for lip movement: speech only, at one loudness, mono, 16 kHz.

Lasts about 5 ms for each second of sound; call it through `MediaWorker`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.media.errors import SoundFault, SoundRefused
from bot.media.exchange import NormalisedSound
from bot.media.sound.audio_segment import segment_of, wav_of
from bot.media.sound.bursts import without_bursts
from bot.media.sound.decoding import LONGEST_READ_SECONDS, DecodedSound, decode_sound
from bot.media.sound.lengths import LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS
from bot.media.sound.loudness import gated_lufs, k_weighting, level, under_ceiling
from bot.media.sound.samples import SAMPLES_PER_MILLISECOND, Samples
from bot.media.sound.spectrum import high_pass, samples_from, spectrum_of
from bot.media.sound.speech_span import SpeechSpan, find_speech
from bot.media.sound.voice_activity import somebody_speaks

_READ_PERCENT = 120  # of the longest sound, silence at its ends among it
_SILENT_LUFS = -55.0  # to make speech of it, noise would be raised by 40 dB
FADE_IN_MILLISECONDS, FADE_OUT_MILLISECONDS = 10, 20
_FADE_IN_SAMPLES = FADE_IN_MILLISECONDS * SAMPLES_PER_MILLISECOND
_FADE_OUT_SAMPLES = FADE_OUT_MILLISECONDS * SAMPLES_PER_MILLISECOND
_CUT_FADE_SAMPLES = 150 * SAMPLES_PER_MILLISECOND  # where the voice is cut it goes on


def normalise_sound(
    data: bytes,
    limit_milliseconds: int | None = None,
    levelled: bool = True,
    *,
    longest_milliseconds: int = LONGEST_MILLISECONDS,
) -> NormalisedSound:
    """Decode, clean, trim and level a sound file.

    `limit_milliseconds` (500 to 19,900): cut to this length, with a fade, instead of
    refusing what is longer. `longest_milliseconds`: what is refused without that, more than one
    video may hold where it is for several. Not `levelled`: as loud as it came, unless its peaks
    are too high. Raises SoundRefused, with any SoundFault.
    """
    limit = longest_milliseconds if limit_milliseconds is None else limit_milliseconds
    if not SHORTEST_MILLISECONDS <= limit <= longest_milliseconds:
        raise ValueError(f"limit_milliseconds is {limit}, not within 500 and 19,900")
    may_cut = limit_milliseconds is not None
    read_seconds = max(LONGEST_READ_SECONDS, longest_milliseconds * _READ_PERCENT // 100_000)
    recording = _Recording.of(decode_sound(data, longest_seconds=read_seconds))
    span = _speech(recording)
    _check_length(span, recording, None if may_cut else longest_milliseconds)
    return _normalised(recording, span, limit, levelled=levelled)


@dataclass(slots=True)
class _Recording:
    """A sound at 16 kHz without rumble, and the same as the ear weighs it; whether that is all."""

    samples: Samples
    weighted: Samples
    milliseconds: int
    whole: bool

    @classmethod
    def of(cls, decoded: DecodedSound) -> _Recording:
        """Filter."""
        length = len(decoded.samples)
        spectrum = spectrum_of(decoded.samples)
        spectrum *= high_pass(len(spectrum))
        clean = samples_from(spectrum, length)
        spectrum *= k_weighting(len(spectrum))
        weighted = samples_from(spectrum, length)
        return cls(clean, weighted, decoded.milliseconds, decoded.whole)


def _speech(recording: _Recording) -> SpeechSpan:
    """Find what is worth keeping; refuse what is too short to hold anything, and silence."""
    if recording.milliseconds < SHORTEST_MILLISECONDS:
        raise SoundRefused(SoundFault.TOO_SHORT, recording.milliseconds)
    span = find_speech(recording.samples)
    if span is None or gated_lufs(recording.weighted) < _SILENT_LUFS:
        raise SoundRefused(SoundFault.SILENT, recording.milliseconds)
    return span


def _check_length(span: SpeechSpan, recording: _Recording, longest: int | None) -> None:
    """Refuse what is too short or too long once silence is gone."""
    if span.milliseconds < SHORTEST_MILLISECONDS:
        raise SoundRefused(SoundFault.TOO_SHORT, span.milliseconds)
    if longest is None:
        return
    if not recording.whole:
        raise SoundRefused(SoundFault.TOO_LONG, recording.milliseconds, True)
    if span.milliseconds > longest:
        raise SoundRefused(SoundFault.TOO_LONG, span.milliseconds)


def _normalised(
    recording: _Recording, span: SpeechSpan, limit_milliseconds: int, *, levelled: bool
) -> NormalisedSound:
    samples = _trim(recording.samples, span, limit_milliseconds)
    weighted = recording.weighted[span.first_sample :][: len(samples)]
    recording.samples = samples  # of a long one the rest is large, and not needed any more
    curve, voice = without_bursts(samples, weighted)
    samples *= curve
    weighted *= curve
    if gated_lufs(weighted) < _SILENT_LUFS:  # what was cut off had the voice in it
        raise SoundRefused(SoundFault.SILENT, len(samples) // SAMPLES_PER_MILLISECOND)
    finished = (level if levelled else under_ceiling)(samples, weighted, voice)
    result = segment_of(finished)
    ratio, speaks = span.signal_to_noise_db, somebody_speaks(finished)
    return NormalisedSound(wav_of(result), len(result), ratio, speaks)


def _trim(samples: Samples, span: SpeechSpan, limit_milliseconds: int) -> Samples:
    """Cut the span out, to its limit, and soften both ends."""
    length = min(span.milliseconds, limit_milliseconds) * SAMPLES_PER_MILLISECOND
    spoken = samples[span.first_sample :][:length].copy()
    cut = span.milliseconds > limit_milliseconds
    spoken[:_FADE_IN_SAMPLES] *= np.linspace(0, 1, _FADE_IN_SAMPLES, dtype=np.float32)
    fade_out = _CUT_FADE_SAMPLES if cut else _FADE_OUT_SAMPLES
    spoken[-fade_out:] *= np.linspace(1, 0, fade_out, dtype=np.float32)
    return spoken
