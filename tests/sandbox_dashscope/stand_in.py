"""Stand-ins for the renderer (it writes a real MP4) and the face finder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.media.errors import MediaFailure
from bot.media.exchange import FaceBox, Point, Resolution, VideoFacts
from bot.sandbox.dashscope.renderer import OnProgress
from tests.support.media.videos import video

_FACTS = VideoFacts(64, 48, 500, 16.0, has_sound=False, size_bytes=0)


def _small(_target: Path) -> bytes:
    return video(64, 48, 8, rate=16)


class HereRenderer:
    """Makes a small video, or what `make` says for this file; `refuse` is raised instead."""

    def __init__(self, make: Callable[[Path], bytes] = _small) -> None:
        self._make = make
        self.as_new()

    def as_new(self) -> None:
        self.refuse: MediaFailure | None = None
        self.photo = b""

    async def render(
        self,
        photo_jpeg: bytes,
        _sound: bytes,
        target: Path,
        _resolution: Resolution,
        on_progress: OnProgress,
    ) -> VideoFacts:
        self.photo = photo_jpeg
        if self.refuse:
            raise self.refuse
        await asyncio.to_thread(target.write_bytes, self._make(target))
        on_progress(1.0)
        return _FACTS


def face_at(left: float, top: float, width: float, height: float) -> FaceBox:
    """A face where a test wants it."""
    return FaceBox(left, top, width, height, 1.0, *(Point(0.0, 0.0),) * 6)


class FaceList:
    """A face finder that finds what it is told."""

    def __init__(self) -> None:
        self.as_new()

    def as_new(self) -> None:
        self.faces = [face_at(200, 150, 100, 120)]

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> list[FaceBox]:
        assert rgb.ndim == 3
        return self.faces
