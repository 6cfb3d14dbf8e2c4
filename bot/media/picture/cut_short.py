"""Pictures whose file lacks its end: what is there is used, where that is nearly all."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

from PIL import Image, ImageChops, ImageFile

from bot.media.picture.containers import SMALL_SHARE

_JPEG, _END_OF_JPEG = b"\xff\xd8", b"\xff\xd9"
_ROWS_HELD_BACK = 32
"""Of a JPEG: its decoder keeps the last ones it has until it sees the end."""
_STRIP_ROWS = 256
_SCAN = re.compile(rb"\xff\xda..([\x01-\x04])", re.DOTALL)

Opened = Callable[[bytes], ImageFile.ImageFile]


def load_cut_short(data: bytes, opened: Opened) -> Image.Image:
    """The picture without the rows that are missing.

    Raises OSError where that is more than a small share, and what `opened` raises.
    """
    if not data.startswith(_JPEG):
        return _without_missing(*_what_is_there(data, opened))
    whole = opened(data + _END_OF_JPEG)
    whole.load()
    if not whole.info.get("progressive"):
        _, missing = _what_is_there(data, opened)
        return _without_missing(whole, missing[_ROWS_HELD_BACK:])
    if not _has_begun_last_scan(data, len(whole.getbands())):
        raise OSError("the picture is there in outlines only")
    return whole


def _what_is_there(data: bytes, opened: Opened) -> tuple[Image.Image, list[int]]:
    """The picture, and the rows to which its file says nothing: they stay what they were."""
    black, white = (_filled(data, opened, value) for value in (0, 255))
    missing: list[int] = []
    for top in range(0, black.height, _STRIP_ROWS):
        strip = (0, top, black.width, min(black.height, top + _STRIP_ROWS))
        _, differing = _difference(black.crop(strip), white.crop(strip)).getprojection()
        missing += [row for row, differs in enumerate(differing, top) if differs]
    return black, missing


def _difference(one: Image.Image, other: Image.Image) -> Image.Image:
    if one.mode.startswith("I"):
        one, other = one.convert("L"), other.convert("L")
    return ImageChops.difference(one, other)


def _filled(data: bytes, opened: Opened, value: int) -> Image.Image:
    """The picture as far as it can be decoded, on that ground."""
    source = opened(data)
    bands = len(source.getbands())
    source.im = Image.new(source.mode, source.size, (value,) * bands if bands > 1 else value).im
    with suppress(OSError):
        source.load()
    source.tile = []
    return source


def _without_missing(picture: Image.Image, missing: list[int]) -> Image.Image:
    """Cut off at its ends; between others, as in an interlaced picture, the row above is seen."""
    if len(missing) > SMALL_SHARE * picture.height:
        raise OSError("much of the picture is missing")
    there = sorted({*range(picture.height)} - {*missing})
    for row in (row for row in missing if there[0] < row < there[-1]):
        picture.paste(picture.crop((0, row - 1, picture.width, row)), (0, row))
    return picture.crop((0, there[0], picture.width, there[-1] + 1))


def _has_begun_last_scan(data: bytes, components: int) -> bool:
    """Whether every number of a progressive JPEG is there in full, but for a part of the last.

    It comes in scans, each of which covers the whole picture.
    """
    full: set[tuple[int, int]] = set()
    for scan in _SCAN.finditer(data, _first_scan(data)):
        count = scan[1][0]
        names = data[scan.end() : scan.end() + 2 * count : 2]
        first, last, precision = data[scan.end() + 2 * count : scan.end() + 2 * count + 3]
        if not precision & 15:
            full |= {(name, number) for name in names for number in range(first, last + 1)}
    return len(full) == 64 * components


def _first_scan(data: bytes) -> int:
    """Behind the head, which may hold another JPEG."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at
