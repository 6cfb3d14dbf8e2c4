"""Pictures and a sound into an MP4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples
from bot.media.video.mp4 import MADE_OF_RGB, add_pictures, new_mp4

_SOUND_RATE_HZ = 48_000  # every phone plays it; some refuse AAC at 16 kHz
_SOUND_BITS_PER_SECOND = 96_000


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """What a video's pictures are, and what it says of itself; `x264` are the encoder's options."""

    width: int
    height: int
    rate: Fraction
    x264: Mapping[str, str]
    colors: Mapping[str, int] = field(default_factory=MADE_OF_RGB.copy)
    metadata: Mapping[str, str] = field(default_factory=dict)


class VideoWriter:
    """Writes H.264 (4:2:0) and AAC, picture by picture, the sound in between.

    `with` closes the file, or leaves a broken one on an error.
    """

    def __init__(self, target: Path, video_format: VideoFormat, sound: Samples) -> None:
        self._container = new_mp4(target, video_format.metadata)
        self._rate = video_format.rate
        self._count = 0
        size = video_format.width, video_format.height
        self._video = add_pictures(
            self._container, size, self._rate, video_format.x264, video_format.colors
        )
        self._audio: Any = self._container.add_stream("aac", rate=_SOUND_RATE_HZ, layout="mono")
        self._audio.bit_rate = _SOUND_BITS_PER_SECOND
        self._sound = self._encoded(sound)
        self._next = next(self._sound, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._video.encode(None))
            self._mux_sound_until(None)
        self._container.close()

    def add(self, planes: Pixels) -> None:
        """Append one frame, as the planes of YUV 4:2:0 below one another."""
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = self._count, 1 / self._rate
        self._count += 1
        self._container.mux(self._video.encode(frame))
        self._mux_sound_until(self._count / self._rate)

    def _mux_sound_until(self, seconds: Fraction | None) -> None:
        while self._next and (seconds is None or _starts(self._next) < seconds):
            self._container.mux(self._next)
            self._next = next(self._sound, None)

    def _encoded(self, sound: Samples) -> Iterator[Any]:
        """Packet by packet, as they are asked for; the encoder resamples what it is given."""
        for given in chain(_in_frames(sound), [None]):
            yield from self._audio.encode(given)


def _in_frames(sound: Samples) -> Iterator[av.AudioFrame]:
    for begin in range(0, len(sound), SAMPLE_RATE_HZ):
        second = np.ascontiguousarray(sound[begin : begin + SAMPLE_RATE_HZ])
        frame = av.AudioFrame.from_ndarray(second[None, :], "fltp", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, begin
        yield frame


def _starts(packet: Any) -> Fraction:
    return Fraction((packet.pts or 0) * packet.time_base)
