"""Small videos: silent ones, ones like a round video message, and results as the bot keeps them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from bot.media.video.stamp import stamp_label
from tests.support.media.voices import SAMPLE_RATE_HZ, SPEECH_RATE_HZ, Samples, audio_frame, tone

Picture = npt.NDArray[np.uint8]


def encoded_video(
    width: int,
    height: int,
    *,
    rate: int,
    frames: int,
    picture: Callable[[int], Picture],
    codec: str = "libx264",
    quality: int | None = None,
    samples: Samples | None = None,
    rate_hz: int = SPEECH_RATE_HZ,
    changed: Callable[[Any], Any] = lambda packet: packet,
) -> bytes:
    """Return an MP4; `picture` makes a frame of its number, `changed` may spoil a packet."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as output:
        options = {} if quality is None else {"crf": str(quality)}
        video = cast(VideoStream, output.add_stream(codec, rate=rate, options=options))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = None
        if samples is not None:
            audio = output.add_stream("aac", rate=rate_hz, layout="mono")
            audio.bit_rate = 32_000
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            output.mux([changed(packet) for packet in video.encode(frame)])
        output.mux(video.encode(None))
        if audio is not None and samples is not None:
            output.mux(audio.encode(audio_frame(samples, rate_hz)))
            output.mux(audio.encode(None))
    return target.getvalue()


@cache
def video(width: int = 64, height: int = 48, frames: int = 10, *, rate: int = 10) -> bytes:
    """Return a silent clip of a gradient that moves."""

    def picture(number: int) -> Picture:
        row = (np.arange(width) + 8 * number) % 256
        return np.broadcast_to(row[None, :, None], (height, width, 3)).astype(np.uint8)

    return encoded_video(width, height, rate=rate, frames=frames, picture=picture)


@cache
def ordered_video(milliseconds: int = 5_000, width: int = 640, height: int = 480) -> bytes:
    """Return what a provider should make: few pictures, for so long, with a tone."""
    seconds, rate = milliseconds / 1000, 4
    grey = np.full((height, width, 3), 90, np.uint8)
    return encoded_video(
        *(width, height),
        rate=rate,
        frames=round(seconds * rate),
        picture=lambda _: grey,
        samples=tone(seconds, rate_hz=SPEECH_RATE_HZ),
    )


def video_with_sound(
    samples: Samples | None, *, side_pixels: int, break_picture: bool = False
) -> bytes:
    """Return a square MP4 like a round video message, with a few pictures and the given voice."""
    grey = np.full((side_pixels, side_pixels, 3), 90, np.uint8)
    return encoded_video(
        *(side_pixels, side_pixels),
        rate=10,
        frames=3,
        picture=lambda _: grey,
        codec="mpeg4",
        samples=samples,
        changed=_garbled if break_picture else lambda packet: packet,
    )


def _garbled(packet: Any) -> Any:
    garbage: Any = av.Packet(b"\xa5" * packet.size)
    garbage.stream, garbage.pts, garbage.dts = packet.stream, packet.pts, packet.dts
    garbage.time_base, garbage.duration = packet.time_base, packet.duration
    return garbage


def result(
    target: Path, *, seconds: float = 1.0, side_pixels: int = 96, flat: bool = False
) -> bytes:
    """Write a labelled video with a tone; it does not become small by itself, unless `flat`."""
    raw = target.with_name(f"raw-{target.name}")
    raw.write_bytes(_noisy(seconds, side_pixels, flat))
    stamp_label(raw, target, produce_id="job-1")
    raw.unlink()
    return target.read_bytes()


@cache
def _noisy(seconds: float, side_pixels: int, flat: bool) -> bytes:
    dice, shape = np.random.default_rng(7), (side_pixels, side_pixels, 3)

    def picture(number: int) -> Picture:
        return np.full(shape, number, np.uint8) if flat else dice.integers(0, 256, shape, np.uint8)

    return encoded_video(
        *(side_pixels, side_pixels),
        rate=10,
        frames=round(seconds * 10),
        picture=picture,
        quality=12,
        samples=tone(seconds, 440, 0.3, rate_hz=SAMPLE_RATE_HZ),
        rate_hz=SAMPLE_RATE_HZ,
    )
