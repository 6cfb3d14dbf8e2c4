"""Stand-ins for the renderer (it writes a real MP4) and the face finder."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from bot.media.errors import MediaFailure
from bot.media.exchange import FaceBox, Point, Resolution, VideoFacts
from bot.media.preview.render import FORMATS, frame_size
from bot.sandbox.dashscope.renderer import OnProgress
from tests.support.media.videos import ordered_video

SHAPE = VideoFacts(64, 48, 500, 16.0, has_sound=False, size_bytes=0)


def _as_ordered(photo: bytes, sound: bytes, resolution: Resolution) -> bytes:
    """A grey video of the photo's shape and the sound's length."""
    with Image.open(BytesIO(photo)) as picture, wave.open(BytesIO(sound)) as wav:
        size = frame_size(*picture.size, FORMATS[resolution].pixels)
        return ordered_video(wav.getnframes() * 10 // wav.getframerate() * 100, *size)


class HereRenderer:
    """Makes a plain video, or what `make` says for this file; `refuse` is raised instead."""

    def __init__(
        self, make: Callable[[Path], bytes] | None = None, facts: VideoFacts = SHAPE
    ) -> None:
        self._make, self._facts = make, facts
        self.as_new()

    def as_new(self) -> None:
        self.refuse: MediaFailure | None = None
        self.photo = b""

    async def render(
        self,
        photo_jpeg: bytes,
        sound: bytes,
        target: Path,
        resolution: Resolution,
        on_progress: OnProgress,
    ) -> VideoFacts:
        self.photo = photo_jpeg
        if self.refuse:
            raise self.refuse
        made = self._make(target) if self._make else _as_ordered(photo_jpeg, sound, resolution)
        await asyncio.to_thread(target.write_bytes, made)
        on_progress(1.0)
        return self._facts


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
