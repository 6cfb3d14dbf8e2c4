"""A finished video: whether it plays, and what it is."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from bot.media.exchange import VideoFacts
from bot.media.video.errors import VideoUnreadable
from bot.media.video.files import check_whole, open_video, video_stream


def inspect_video(path: Path) -> VideoFacts:
    """Return a video's facts; raises VideoUnreadable if it is none or is cut short.

    The first frame is decoded, the rest is read through: 20 ms for ten seconds of video.
    """
    check_whole(path)
    with open_video(path) as container:
        stream = video_stream(container)
        frame = next(container.decode(stream), None)
        if frame is None:
            raise VideoUnreadable
        return VideoFacts(
            width=frame.width,
            height=frame.height,
            duration_milliseconds=_duration_milliseconds(container, stream),
            frames_per_second=float(stream.average_rate or 0),
            has_sound=bool(container.streams.audio),
            size_bytes=path.stat().st_size,
        )


def _duration_milliseconds(container: InputContainer, stream: VideoStream) -> int:
    if container.duration is not None:
        return round(container.duration / 1000)
    if stream.duration is None or stream.time_base is None:
        raise VideoUnreadable
    return round(stream.duration * stream.time_base * 1000)
