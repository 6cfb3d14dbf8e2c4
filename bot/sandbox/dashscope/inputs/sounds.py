"""Judging a sound by its bytes: type, size, length; and making it a plain WAV."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast

import av
import av.container

from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.models import VideoModel

MAXIMUM_SOUND_BYTES = 15 * 1024 * 1024
"""DashScope docs: under 15 MB."""

_ALLOWED_SUFFIXES = ("", ".wav", ".mp3")
_DECODERS = {"wav": "pcm_", "mp3": "mp3"}
_PYAV_MAJOR = int(av.__version__.split(".")[0])
_SAFE_OPTIONS = {"protocol_whitelist": "pipe", "format_whitelist": "wav,mp3"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound that passed, as mono 16-bit WAV."""

    wav: bytes
    milliseconds: int


def read_sound(data: bytes, url: str, model: VideoModel) -> Sound:
    """Decode a sound for a model. Raises Refused with the documented messages."""
    if len(data) >= MAXIMUM_SOUND_BYTES:
        raise _refused("File size is larger than 15MB.")
    if PurePosixPath(url.partition("?")[0]).suffix.lower() not in _ALLOWED_SUFFIXES:
        raise _wrong_type()
    return _decode(data, _container(data), model)


def _container(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        return "mp3"
    raise _wrong_type()


def _decode(data: bytes, container_format: str, model: VideoModel) -> Sound:
    try:
        with _open(data, container_format) as container:
            return _collect(container, container_format, model)
    except (av.FFmpegError, ValueError):
        raise _wrong_type() from None


def _open(data: bytes, container_format: str) -> av.container.InputContainer:
    # PyAV below 19 raises on tags that are not UTF-8 unless told; 19 has no such argument.
    tags: dict[str, Any] = {"metadata_errors": "replace"} if _PYAV_MAJOR < 19 else {}
    source = io.BytesIO(data)
    opened = av.open(source, "r", format=container_format, options=_SAFE_OPTIONS, **tags)
    return cast(av.container.InputContainer, opened)


def _collect(
    container: av.container.InputContainer, container_format: str, model: VideoModel
) -> Sound:
    streams = container.streams.audio
    if not streams or not streams[0].codec_context.name.startswith(_DECODERS[container_format]):
        raise _wrong_type()
    rate = streams[0].codec_context.sample_rate
    samples = bytearray()
    for chunk in _mono(container, rate):
        samples += chunk
        if len(samples) // 2 * 1000 >= model.sound_limit_milliseconds * rate:
            raise _refused(
                f"The input audio is longer than {model.sound_limit_milliseconds // 1000}s"
            )
    if not samples:
        raise _wrong_type()
    return Sound(_wav(bytes(samples), rate), round(len(samples) / 2 * 1000 / rate))


def _mono(container: av.container.InputContainer, rate: int) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    for frame in container.decode(audio=0):
        for part in resampler.resample(frame):
            yield part.to_ndarray().tobytes()
    for part in resampler.resample(None):
        yield part.to_ndarray().tobytes()


def _wav(samples: bytes, rate: int) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples)
    return target.getvalue()


def _wrong_type() -> Refused:
    return _refused("File type is not supported. Allowed types are: .wav, .mp3.")


def _refused(message: str) -> Refused:
    return Refused(400, "InvalidURL", message)
