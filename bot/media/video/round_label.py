"""The word that a round video shows all the time: inside the circle, and readable when small."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bot.media.picture.faces import Pixels

_LETTERS_OF_SIDE = 0.085
"""20 pixels where the note is shown 240 pixels wide."""
_FROM_TOP = 0.9  # the circle is still 0.6 of the side wide there
_BACKGROUND_OPACITY = 0.6


class RoundLabel:
    """The word on a dark pill, drawn once and laid over the lower middle of each frame."""

    def __init__(self, word: str, side_pixels: int) -> None:
        font = ImageFont.load_default(round(_LETTERS_OF_SIDE * side_pixels))
        left, top, right, bottom = font.getbbox(word)
        pad = round(_LETTERS_OF_SIDE * side_pixels / 2.5)
        width, height = int(right - left) + 2 * pad, int(bottom - top) + pad
        pill = Image.new("L", (width, height), 0)
        area = (0, 0, width - 1, height - 1)
        ImageDraw.Draw(pill).rounded_rectangle(area, radius=height / 2, fill=255)
        glyphs = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(glyphs)
        draw.text((pad - left, pad / 2 - top), word, fill=255, font=font)
        white = np.asarray(glyphs, np.float32)[:, :, None] / 255
        dark = np.asarray(pill, np.float32)[:, :, None] / 255 * _BACKGROUND_OPACITY
        self._cover = np.maximum(dark, white)
        self._paint = white * 255
        first_row = round(_FROM_TOP * side_pixels - height / 2)
        first_column = (side_pixels - width) // 2
        self._rows = slice(first_row, first_row + height)
        self._columns = slice(first_column, first_column + width)

    def draw(self, frame: Pixels) -> None:
        """Lay the label over a frame of that side."""
        part = frame[self._rows, self._columns]
        frame[self._rows, self._columns] = (part * (1 - self._cover) + self._paint).astype(np.uint8)
