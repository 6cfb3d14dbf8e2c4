"""Videos of one face joined into one, under one sound that runs through without a seam.

The pictures of each task are laid where its span of the voice is, to the nearest frame, however
long its file turned out to be: lips cannot drift from one to the next. At a seam, which is in a
pause, one face fades into the other within a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from math import ceil
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from bot.media.errors import VideoUnreadable
from bot.media.exchange import TaskVideo
from bot.media.picture.faces import Pixels
from bot.media.sound.audio_segment import AudioSegment, samples_of
from bot.media.sound.frames import gathered
from bot.media.sound.samples import SAMPLE_RATE_HZ, SAMPLES_PER_MILLISECOND, Samples
from bot.media.video.files import open_video, video_stream
from bot.media.video.mp4 import colors_of, whole_or_nothing
from bot.media.video.stamp import stamp_label
from bot.media.video.writer import VideoFormat, VideoWriter

_X264 = {"crf": "18"}
_FADE = Fraction(1, 10)


def join_and_label(
    videos: tuple[TaskVideo, ...], sound_wav: bytes | None, target: Path, produce_id: str
) -> None:
    """As `join_videos`, and labelled; raises MediaNotMade too."""
    with whole_or_nothing(target) as part:
        join_videos(videos, sound_wav, part)
        stamp_label(part, part, produce_id=produce_id)


def join_videos(videos: Sequence[TaskVideo], sound_wav: bytes | None, target: Path) -> None:
    """Write one MP4 of them all, with these spans of the sound; None: with the videos' own.

    It has the size, the frame rate and the metadata of the first. Raises VideoUnreadable.
    """
    with open_video(videos[0].source) as container:
        shape = _format_of(container)
    sound = _own_sound(videos) if sound_wav is None else _spans(sound_wav, videos)
    with VideoWriter(target, shape, sound) as writer:
        for picture in _pictures(videos, shape):
            writer.add(picture)


def _format_of(container: InputContainer) -> VideoFormat:
    stream = video_stream(container)
    if not stream.average_rate:
        raise VideoUnreadable
    context = stream.codec_context
    return VideoFormat(
        context.width,
        context.height,
        Fraction(stream.average_rate),
        _X264,
        colors_of(stream),
        container.metadata,
    )


def _pictures(videos: Sequence[TaskVideo], shape: VideoFormat) -> Iterator[Pixels]:
    """A picture for each frame of the joined video."""
    begin = Fraction(0)
    last: Pixels | None = None
    for video in videos:
        end = begin + video.seconds
        times = [
            Fraction(frame) / shape.rate - begin
            for frame in range(ceil(begin * shape.rate), ceil(end * shape.rate))
        ]
        fading, since = last, Fraction(0)
        for moment, picture in zip(times, _shown(video.source, times, shape), strict=True):
            last = picture
            since = moment + 1 / shape.rate
            yield picture if fading is None else _faded(fading, picture, since / (2 * _FADE))
        begin = end


def _faded(old: Pixels, new: Pixels, share: Fraction) -> Pixels:
    """The new picture, with what is left of the old one."""
    if share >= 1:
        return new
    weight = float(share)
    return np.rint(old * (1 - weight) + new * weight).astype(np.uint8)


def _shown(source: Path, times: Sequence[Fraction], shape: VideoFormat) -> Iterator[Pixels]:
    """The picture nearest to each moment, in seconds from the beginning; the last one stays."""
    item = 1 / shape.rate / 2
    with open_video(source) as container:
        frames = _timed(container, video_stream(container))
        _, shown = next(frames, (Fraction(0), None))
        if shown is None:
            raise VideoUnreadable
        following = next(frames, None)
        planes: Pixels | None = None
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


def _planes(frame: av.VideoFrame, shape: VideoFormat) -> Pixels:
    fitting = frame.reformat(shape.width, shape.height, "yuv420p")
    return np.asarray(fitting.to_ndarray(), np.uint8)


def _spans(sound_wav: bytes, videos: Sequence[TaskVideo]) -> Samples:
    whole = samples_of(AudioSegment.from_wav(BytesIO(sound_wav)))
    bounds = [[at * SAMPLES_PER_MILLISECOND for at in video.span] for video in videos]
    return np.concatenate([whole[begin:end] for begin, end in bounds])


def _own_sound(videos: Sequence[TaskVideo]) -> Samples:
    """What the videos play themselves, each fitted to its length."""
    return np.concatenate([_fitted(sound_of(video.source), video) for video in videos])


def _fitted(samples: Samples, video: TaskVideo) -> Samples:
    length = int(video.seconds * SAMPLE_RATE_HZ)
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def sound_of(source: Path) -> Samples:
    """What a video plays; none where it has no sound. Raises VideoUnreadable, SoundRefused."""
    with open_video(source) as container:
        has_sound = bool(container.streams.audio)
        return gathered(container.decode(audio=0) if has_sound else ())
