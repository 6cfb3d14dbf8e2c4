"""Pictures for the tests."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.media.recordings import VOICE_NOTE

PORTRAIT = VOICE_NOTE.with_name("portrait.jpg")


def portrait() -> Image.Image:
    """Return one person, 512 x 512, RGB."""
    with Image.open(PORTRAIT) as source:
        return source.convert("RGB")


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture file."""
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def pixels(file: bytes) -> npt.NDArray[np.int16]:
    """Return a picture file's pixels as numbers that can be subtracted."""
    with Image.open(BytesIO(file)) as source:
        return np.asarray(source.convert("RGB")).astype(np.int16)


def quarters(width: int = 600, height: int = 500) -> Image.Image:
    """Return a picture whose corners differ: red, green; blue, white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of some hundred bytes whose header claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def _chunk(name: bytes, body: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checksum
