"""Numbers laid over pixels: the coordinates, distances and weights that the warps are made of."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from bot.media.picture.faces import Pixels

Field = npt.NDArray[np.float32]
"""One number a pixel."""

Vector = npt.NDArray[np.float32]
"""x and y."""


def clip(value: Field, low: float | Field, high: float | Field) -> Field:
    """Return `value`, at least `low` and at most `high`."""
    return np.asarray(np.clip(value, low, high))


def smoothstep(value: Field, start: float, end: float) -> Field:
    """Return 0 before `start`, 1 after `end`, and a smooth way between."""
    share = clip((value - start) / max(end - start, 1e-6), 0, 1)
    return share * share * (3 - 2 * share)


def length(vector: Vector) -> float:
    """Return the length of a vector in pixels."""
    return float(np.hypot(vector[0], vector[1]))


class Region:
    """A rectangle of the picture, and the pixels in it.

    `x` and `y` are counted from its own corner, as `cv2.remap` wants them; `origin` is that corner.
    """

    def __init__(self, size: tuple[int, int], low: Vector, high: Vector) -> None:
        limit = np.array(size)
        start = np.clip(np.floor(low), 0, limit - 1).astype(int)
        end = np.clip(np.ceil(high), start + 1, limit).astype(int)
        self.rows, self.columns = slice(start[1], end[1]), slice(start[0], end[0])
        self.origin = start.astype(np.float32)
        self.size = int(end[0] - start[0]), int(end[1] - start[1])
        self.x, self.y = np.meshgrid(*(np.arange(side, dtype=np.float32) for side in self.size))

    def places(self, center: Vector, into: Field) -> tuple[Field, Field]:
        """Return where each pixel lies in axes of another middle and other ways: `into` leads from
        pixels to them.
        """
        x = self.x + (self.origin[0] - center[0])
        y = self.y + (self.origin[1] - center[1])
        return into[0, 0] * x + into[0, 1] * y, into[1, 0] * x + into[1, 1] * y

    def cut(self, picture: Pixels) -> Pixels:
        """Return a copy of this part of a picture."""
        return picture[self.rows, self.columns].copy()

    def paste(self, part: Pixels, picture: Pixels) -> None:
        """Put a part of this size back into a picture."""
        picture[self.rows, self.columns] = part

    def pull(self, source: Pixels, move: Field, way: Vector) -> Pixels:
        """Return the region with each pixel moved by `move` pixels along `way`."""
        x = cv2.scaleAdd(move, -float(way[0]), self.x)
        y = cv2.scaleAdd(move, -float(way[1]), self.y)
        pulled = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(pulled, np.uint8)
