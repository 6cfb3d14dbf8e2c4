"""Covers side by side, numbered; what is missing leaves an empty tile."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bot.media.picture.contact_sheet import draw_sheet


def jpeg(width: int, height: int, colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def opened(sheet: bytes) -> Image.Image:
    return Image.open(BytesIO(sheet)).convert("RGB")


@pytest.mark.parametrize(
    ("pictures", "size"), [(1, (324, 324)), (2, (636, 324)), (3, (948, 324)), (5, (948, 636))]
)
def test_there_are_three_in_a_row(pictures: int, size: tuple[int, int]) -> None:
    assert opened(draw_sheet((jpeg(320, 200, "red"),) * pictures)).size == size


def test_each_keeps_its_shape_and_has_its_number() -> None:
    sheet = opened(draw_sheet((jpeg(320, 160, "red"), jpeg(160, 320, "lime"), None, b"junk")))
    assert near(sheet, (162, 162), (255, 0, 0))
    assert near(sheet, (162, 300), (0, 0, 0)), "black above and below a wide one"
    assert near(sheet, (474, 162), (0, 255, 0))
    assert near(sheet, (786, 162), (74, 78, 86))
    assert near(sheet, (162, 474), (74, 78, 86)), "what cannot be read is an empty tile"
    for corner in ((12, 12), (324, 12), (636, 12), (12, 324)):
        badge = np.asarray(sheet.crop((*corner, corner[0] + 56, corner[1] + 56)))
        assert badge.max() > 230, "a white number"


def near(sheet: Image.Image, where: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = sheet.getpixel(where)
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 12 for a, b in zip(seen, colour, strict=True))
