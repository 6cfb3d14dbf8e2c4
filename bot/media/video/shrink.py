"""A video made smaller, for a messenger that takes files up to some size only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from bot.media.video.errors import CannotShrink, VideoUnreadable
from bot.media.video.files import check_whole, open_video, video_stream
from bot.media.video.stamp import stamp_label

_OVERHEAD = 0.9
"""The share of the file left to picture and sound, and to an encoder that overshoots."""

_ATTEMPTS = 3
_SOUND_BITS_PER_SECOND = 128_000
_LEAST_BITS_PER_SECOND = 60_000
_LEAST_BITS_PER_PIXEL = 0.04
"""Below that H.264 shows blocks: fewer pixels look better."""

_FRAMES_PER_SECOND = 25
_MUXING = {"movflags": "use_metadata_tags"}
_FILE_TYPE_KEYS = frozenset({"major_brand", "minor_version", "compatible_brands"})


@dataclass(frozen=True, slots=True)
class _Plan:
    width: int
    height: int
    bits_per_second: int


def shrink_video(source: Path, target: Path, *, limit_bytes: int, produce_id: str) -> None:
    """Encode anew so that it fits into `limit_bytes`; the sound stays, and so does the AI label.

    `target` appears whole or not at all. Raises CannotShrink, and VideoUnreadable for a bad source.
    """
    check_whole(source)
    part = target.with_name(f"{target.name}.shrinking")
    budget_bytes = float(limit_bytes)
    try:
        for _ in range(_ATTEMPTS):
            _encode(source, part, budget_bytes)
            stamp_label(part, part, produce_id=produce_id)
            if part.stat().st_size <= limit_bytes:
                part.replace(target)
                return
            budget_bytes *= 0.9 * limit_bytes / part.stat().st_size
    finally:
        part.unlink(missing_ok=True)
    raise CannotShrink(f"it does not fit into {limit_bytes} bytes")


def _encode(source: Path, part: Path, budget_bytes: float) -> None:
    with (
        open_video(source) as container,
        av.open(str(part), "w", format="mp4", options=_MUXING) as small,
    ):
        for key, value in container.metadata.items():
            if key not in _FILE_TYPE_KEYS:
                small.metadata[key] = value
        _copy(container, small, _plan(container, budget_bytes))


def _plan(container: InputContainer, budget_bytes: float) -> _Plan:
    stream = video_stream(container)
    if not container.duration:
        raise VideoUnreadable
    seconds = container.duration / av.time_base
    sound = _sound_bits_per_second(container)
    bits_per_second = budget_bytes * 8 * _OVERHEAD / seconds - sound
    if bits_per_second < _LEAST_BITS_PER_SECOND:
        raise CannotShrink(f"{bits_per_second:.0f} bits a second are left for the picture")
    wanted = stream.width * stream.height * _rate(stream) * _LEAST_BITS_PER_PIXEL
    scale = min(1.0, (bits_per_second / wanted) ** 0.5)
    return _Plan(_even(stream.width * scale), _even(stream.height * scale), int(bits_per_second))


def _sound_bits_per_second(container: InputContainer) -> int:
    streams = container.streams.audio
    return (streams[0].bit_rate or _SOUND_BITS_PER_SECOND) if streams else 0


def _rate(stream: VideoStream) -> float:
    return float(stream.average_rate or _FRAMES_PER_SECOND)


def _even(pixels: float) -> int:
    return max(2, int(pixels) // 2 * 2)


def _copy(container: InputContainer, small: OutputContainer, plan: _Plan) -> None:
    """The picture encoded anew, the sound packet by packet as it is."""
    picture = video_stream(container)
    rate = picture.average_rate or _FRAMES_PER_SECOND
    smaller = small.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
    smaller.width, smaller.height, smaller.pix_fmt = plan.width, plan.height, "yuv420p"
    smaller.bit_rate = plan.bits_per_second
    sounds = container.streams.audio[:1]
    twins = {sound.index: small.add_stream_from_template(sound) for sound in sounds}
    for packet in container.demux([picture, *sounds]):
        if packet.stream_index != picture.index:
            if packet.dts is not None:
                packet.stream = twins[packet.stream_index]
                small.mux(packet)
            continue
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                resized = frame.reformat(plan.width, plan.height, "yuv420p")
                small.mux(smaller.encode(resized))
    small.mux(smaller.encode(None))
