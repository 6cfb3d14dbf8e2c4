"""Whether a video that a provider made is what was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from bot.media.errors import VideoUnreadable
from bot.media.exchange import OrderedVideo, ResultFault
from bot.media.video.files import check_whole, open_video, video_stream

_LATE_MILLISECONDS = 500
"""Lengths differ by a frame or two; a syllable takes less than this."""

_PLAYED_CODECS, _PLAYED_PIXELS = frozenset({"h264"}), frozenset({"yuv420p", "yuvj420p"})
"""What every device that runs Telegram plays."""
_PLAYED_SOUND = frozenset({"aac", "mp3", "mp3float"})

_LEAST_DECODED = 0.9
_SILENT = 0.003  # -50 dBFS; the voice that was ordered is levelled
_PIXELS = {"480P": 640 * 480, "720P": 1280 * 720}  # DashScope docs: about so many in all
_MOST_PIXELS_RATIO = 2.0
_MOST_SHAPE_RATIO = 1.1


def examine_result(path: Path, ordered: OrderedVideo) -> tuple[ResultFault, ...]:
    """What is wrong with it; raises VideoUnreadable where it cannot be played at all.

    Of the pictures those are decoded that the others build on.
    """
    check_whole(path)
    with open_video(path) as container:
        stream = video_stream(container)
        heard = _decoded(container, stream)
        seen = (
            (ResultFault.OTHER_CODEC, not _is_played(stream)),
            (ResultFault.OTHER_SIZE, _is_other_size(stream, ordered)),
            (ResultFault.OTHER_SHAPE, _is_other_shape(stream, ordered)),
            (ResultFault.TOO_SHORT, _late(stream, ordered) < -_LATE_MILLISECONDS),
            (ResultFault.TOO_LONG, _late(stream, ordered) > _LATE_MILLISECONDS),
        )
    return (*(fault for fault, is_so in seen if is_so), *heard.faults(ordered))


@dataclass(slots=True)
class _Heard:
    """How long the sound is, and its highest peak (1.0 is full scale)."""

    seconds: float = 0.0
    peak: float = 0.0

    def add(self, frame: AudioFrame) -> None:
        samples = frame.to_ndarray()
        whole = 32_768 if samples.dtype == np.int16 else 1.0
        self.seconds += frame.samples / frame.sample_rate
        self.peak = max(self.peak, float(np.abs(samples).max(initial=0)) / whole)

    def faults(self, ordered: OrderedVideo) -> tuple[ResultFault, ...]:
        if not self.seconds:
            return (ResultFault.NO_SOUND,)
        if self.peak < _SILENT:
            return (ResultFault.SILENT,)
        is_short = self.seconds * 1000 < ordered.milliseconds - _LATE_MILLISECONDS
        return (ResultFault.SHORT_SOUND,) if is_short else ()


def _decoded(container: InputContainer, stream: VideoStream) -> _Heard:
    """The sound; raises VideoUnreadable where much of what the pictures build on is damaged."""
    stream.codec_context.skip_frame = "NONKEY"
    sounds = [
        each for each in container.streams.audio[:1] if each.codec_context.name in _PLAYED_SOUND
    ]
    heard, packets, frames = _Heard(), 0, 0
    for packet in container.demux([stream, *sounds]):
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            decoded = []
        for frame in decoded:
            if isinstance(frame, AudioFrame):
                heard.add(frame)
        if packet.stream_index == stream.index:
            packets += packet.is_keyframe
            frames += len(decoded)
    if frames < max(1, _LEAST_DECODED * packets):
        raise VideoUnreadable
    return heard


def _is_played(stream: VideoStream) -> bool:
    context = stream.codec_context
    return context.name in _PLAYED_CODECS and context.pix_fmt in _PLAYED_PIXELS


def _is_other_size(stream: VideoStream, ordered: OrderedVideo) -> bool:
    pixels, usual = stream.width * stream.height, _PIXELS.get(ordered.resolution)
    return usual is not None and _ratio(pixels, usual) > _MOST_PIXELS_RATIO


def _is_other_shape(stream: VideoStream, ordered: OrderedVideo) -> bool:
    shape = stream.width / stream.height
    return ordered.shape is not None and _ratio(shape, ordered.shape) > _MOST_SHAPE_RATIO


def _ratio(one: float, other: float) -> float:
    return max(one / other, other / one)


def _late(stream: VideoStream, ordered: OrderedVideo) -> float:
    """By how many milliseconds its pictures last longer than was ordered."""
    if stream.duration is None or stream.time_base is None:
        return 0
    return float(stream.duration * stream.time_base * 1000) - ordered.milliseconds
