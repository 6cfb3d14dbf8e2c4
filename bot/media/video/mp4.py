"""Writing an MP4: what every one of them has, and that nobody sees it half written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bot.media.video.files import video_stream

_MUXING = {"movflags": "use_metadata_tags+faststart"}
_FILE_TYPE_KEYS = frozenset({"major_brand", "minor_version", "compatible_brands"})
_FRAMES_PER_SECOND = 25  # where a file does not say
_COLORS = ("color_range", "colorspace", "color_primaries", "color_trc")

MADE_OF_RGB = {"color_range": 1, "colorspace": 6}
"""What PyAV and OpenCV make of RGB: limited range, the matrix of BT.601 (SMPTE 170M in H.273)."""


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """A file beside `target`, to be written inside, which then takes its place in one step."""
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def new_mp4(target: Path, metadata: Mapping[str, str]) -> OutputContainer:
    """An MP4 that plays while it loads, with what another one says of itself."""
    written = av.open(str(target), "w", format="mp4", options=_MUXING)
    written.metadata.update({k: v for k, v in metadata.items() if k not in _FILE_TYPE_KEYS})
    return written


def colors_of(stream: VideoStream) -> dict[str, int]:
    """How its numbers are to be taken for colours, in those of H.273."""
    return {name: int(getattr(stream.codec_context, name)) for name in _COLORS}


def rate_of(stream: VideoStream) -> Fraction:
    """Its pictures a second."""
    return Fraction(stream.average_rate or _FRAMES_PER_SECOND)


def add_pictures(
    written: OutputContainer,
    size: tuple[int, int],
    rate: Fraction,
    options: Mapping[str, str],
    colors: Mapping[str, int],
) -> VideoStream:
    """A stream of H.264 (4:2:0) in a new file; `options` are those of x264."""
    stream = written.add_stream("libx264", rate, options={"preset": "veryfast", **options})
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    for name, value in colors.items():
        setattr(stream.codec_context, name, value)
    return stream


def encode_anew(
    source: InputContainer,
    target: Path,
    size: tuple[int, int],
    options: Mapping[str, str],
    changed: Callable[[VideoFrame], VideoFrame],
    **colors: int,
) -> None:
    """Each picture changed, to this size, and encoded; the sound packet by packet as it is.

    `options` are those of x264; `colors` what `changed` makes other than the source's colours are.
    Raises VideoUnreadable.
    """
    picture = video_stream(source)
    with new_mp4(target, source.metadata) as written:
        shown = {**colors_of(picture), **colors}
        stream = add_pictures(written, size, rate_of(picture), options, shown)
        sounds = source.streams.audio[:1]
        twins = {sound.index: written.add_stream_from_template(sound) for sound in sounds}
        for packet in source.demux([picture, *sounds]):
            if packet.stream_index == picture.index:
                frames = (frame for frame in packet.decode() if isinstance(frame, VideoFrame))
                for frame in frames:
                    written.mux(stream.encode(changed(frame)))
            elif packet.dts is not None:  # not the empty packet that ends a stream
                packet.stream = twins[packet.stream_index]
                written.mux(packet)
        written.mux(stream.encode(None))
