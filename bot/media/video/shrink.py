"""A video made smaller, for a messenger that takes files up to some size only."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.video.files import check_whole, open_video, video_stream
from bot.media.video.mp4 import encode_anew, rate_of, whole_or_nothing
from bot.media.video.stamp import stamp_label

_OVERHEAD = 0.9
"""The share of the file left to picture and sound, and to an encoder that overshoots."""

_ATTEMPTS = 3
_SOUND_BITS_PER_SECOND = 128_000
_LEAST_BITS_PER_SECOND = 60_000
_LEAST_BITS_PER_PIXEL = 0.04
"""Below that H.264 shows blocks: fewer pixels look better."""


def shrink_video(source: Path, target: Path, limit_bytes: int, produce_id: str) -> None:
    """Encode anew so that it fits into `limit_bytes`; the sound stays, and so does the AI label.

    `target` appears whole or not at all. Raises MediaNotMade, and VideoUnreadable for a bad source.
    """
    check_whole(source)
    with whole_or_nothing(target) as part:
        _shrink_until_it_fits(source, part, limit_bytes, produce_id)


def _shrink_until_it_fits(source: Path, part: Path, limit_bytes: int, produce_id: str) -> None:
    budget_bytes = float(limit_bytes)
    for _ in range(_ATTEMPTS):
        _encode(source, part, budget_bytes)
        stamp_label(part, part, produce_id=produce_id)
        if part.stat().st_size <= limit_bytes:
            return
        budget_bytes *= 0.9 * limit_bytes / part.stat().st_size
    raise MediaNotMade(f"it does not fit into {limit_bytes} bytes")


def _encode(source: Path, part: Path, budget_bytes: float) -> None:
    with open_video(source) as container:
        size, bits_per_second = _plan(container, budget_bytes)
        options = {"b": str(bits_per_second)}
        encode_anew(container, part, size, options, lambda frame: frame.reformat(*size, "yuv420p"))


def _plan(container: InputContainer, budget_bytes: float) -> tuple[tuple[int, int], int]:
    """The size of the pictures, and the bits for a second of them."""
    stream = video_stream(container)
    if not container.duration:
        raise VideoUnreadable
    seconds = container.duration / av.time_base
    sound = _sound_bits_per_second(container)
    bits_per_second = budget_bytes * 8 * _OVERHEAD / seconds - sound
    if bits_per_second < _LEAST_BITS_PER_SECOND:
        raise MediaNotMade(f"{bits_per_second:.0f} bits a second are left for the picture")
    wanted = stream.width * stream.height * float(rate_of(stream)) * _LEAST_BITS_PER_PIXEL
    scale = min(1.0, (bits_per_second / wanted) ** 0.5)
    return (_even(stream.width * scale), _even(stream.height * scale)), int(bits_per_second)


def _sound_bits_per_second(container: InputContainer) -> int:
    streams = container.streams.audio
    return (streams[0].bit_rate or _SOUND_BITS_PER_SECOND) if streams else 0


def _even(pixels: float) -> int:
    return max(2, int(pixels) // 2 * 2)
