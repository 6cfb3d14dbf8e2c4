"""Videos of one face joined into one, under one sound that runs through without a seam.

The pictures of each part are laid where its piece of the sound is, to the nearest frame, however
long its file turned out to be: lips cannot drift from part to part. At a seam, which is in a
pause, one face fades into the other within a tenth of a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from bot.media.exchange import VideoPart
from bot.media.sound.audio_segment import AudioSegment, samples_of
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples
from bot.media.video.errors import VideoUnreadable
from bot.media.video.files import open_video, video_stream

_SOUND_RATE_HZ = 48_000  # every phone plays it; some refuse AAC at 16 kHz
_SOUND_BITS_PER_SECOND = 96_000
_X264 = {"preset": "veryfast", "crf": "18"}
_MUXING = {"movflags": "use_metadata_tags+faststart"}
_FILE_TYPE_KEYS = frozenset({"major_brand", "minor_version", "compatible_brands"})
_FADE = Fraction(1, 10)

Planes = npt.NDArray[np.uint8]


def join_videos(parts: Sequence[VideoPart], sound_wav: bytes | None, target: Path) -> None:
    """Write one MP4 of them all, with these spans of the sound; None: with the parts' own.

    It has the size, the frame rate and the metadata of the first. Raises VideoUnreadable.
    """
    with open_video(parts[0].source) as container:
        shape = _Shape.of(container)
    sound = _own_sound(parts) if sound_wav is None else _spans(sound_wav, parts)
    with _Film(target, shape, sound) as film:
        for picture in _pictures(parts, shape):
            film.add(picture)


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    height: int
    rate: Fraction
    color_range: int
    colorspace: int
    metadata: dict[str, str]

    @classmethod
    def of(cls, container: InputContainer) -> _Shape:
        stream = video_stream(container)
        if not stream.average_rate:
            raise VideoUnreadable
        context = stream.codec_context
        return cls(
            context.width,
            context.height,
            Fraction(stream.average_rate),
            context.color_range,
            context.colorspace,
            {k: v for k, v in container.metadata.items() if k not in _FILE_TYPE_KEYS},
        )


def _pictures(parts: Sequence[VideoPart], shape: _Shape) -> Iterator[Planes]:
    """A picture for each frame of the whole."""
    begin = Fraction(0)
    last: Planes | None = None
    for part in parts:
        end = begin + part.seconds
        times = [
            Fraction(frame) / shape.rate - begin
            for frame in range(ceil(begin * shape.rate), ceil(end * shape.rate))
        ]
        fading, since = last, Fraction(0)
        for moment, picture in zip(times, _shown(part.source, times, shape), strict=True):
            last = picture
            since = moment + 1 / shape.rate
            yield picture if fading is None else _faded(fading, picture, since / (2 * _FADE))
        begin = end


def _faded(old: Planes, new: Planes, share: Fraction) -> Planes:
    """The new picture, with what is left of the old one."""
    if share >= 1:
        return new
    weight = float(share)
    return np.rint(old * (1 - weight) + new * weight).astype(np.uint8)


def _shown(source: Path, times: Sequence[Fraction], shape: _Shape) -> Iterator[Planes]:
    """The picture nearest to each moment, in seconds from the beginning; the last one stays."""
    item = 1 / shape.rate / 2
    with open_video(source) as container:
        frames = _timed(container, video_stream(container))
        _, shown = next(frames, (Fraction(0), None))
        if shown is None:
            raise VideoUnreadable
        following = next(frames, None)
        planes: Planes | None = None
        for moment in times:
            while following is not None and following[0] - item <= moment:
                shown, planes = following[1], None
                following = next(frames, None)
            if planes is None:
                planes = _planes(shown, shape)
            yield planes


def _timed(
    container: InputContainer, stream: VideoStream
) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    first: int | None = None
    for frame in container.decode(stream):
        if frame.pts is None or frame.time_base is None:
            raise VideoUnreadable
        first = frame.pts if first is None else first
        yield (frame.pts - first) * frame.time_base, frame


def _planes(frame: av.VideoFrame, shape: _Shape) -> Planes:
    fitting = frame.reformat(shape.width, shape.height, "yuv420p")
    return np.asarray(fitting.to_ndarray(), np.uint8)


def _spans(sound_wav: bytes, parts: Sequence[VideoPart]) -> Samples:
    whole = samples_of(AudioSegment.from_wav(BytesIO(sound_wav)))
    per_millisecond = SAMPLE_RATE_HZ // 1000
    return np.concatenate(
        [whole[p.span[0] * per_millisecond : p.span[1] * per_millisecond] for p in parts]
    )


def _own_sound(parts: Sequence[VideoPart]) -> Samples:
    """What the parts' videos play, each fitted to its length."""
    return np.concatenate([_fitted(_sound_of(part.source), part) for part in parts])


def _fitted(samples: Samples, part: VideoPart) -> Samples:
    length = int(part.seconds * SAMPLE_RATE_HZ)
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _sound_of(source: Path) -> Samples:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
    with open_video(source) as container:
        if not container.streams.audio:
            return np.zeros(0, np.float32)
        decoded = [*container.decode(audio=0), None]
        chunks = [chunk.to_ndarray()[0] for frame in decoded for chunk in resampler.resample(frame)]
    return np.concatenate(chunks) if chunks else np.zeros(0, np.float32)


class _Film:
    """Writes H.264 and AAC, picture by picture; `with` closes the file."""

    def __init__(self, target: Path, shape: _Shape, sound: Samples) -> None:
        self._container = av.open(str(target), "w", format="mp4", options=_MUXING)
        self._container.metadata.update(shape.metadata)
        self._rate = shape.rate
        self._count = 0
        self._video = self._container.add_stream("libx264", rate=shape.rate, options=_X264)
        self._video.width, self._video.height = shape.width, shape.height
        self._video.pix_fmt = "yuv420p"
        self._video.codec_context.color_range = shape.color_range
        self._video.codec_context.colorspace = shape.colorspace
        self._audio: Any = self._container.add_stream("aac", rate=_SOUND_RATE_HZ, layout="mono")
        self._audio.bit_rate = _SOUND_BITS_PER_SECOND
        self._sound = deque(self._encoded(sound))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._video.encode(None))
            self._mux_sound_until(None)
        self._container.close()

    def add(self, picture: Planes) -> None:
        """Append one frame."""
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = self._count, 1 / self._rate
        self._count += 1
        self._container.mux(self._video.encode(frame))
        self._mux_sound_until(self._count / self._rate)

    def _mux_sound_until(self, seconds: Fraction | None) -> None:
        while self._sound and (seconds is None or _starts(self._sound[0]) < seconds):
            self._container.mux(self._sound.popleft())

    def _encoded(self, sound: Samples) -> list[Any]:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=_SOUND_RATE_HZ)
        whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound)[None, :], "fltp", "mono")
        whole.sample_rate, whole.pts = SAMPLE_RATE_HZ, 0
        chunks = [chunk for given in (whole, None) for chunk in resampler.resample(given)]
        return [packet for chunk in [*chunks, None] for packet in self._audio.encode(chunk)]


def _starts(packet: Any) -> Fraction:
    return Fraction((packet.pts or 0) * packet.time_base)
