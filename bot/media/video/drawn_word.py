"""A word that every frame shows: white on dark, to be read on any picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from bot.media.picture.faces import Pixels


class DrawnWord:
    """The word on its ground, drawn once and laid over each frame; sizes in pixels.

    `opacity` is the ground's, 0..1; `is_pill`: its ends are round.
    """

    def __init__(
        self, word: str, font_pixels: float, pad: int, *, opacity: float, is_pill: bool = False
    ) -> None:
        font = ImageFont.load_default(font_pixels)
        left, top, right, bottom = font.getbbox(word)
        self.width, self.height = int(right - left) + 2 * pad, int(bottom - top) + pad
        ground, glyphs = (Image.new("L", (self.width, self.height), 0) for _ in range(2))
        whole, radius = (0, 0, self.width - 1, self.height - 1), self.height / 2 * is_pill
        ImageDraw.Draw(ground).rounded_rectangle(whole, radius=radius, fill=255)
        ImageDraw.Draw(glyphs).text((pad - left, pad / 2 - top), word, fill=255, font=font)
        self._paint = _field(glyphs)
        self._cover = np.maximum(_field(ground) * opacity, self._paint) / 255

    def draw(self, frame: Pixels, left: int, top: int) -> None:
        """Lay it over a frame, with its upper left corner there."""
        part = frame[top : top + self.height, left : left + self.width]
        part[:] = (part * (1 - self._cover) + self._paint).astype(np.uint8)


def _field(image: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(image, np.float32)[:, :, None]
