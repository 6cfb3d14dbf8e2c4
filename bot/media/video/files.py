"""Opening a video that came over the network, and what is wrong when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from bot.media.errors import VideoUnreadable
from bot.media.exchange import VideoFacts
from bot.media.sound.containers import TAGS

CODECS = frozenset({"h264", "hevc", "mpeg4", "av1", "libdav1d", "vp9"})
"""The video decoders that may be handed a stranger's bytes."""

MAXIMUM_PIXELS = 4096 * 4096
"""A frame of more pixels is refused before it is decoded."""

BY_INDEX = {"probesize": "32"}
"""FFmpeg decodes no frame to learn what the index leaves open."""

_ENOUGH_BY_INDEX = frozenset({"h264", "aac"})
"""What can be decoded and copied by what the index says of it."""


@contextmanager
def open_video(path: Path, **options: str) -> Iterator[InputContainer]:
    """Open an MP4; what turns out unreadable inside the `with` becomes VideoUnreadable.

    `options` are those of FFmpeg's demuxer. The file is read through Python, so nothing in it can
    make the library open another one. A missing file or a failing disk stays an OSError.
    """
    with path.open("rb") as file:
        try:
            with av.open(file, "r", format="mp4", options=options, **TAGS) as container:
                yield container
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError) as error:
            raise VideoUnreadable from error
        except OSError as error:
            if error.errno != EINVAL:  # the index points to before the file's beginning
                raise
            raise VideoUnreadable from error


def video_stream(container: InputContainer) -> VideoStream:
    """Return the stream of pictures; raises VideoUnreadable if there is none to be trusted."""
    streams = container.streams.video
    if not streams or streams[0].codec_context is None:
        raise VideoUnreadable
    context = streams[0].codec_context
    if context.name not in CODECS or not 0 < context.width * context.height <= MAXIMUM_PIXELS:
        raise VideoUnreadable
    return streams[0]


def check_whole(path: Path) -> dict[str, str]:
    """Raise VideoUnreadable unless every packet of a video is there; return what opens it quickest.

    A file that begins with its index opens and starts even when its end is missing. Cuts by an
    edit list are looked through, since they leave packets out on purpose. Under 1 ms.
    """
    try:
        return _options_of_whole(path)
    except MemoryError as error:  # reading packets takes next to none: a damaged one asks for it
        raise VideoUnreadable from error


def _options_of_whole(path: Path) -> dict[str, str]:
    with open_video(path, ignore_editlist="1", **BY_INDEX) as container:
        left = {stream.index: stream.frames for stream in container.streams.get()}
        for packet in container.demux():
            if packet.is_corrupt:
                raise VideoUnreadable
            left[packet.stream_index] -= packet.dts is not None
        if any(missing > 0 for missing in left.values()):
            raise VideoUnreadable
        is_enough = all(_is_known(stream) for stream in container.streams)
    return BY_INDEX if is_enough else {}


def _is_known(stream: Stream) -> bool:
    context = stream.codec_context
    return context is not None and context.name in _ENOUGH_BY_INDEX and bool(context.extradata)


def inspect_video(path: Path) -> VideoFacts:
    """Return a video's facts; raises VideoUnreadable if it is none or is cut short.

    The first frame is decoded, the rest is read through: 20 ms for ten seconds of video.
    """
    with open_video(path, **check_whole(path)) as container:
        stream = video_stream(container)
        if next(container.decode(stream), None) is None:
            raise VideoUnreadable
        return facts_of(container, path)


def facts_of(container: InputContainer, path: Path) -> VideoFacts:
    """The facts of a video of which a frame was decoded; raises VideoUnreadable."""
    stream = video_stream(container)
    return VideoFacts(
        width=stream.width,
        height=stream.height,
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
