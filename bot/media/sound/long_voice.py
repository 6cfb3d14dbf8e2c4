"""A voice too long for one video: levelled as a whole, and how it may be cut.

Everything here gives the same result for the same file, whenever it is done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

import av

from bot.media.exchange import SoundPlan, Span
from bot.media.sound.audio_segment import AudioSegment, samples_of, wav_of
from bot.media.sound.cutting import clips, cut_points, cuts
from bot.media.sound.lengths import LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS
from bot.media.sound.normalise import FADE_IN_MILLISECONDS, FADE_OUT_MILLISECONDS, normalise_sound
from bot.media.sound.samples import SAMPLES_PER_MILLISECOND
from bot.media.sound.voice_activity import somebody_speaks

_VOICE_RATE_HZ = 48_000
_VOICE_BITS_PER_SECOND = 32_000


def plan_sound(data: bytes, longest_milliseconds: int, levelled: bool) -> SoundPlan:
    """Say how a file may be cut.

    Raises SoundRefused: what `normalise_sound` refuses, and what is longer than that (TOO_LONG).
    """
    voice = _levelled(data, longest_milliseconds, levelled)
    points = cut_points(samples_of(voice))
    bounds = {"shortest": SHORTEST_MILLISECONDS, "longest": LONGEST_MILLISECONDS}
    places = cuts(points, len(voice), **bounds)
    parts = list(pairwise((0, *places, len(voice))))
    offered = clips(points, len(voice), **bounds)
    return SoundPlan(
        duration_milliseconds=len(voice),
        cuts=places,
        clips=_spoken(voice, offered) or offered,
        silent_parts=len(parts) - len(_spoken(voice, parts)),
    )


def _spoken(voice: AudioSegment, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Those in which somebody speaks."""
    samples = samples_of(voice)
    return tuple(
        (begin, end)
        for begin, end in spans
        if somebody_speaks(samples[begin * SAMPLES_PER_MILLISECOND : end * SAMPLES_PER_MILLISECOND])
    )


def level_sound(data: bytes, longest_milliseconds: int, levelled: bool) -> bytes:
    """All of it as a WAV, levelled once: no task's is louder than another's; raises as above."""
    return normalise_sound(data, longest_milliseconds=longest_milliseconds, levelled=levelled).wav


def cut_sound(
    data: bytes, longest_milliseconds: int, levelled: bool, spans: tuple[Span, ...]
) -> tuple[bytes, ...]:
    """These spans of the levelled voice, each as a WAV with soft ends.

    Raises SoundRefused, ValueError: a span is not in the sound.
    """
    voice = _levelled(data, longest_milliseconds, levelled)
    return tuple(wav_of(_cut(voice, span)) for span in spans)


def record_clips(
    data: bytes, longest_milliseconds: int, levelled: bool, spans: tuple[Span, ...]
) -> tuple[bytes, ...]:
    """The same as voice messages (OGG, Opus), to be listened to."""
    wavs = cut_sound(data, longest_milliseconds, levelled, spans)
    return tuple(_voice_note(wav) for wav in wavs)


def _levelled(data: bytes, longest_milliseconds: int, levelled: bool) -> AudioSegment:
    return AudioSegment.from_wav(BytesIO(level_sound(data, longest_milliseconds, levelled)))


def _cut(voice: AudioSegment, span: Span) -> AudioSegment:
    begin, end = span
    if not 0 <= begin < end <= len(voice):
        raise ValueError(f"{span} is not within 0 and {len(voice)} ms")
    chunk = voice[begin:end]
    return chunk.fade_in(FADE_IN_MILLISECONDS).fade_out(FADE_OUT_MILLISECONDS)


def _voice_note(wav: bytes) -> bytes:
    target = BytesIO()
    with (
        av.open(BytesIO(wav), "r", format="wav") as source,
        av.open(target, "w", format="ogg") as ogg,
    ):
        voice = ogg.add_stream("libopus", rate=_VOICE_RATE_HZ, layout="mono")
        voice.bit_rate = _VOICE_BITS_PER_SECOND
        for frame in [*source.decode(audio=0), None]:
            ogg.mux(voice.encode(frame))
    return target.getvalue()
