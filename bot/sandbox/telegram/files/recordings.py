"""Sound and video files: what they are, and turning a recording into a voice message."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import av
from av.audio.resampler import AudioResampler

VOICE_RATE_HERTZ = 48_000
_VOICE_BITS_PER_SECOND = 32_000
# PyAV 19 dropped this keyword and does what it asked for.
_LENIENT: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)
# The same sound gives the same bytes, so the same file_unique_id.
_REPEATABLE = {"fflags": "+bitexact"}
# Nothing but the bytes at hand may be read: a playlist could name other files.
_OPEN_OPTIONS = {"protocol_whitelist": "pipe"}


class Unreadable(Exception):
    """Not a recording that can be read."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file's headers say; 0 where they say nothing."""

    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    has_sound: bool = False
    has_video: bool = False
    is_voice_note: bool = False
    title: str = ""
    performer: str = ""


def inspect(data: bytes) -> Facts:
    """The facts of a sound or video file; all empty when it cannot be read."""
    try:
        with _open(data) as container:
            videos, sounds = container.streams.video, container.streams.audio
            return Facts(
                duration_seconds=(container.duration or 0) / av.time_base,
                width=videos[0].width if videos else 0,
                height=videos[0].height if videos else 0,
                has_sound=bool(sounds),
                has_video=bool(videos),
                is_voice_note=_is_voice_note(container),
                title=container.metadata.get("title", ""),
                performer=container.metadata.get("artist", ""),
            )
    except (av.FFmpegError, ValueError, OverflowError):
        return Facts()


def _open(data: bytes) -> av.container.InputContainer:
    container: av.container.InputContainer = av.open(
        io.BytesIO(data), "r", options=_OPEN_OPTIONS, **_LENIENT
    )
    return container


def _is_voice_note(container: av.container.InputContainer) -> bool:
    sounds = container.streams.audio
    if container.format.name != "ogg" or len(container.streams) != 1 or not sounds:
        return False
    return sounds[0].codec_context.name in ("opus", "libopus") and sounds[0].layout.nb_channels == 1


def to_voice_note(data: bytes) -> tuple[bytes, float]:
    """Any recording as OGG/Opus, 48 kHz, mono, with its seconds. Raises Unreadable.

    What is one already stays as it is, as when a Telegram client recorded it.
    """
    facts = inspect(data)
    if facts.is_voice_note:
        return data, facts.duration_seconds
    return _converted(data)


def _converted(data: bytes) -> tuple[bytes, float]:
    target = io.BytesIO()
    try:
        with _open(data) as source, av.open(target, "w", format="ogg", options=_REPEATABLE) as ogg:
            samples = _transcode(source, ogg)
    except (av.FFmpegError, ValueError, IndexError) as problem:
        raise Unreadable(str(problem)) from None
    if not samples:
        raise Unreadable("there is no sound in it")
    return target.getvalue(), samples / VOICE_RATE_HERTZ


def _transcode(source: av.container.InputContainer, ogg: av.container.OutputContainer) -> int:
    if not source.streams.audio:
        raise Unreadable("there is no sound in it")
    voice = ogg.add_stream("libopus", rate=VOICE_RATE_HERTZ, layout="mono")
    voice.bit_rate = _VOICE_BITS_PER_SECOND
    resampler = AudioResampler(format="s16", layout="mono", rate=VOICE_RATE_HERTZ)
    samples = 0
    for frame in source.decode(source.streams.audio[0]):
        for piece in resampler.resample(frame):
            samples += _encode(piece, samples, voice, ogg)
    for piece in resampler.resample(None):
        samples += _encode(piece, samples, voice, ogg)
    ogg.mux(voice.encode(None))
    return samples


def _encode(
    piece: av.AudioFrame, position: int, voice: av.AudioStream, ogg: av.container.OutputContainer
) -> int:
    piece.pts = position
    ogg.mux(voice.encode(piece))
    return piece.samples
