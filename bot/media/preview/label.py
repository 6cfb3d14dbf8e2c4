"""A small word in a corner: these frames are a preview, not the paid model's work."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bot.media.picture.faces import Pixels

_HEIGHT_OF_FRAME = 0.032
_OPACITY = 0.55


class Label:
    """The word, drawn once and laid over each frame's lower right corner; "" draws nothing."""

    def __init__(self, text: str, size: tuple[int, int]) -> None:
        self._word = text
        font_pixels = max(11, round(_HEIGHT_OF_FRAME * min(size) * 1.2))
        font = ImageFont.load_default(font_pixels)
        left, top, right, bottom = font.getbbox(text)
        pad = font_pixels // 2
        width = min(int(right - left) + 2 * pad, size[0])
        height = min(int(bottom - top) + pad, size[1])
        image = Image.new("L", (width, height), 0)
        ImageDraw.Draw(image).text((pad - left, pad / 2 - top), text, fill=255, font=font)
        glyphs = np.asarray(image, np.float32)[:, :, None]
        margin = font_pixels // 2
        bottom_edge, right_edge = max(height, size[1] - margin), max(width, size[0] - margin)
        self._rows = slice(bottom_edge - height, bottom_edge)
        self._columns = slice(right_edge - width, right_edge)
        self._cover = _OPACITY + (0.95 - _OPACITY) * glyphs / 255
        self._paint = glyphs * self._cover

    def draw(self, frame: Pixels) -> None:
        """Lay the label over the frame."""
        if not self._word:
            return
        part = frame[self._rows, self._columns]
        frame[self._rows, self._columns] = (part * (1 - self._cover) + self._paint).astype(np.uint8)
