"""How much memory a video near Telegram's limit takes on its way through the bot."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy as np

from bot.media.exchange import Resolution, VideoFacts
from bot.media.processes import MediaProcesses
from bot.sandbox.dashscope import app as provider
from bot.sandbox.dashscope.renderer import OnProgress
from tests.bench.figures import Figure, figure_of
from tests.bench.processes import memory_megabytes, settled_megabytes
from tests.bench.worlds import World, world

MEGABYTES = 45
RUNS = 2

_SIDE_PIXELS, _FRAMES_PER_SECOND = 640, 16


class _LargeVideos(MediaProcesses):
    """A renderer whose every video is the same file."""

    def __init__(self, video: Path) -> None:
        super().__init__()
        self._video = video

    async def render(
        self,
        _photo: bytes,
        _sound: bytes,
        target: Path,
        _resolution: Resolution,
        on_progress: OnProgress,
    ) -> VideoFacts:
        """See `Renderer`."""
        await asyncio.to_thread(shutil.copyfile, self._video, target)
        on_progress(1.0)
        return VideoFacts(_SIDE_PIXELS, _SIDE_PIXELS, 0, float(_FRAMES_PER_SECOND), False, 0)


async def measure(runs: int = RUNS) -> list[Figure]:
    """The most of all processes together, over what the bot takes when idle."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "large.mp4")
        size = await asyncio.to_thread(_write, video) / 1_000_000
        for _ in range(runs):
            async with _world_of(video) as there:
                pairs.append((await _peak_over_idle(there), size))
    return [figure_of("large_video", "peak over idle", pairs, "MB", "the video's own size")]


@asynccontextmanager
async def _world_of(video: Path) -> AsyncIterator[World]:
    usual = vars(provider)["MediaProcesses"]
    vars(provider).update(MediaProcesses=lambda _: _LargeVideos(video))
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with world(Path(folder), {"LOG_LEVEL": "INFO"}) as there:
                yield there
    finally:
        vars(provider).update(MediaProcesses=usual)


async def _peak_over_idle(there: World) -> float:
    person = await there.person()
    idle = await settled_megabytes(there.bot.pid)
    await person.sends_photo()
    await person.says()
    watch = asyncio.create_task(_watch(there.bot.pid))
    await person.sees_video()
    watch.cancel()
    peak = await watch
    return peak - idle


async def _watch(pid: int) -> float:
    """The most that was seen, once it is told to stop."""
    peak = 0.0
    try:
        while True:
            peak = max(peak, await asyncio.to_thread(memory_megabytes, pid))
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return peak


def _write(path: Path) -> int:
    """Noise in H.264 until it is so large, which lasts some seconds; its size in bytes."""
    written = 0
    noise = np.random.default_rng(1)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=_FRAMES_PER_SECOND)
        stream.width = stream.height = _SIDE_PIXELS
        stream.pix_fmt, stream.options = "yuv420p", {"preset": "ultrafast", "qp": "10"}
        while written < MEGABYTES * 1_000_000:
            pixels = noise.integers(0, 256, (_SIDE_PIXELS, _SIDE_PIXELS, 3), np.uint8)
            packets = stream.encode(av.VideoFrame.from_ndarray(pixels))
            written += sum(packet.size for packet in packets)
            container.mux(packets)
        container.mux(stream.encode())
    return path.stat().st_size
