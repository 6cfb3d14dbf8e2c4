"""The track that can be used, in sound files and in ordinary videos."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from tests.media.sound.test_kinds import NEEDS_BIT_RATE, ONLY_AT, VOICE, assert_is_the_voice
from tests.support.media.voices import SPEECH_RATE_HZ, Samples, audio_frame, tone


def add_track(written: OutputContainer, codec: str) -> AudioStream:
    rate_hz = ONLY_AT.get(codec, 48_000)
    stream = cast(AudioStream, written.add_stream(codec, rate=rate_hz, layout="mono"))
    stream.bit_rate = NEEDS_BIT_RATE.get(codec, stream.bit_rate or 0)
    return stream


def speak(written: OutputContainer, stream: AudioStream, samples: Samples) -> None:
    frame_size = stream.frame_size or 1_024
    resampler = av.AudioResampler(stream.format, stream.layout, stream.rate, frame_size)
    source = audio_frame(samples, SPEECH_RATE_HZ, stream.layout.name)
    for frame in [*resampler.resample(source), *resampler.resample(None)]:
        written.mux(stream.encode(frame))
    written.mux(stream.encode(None))


def tracks(*each: tuple[str, Samples]) -> bytes:
    """A film whose sound tracks are these."""
    target = BytesIO()
    with av.open(target, "w", format="matroska") as written:
        streams = [add_track(written, codec) for codec, _ in each]
        for stream, (_, samples) in zip(streams, each, strict=True):
            speak(written, stream, samples)
    return target.getvalue()


FIRST = {
    "silent": ("aac", np.zeros(96_000, np.float32)),
    "short": ("aac", tone(0.1)),
    "next to silent": ("flac", tone(2.0, amplitude=0.0005)),
}


@pytest.mark.parametrize("first", FIRST)
def test_the_first_track_that_can_be_used_is(first: str) -> None:
    assert_is_the_voice(tracks(FIRST[first], ("aac", VOICE)), alike=0.9)
    assert_is_the_voice(tracks(("aac", VOICE), FIRST[first]), alike=0.9)


FILMS = [
    ("mp4", "libx264", "aac"),
    ("mp4", "libx264", "libopus"),
    ("mov", "libx264", "pcm_s16le"),
    ("mov", "mjpeg", "aac"),
    ("matroska", "libx264", "ac3"),
    ("webm", "libvpx", "libopus"),
    ("avi", "mpeg4", "libmp3lame"),
    ("avi", "mjpeg", "pcm_u8"),
    ("mpegts", "mpeg2video", "mp2"),
    ("mpegts", "libx264", "aac"),
    ("mpeg", "mpeg2video", "mp2"),
    ("vob", "mpeg2video", "ac3"),
    ("flv", "flv", "aac"),
    ("3gp", "mpeg4", "aac"),
    ("asf", "msmpeg4v3", "wmav2"),
]


@pytest.mark.proof
@pytest.mark.parametrize(("container", "pictures", "codec"), FILMS)
def test_a_film_gives_its_sound(container: str, pictures: str, codec: str) -> None:
    target, grey = BytesIO(), np.full((96, 96, 3), 90, np.uint8)
    with av.open(target, "w", format=container) as written:
        shown = cast(VideoStream, written.add_stream(pictures, rate=25))
        shown.width, shown.height = 96, 96
        shown.pix_fmt = "yuvj420p" if pictures == "mjpeg" else "yuv420p"
        spoken = add_track(written, codec)
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=shown.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            written.mux(shown.encode(frame))
        written.mux(shown.encode(None))
        speak(written, spoken, VOICE)
    assert_is_the_voice(target.getvalue())
