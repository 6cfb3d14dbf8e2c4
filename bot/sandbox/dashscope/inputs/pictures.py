"""Judging a picture by its bytes: format and sides."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from bot.sandbox.dashscope.answers import Refused

MINIMUM_SIDE_PIXELS, MAXIMUM_SIDE_PIXELS = 400, 7000
"""DashScope docs: each side 400 to 7000 pixels."""

_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
_TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that passed: its pixels (height, width, 3; RGB), turned upright."""

    rgb: npt.NDArray[np.uint8]

    @property
    def width(self) -> int:
        """The width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """The height in pixels."""
        return int(self.rgb.shape[0])

    def cut(self, box: tuple[int, int, int, int], size: tuple[int, int]) -> Picture:
        """The part of the picture in a box (left, top, right, bottom), at another size."""
        part = Image.fromarray(self.rgb).crop(box).resize(size, Image.Resampling.LANCZOS)
        return Picture(np.asarray(part, dtype=np.uint8))

    def jpeg(self) -> bytes:
        """The picture as a JPEG of high quality."""
        target = io.BytesIO()
        Image.fromarray(self.rgb).save(target, "JPEG", quality=95)
        return target.getvalue()


def read_picture(data: bytes) -> Picture:
    """Decode a picture. Raises Refused with the documented codes."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_sides(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except _TOO_MANY_PIXELS:
        raise _wrong_sides() from None
    except _UNREADABLE:
        raise Refused(
            400,
            "InvalidFile.Format",
            "The format of the image is invalid, please use jpg, jpeg, png, bmp or webp.",
        ) from None
    return Picture(np.asarray(upright, dtype=np.uint8))


def _check_sides(image: Image.Image) -> None:
    if min(image.size) < MINIMUM_SIDE_PIXELS or max(image.size) > MAXIMUM_SIDE_PIXELS:
        raise _wrong_sides()


def _wrong_sides() -> Refused:
    return Refused(
        400,
        "InvalidFile.Resolution",
        "The image resolution is invalid, please make sure that the largest length of image is "
        "smaller than 7000, and the smallest length of image is larger than 400.",
    )
