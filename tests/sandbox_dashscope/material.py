"""Pictures and sounds made for the tests."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from PIL import Image

import bot.sandbox

SAMPLES = Path(bot.sandbox.__file__).parent / "samples"


def portrait() -> bytes:
    """A real photo of one person."""
    return (SAMPLES / "portrait.jpg").read_bytes()


def picture(width: int = 600, height: int = 600, image_format: str = "PNG") -> bytes:
    """A plain picture, nobody in it."""
    return encoded(Image.new("RGB", (width, height), (90, 120, 150)), image_format)


def bitmap_header(width: int, height: int) -> bytes:
    """The first bytes of a BMP that claims these sides; its pixels are missing."""
    whole = width * height * 3
    return struct.pack(
        "<2sIIIIiiHHIIiiII",
        b"BM",
        54 + whole,
        0,
        54,
        40,
        width,
        height,
        1,
        24,
        0,
        whole,
        0,
        0,
        0,
        0,
    )


def encoded(image: Image.Image, image_format: str = "JPEG") -> bytes:
    """An image as a file."""
    target = io.BytesIO()
    image.save(target, image_format)
    return target.getvalue()


def two_people() -> bytes:
    """The same person twice, side by side."""
    with Image.open(io.BytesIO(portrait())) as one:
        both = Image.new("RGB", (one.width * 2, one.height))
        both.paste(one, (0, 0))
        both.paste(one, (one.width, 0))
    return encoded(both)


def tone(milliseconds: int = 1_000, rate: int = 16_000) -> bytes:
    """A tone as mono 16-bit WAV."""
    count = milliseconds * rate // 1000
    samples = 8_000 * np.sin(np.arange(count) * 2 * np.pi * 220 / rate)
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()


def recoded(wav: bytes, container_format: str, codec: str, **metadata: str) -> bytes:
    """A WAV in another container and codec."""
    target = io.BytesIO()
    rate = 48_000 if codec == "libopus" else 16_000
    with (
        av.open(io.BytesIO(wav), "r") as source,
        av.open(target, "w", format=container_format) as sink,
    ):
        sink.metadata.update(metadata)
        stream = cast(AudioStream, sink.add_stream(codec, rate=rate, options={}, layout="mono"))
        for frame in source.decode(audio=0):
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode())
    return target.getvalue()
