"""Stand-ins for the renderer (it encodes a real MP4) and the face finder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from bot.sandbox.dashscope.models import Resolution
from bot.sandbox.dashscope.renderer import OnProgress, RenderedVideo, RenderFailed, RenderOrder


def encode_grey(
    photo_jpeg: bytes,
    sound_wav: bytes,
    target: Path,
    *,
    resolution: Resolution = "480P",
    label: str = "preview",
    on_progress: OnProgress | None = None,
) -> RenderedVideo:
    """Write eight grey frames."""
    with av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=16)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(8):
            pixels = np.full((48, 64, 3), 16 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
            if on_progress is not None:
                on_progress((index + 1) / 8)
        container.mux(stream.encode())
    return RenderedVideo(64, 48, 16.0)


class HereRenderer:
    """Encodes in a thread; `refuse` makes it fail with that kind instead."""

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
        video = await asyncio.to_thread(encode_grey, b"", b"", order.target)
        on_progress(1.0)
        return video

    async def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class FaceAt:
    """A face where a test wants it."""

    left: float
    top: float
    width: float
    height: float


class FaceList:
    """A face finder that finds what it is told."""

    def __init__(self) -> None:
        self.as_new()

    def as_new(self) -> None:
        self.faces = [FaceAt(200, 150, 100, 120)]

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> list[FaceAt]:
        assert rgb.ndim == 3
        return self.faces
