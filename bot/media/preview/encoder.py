"""Frames and sound into an MP4 that plays while it loads."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np

from bot.media.picture.faces import Pixels
from bot.media.preview.sound import Sound

_AUDIO_BITS_PER_SECOND = 64_000
_AUDIO_RATE_HERTZ = 48_000  # every phone plays it; some refuse AAC at 16 kHz
_BT601 = 6  # the colour matrix that OpenCV converts with (SMPTE 170M in H.273)
_LIMITED_RANGE = 1
_X264 = {"preset": "veryfast", "crf": "21", "tune": "zerolatency"}


class Encoder:
    """Writes H.264 (4:2:0) and AAC; `with` closes the file, or leaves a broken one on an error."""

    def __init__(self, target: Path, size: tuple[int, int], rate: int, sound: Sound) -> None:
        self._container = av.open(
            str(target), "w", format="mp4", options={"movflags": "+faststart"}
        )
        self._rate = rate
        self._frames = 0
        self._video = self._container.add_stream("libx264", rate=rate, options=_X264)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        self._video.codec_context.color_range = _LIMITED_RANGE
        self._video.codec_context.colorspace = _BT601
        self._audio = self._container.add_stream("aac", rate=_AUDIO_RATE_HERTZ, layout="mono")
        self._audio.bit_rate = _AUDIO_BITS_PER_SECOND
        self._sound_packets = deque(self._encode_sound(sound))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            self._mux_video(None)
            self._mux_sound_until(Fraction(10**9))
        self._container.close()

    def add(self, bgr: Pixels) -> None:
        """Append one frame."""
        planes = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = self._frames, Fraction(1, self._rate)
        self._frames += 1
        self._mux_video(frame)
        self._mux_sound_until(Fraction(self._frames, self._rate))

    def _mux_video(self, frame: av.VideoFrame | None) -> None:
        for packet in self._video.encode(frame):
            self._container.mux(packet)

    def _mux_sound_until(self, seconds: Fraction) -> None:
        while self._sound_packets and _starts(self._sound_packets[0]) < seconds:
            self._container.mux(self._sound_packets.popleft())

    def _encode_sound(self, sound: Sound) -> list[av.Packet[av.AudioStream]]:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=_AUDIO_RATE_HERTZ)
        whole = av.AudioFrame.from_ndarray(sound.samples[None, :], format="fltp", layout="mono")
        whole.sample_rate, whole.pts = sound.rate_hertz, 0
        parts = [part for given in (whole, None) for part in resampler.resample(given)]
        return [packet for part in [*parts, None] for packet in self._audio.encode(part)]


def _starts(packet: av.Packet[av.AudioStream]) -> Fraction:
    return (packet.pts or 0) * packet.time_base
