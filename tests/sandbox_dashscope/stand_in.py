"""Stand-ins for the renderer (it writes a real MP4) and the face finder."""

from __future__ import annotations

import asyncio

import numpy as np
import numpy.typing as npt

from bot.media.exchange import FaceBox, Point
from bot.sandbox.dashscope.renderer import OnProgress, RenderedVideo, RenderFailed, RenderOrder
from tests.support.media.videos import video

SHAPE = RenderedVideo(64, 48, 16.0)


class HereRenderer:
    """Writes a small video; `refuse` makes it fail with that kind instead."""

    def __init__(self) -> None:
        self.closed = False
        self.as_new()

    def as_new(self) -> None:
        self.refuse: str | None = None
        self.orders: list[RenderOrder] = []

    async def render(self, order: RenderOrder, on_progress: OnProgress) -> RenderedVideo:
        self.orders.append(order)
        if self.refuse:
            raise RenderFailed(self.refuse, "on request")
        await asyncio.to_thread(order.target.write_bytes, video(64, 48, 8, rate=16))
        on_progress(1.0)
        return SHAPE

    async def close(self) -> None:
        self.closed = True


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
