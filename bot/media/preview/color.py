"""Colours taken from the photo, so that what is painted belongs to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.media.picture.faces import Pixels
from bot.media.preview.landmarks import Points

Color = npt.NDArray[np.float32]
"""Blue, green, red, 0..255."""

_COLORLESS = 8  # a difference between the channels that small is a grey photo
_REDDER = np.array([0.85, 0.8, 1.15], np.float32)


def mean_color(photo: Pixels, places: Points) -> Color:
    """Return the mean colour at some places of the photo."""
    height, width = photo.shape[:2]
    x = np.clip(places[:, 0].round().astype(int), 0, width - 1)
    y = np.clip(places[:, 1].round().astype(int), 0, height - 1)
    return np.asarray(photo[y, x].astype(np.float32).mean(axis=0))


def warmer(color: Color) -> Color:
    """Return a redder colour; a grey photo stays grey."""
    return color if float(np.ptp(color)) < _COLORLESS else color * _REDDER
