"""Whether a video that a provider made is what was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from bot.media.errors import VideoUnreadable
from bot.media.exchange import PIXELS, OrderedVideo, ResultFault
from bot.media.video.files import video_stream
from bot.media.video.stamp import Packets, stamp_and_look

_LATE_MILLISECONDS = 500
"""Lengths differ by a frame or two; a syllable takes less than this."""

_PLAYED_CODECS, _PLAYED_PIXELS = frozenset({"h264"}), frozenset({"yuv420p", "yuvj420p"})
"""What every device that runs Telegram plays."""
_PLAYED_SOUND = frozenset({"aac", "mp3", "mp3float"})

_LEAST_DECODED = 0.9
_SILENT = 0.003  # -50 dBFS; the voice that was ordered is levelled
_MOST_PIXELS_RATIO = 2.0
_MOST_SHAPE_RATIO = 1.1


def label_result(
    raw: Path, target: Path, produce_id: str, ordered: OrderedVideo
) -> tuple[ResultFault, ...]:
    """Copy it to `target` with the AI label, as `stamp_label` does; what is wrong with it.

    Of its pictures those are decoded that the others build on.
    """
    faults: list[ResultFault] = []

    def look(container: InputContainer, packets: Packets) -> Packets:
        heard = _Heard()
        yield from _decoded(video_stream(container), packets, heard)
        faults.extend([*_seen(video_stream(container), ordered), *heard.faults(ordered)])

    stamp_and_look(raw, target, produce_id, look)
    return tuple(faults)


def _seen(stream: VideoStream, ordered: OrderedVideo) -> list[ResultFault]:
    late = _late(stream, ordered)
    seen = {
        ResultFault.OTHER_CODEC: not _is_played(stream),
        ResultFault.OTHER_SIZE: _is_other_size(stream, ordered),
        ResultFault.OTHER_SHAPE: _is_other_shape(stream, ordered),
        ResultFault.TOO_SHORT: late < -_LATE_MILLISECONDS,
        ResultFault.TOO_LONG: late > _LATE_MILLISECONDS,
    }
    return [fault for fault, is_so in seen.items() if is_so]


@dataclass(slots=True)
class _Heard:
    """How long the sound is, and its first peak that is no silence (1.0 is full scale)."""

    seconds: float = 0.0
    peak: float = 0.0

    def add(self, frame: AudioFrame) -> None:
        self.seconds += frame.samples / frame.sample_rate
        if self.peak < _SILENT:
            samples = frame.to_ndarray()
            whole = 32_768 if samples.dtype == np.int16 else 1.0
            self.peak = float(np.abs(samples).max(initial=0)) / whole

    def faults(self, ordered: OrderedVideo) -> tuple[ResultFault, ...]:
        if not self.seconds:
            return (ResultFault.NO_SOUND,)
        if self.peak < _SILENT:
            return (ResultFault.SILENT,)
        is_short = self.seconds * 1000 < ordered.milliseconds - _LATE_MILLISECONDS
        return (ResultFault.SHORT_SOUND,) if is_short else ()


def _decoded(stream: VideoStream, packets: Packets, heard: _Heard) -> Packets:
    """Raises VideoUnreadable where much of what the pictures build on is damaged."""
    stream.codec_context.skip_frame = "NONKEY"
    keys = frames = 0
    for packet in packets:
        decoded = _frames_of(packet)
        if packet.stream_index == stream.index:
            keys += packet.is_keyframe
            frames += len(decoded)
        for frame in decoded:
            if isinstance(frame, AudioFrame):
                heard.add(frame)
        yield packet
    if frames < max(1, _LEAST_DECODED * keys):
        raise VideoUnreadable


def _frames_of(packet: Packet[Any]) -> list[Any]:
    """None of a damaged one, nor of a sound that not every device plays."""
    if isinstance(packet.stream, AudioStream) and not _is_played_sound(packet.stream):
        return []
    try:
        return packet.decode()
    except av.FFmpegError:
        return []


def _is_played(stream: VideoStream) -> bool:
    context = stream.codec_context
    return context.name in _PLAYED_CODECS and context.pix_fmt in _PLAYED_PIXELS


def _is_played_sound(stream: AudioStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in _PLAYED_SOUND


def _is_other_size(stream: VideoStream, ordered: OrderedVideo) -> bool:
    pixels, usual = stream.width * stream.height, PIXELS.get(ordered.resolution)
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
