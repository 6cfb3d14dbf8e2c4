"""Photos: the sample portrait, portraits that differ, and pictures that are wrong in one way."""

from __future__ import annotations

import itertools
import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.support.media.voices import VOICE_NOTE

PORTRAIT = VOICE_NOTE.with_name("portrait.jpg")

Pixels = npt.NDArray[np.uint8]
"""Rows of blue, green and red, as OpenCV has them."""

_numbers = itertools.count(1)


def portrait() -> Image.Image:
    """Return one person, 512 x 512, RGB."""
    with Image.open(PORTRAIT) as source:
        return source.convert("RGB")


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture file."""
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def pixels(file: bytes) -> npt.NDArray[np.int16]:
    """Return a picture file's pixels as numbers that can be subtracted."""
    with Image.open(BytesIO(file)) as source:
        return np.asarray(source.convert("RGB")).astype(np.int16)


def fresh_portrait() -> Image.Image:
    """Return the sample portrait with a mark in a corner: never the same picture twice."""
    picture = portrait()
    number = next(_numbers)
    colour = (40 + number * 37 % 200, 40 + number * 91 % 200, 40 + number * 13 % 200)
    ImageDraw.Draw(picture).rectangle((0, 0, 24 + number % 5 * 4, 24), fill=colour)
    return picture


def photo(kind: str = "JPEG") -> bytes:
    """Return a good photo that no one has sent before."""
    return encoded(fresh_portrait(), kind)


def two_people() -> bytes:
    """Return two faces side by side."""
    one = fresh_portrait()
    both = Image.new("RGB", (one.width * 2, one.height))
    both.paste(one, (0, 0))
    both.paste(portrait(), (one.width, 0))
    return encoded(both)


def nobody() -> bytes:
    """Return a picture without a face that no one has sent before."""
    picture = Image.new("RGB", (500, 500), "steelblue")
    ImageDraw.Draw(picture).rectangle((0, 300, 500, 500), fill=(next(_numbers) % 200, 120, 60))
    return encoded(picture)


@cache
def plain(width: int = 600, height: int = 600, kind: str = "PNG") -> bytes:
    """Return a picture of one colour."""
    return encoded(Image.new("RGB", (width, height), (90, 120, 150)), kind)


@cache
def gradient(
    width: int = 1600, height: int = 1200, kind: str = "JPEG", *, orientation: int | None = None
) -> bytes:
    """Return a gradient, perhaps with an EXIF orientation and a camera's maker."""
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112], exif[0x010F] = orientation, "A camera's maker"
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    return encoded(picture, kind, exif=exif)


def quarters(width: int = 600, height: int = 500) -> Image.Image:
    """Return a picture whose corners differ: red, green; blue, white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture


def portrait_pixels() -> Pixels:
    """Return the sample portrait's pixels."""
    return np.asarray(cv2.imread(str(PORTRAIT)), np.uint8)


def jpeg(picture: Any) -> bytes:
    """Return a photo of pixels, with or without colours."""
    done, data = cv2.imencode(".jpg", picture)
    assert done
    return data.tobytes()


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of some hundred bytes whose header claims any size."""
    small = plain(9, 9)
    header = small[12:16] + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
