"""How much memory a video near Telegram's limit takes on its way through the bot."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from bot.media.exchange import Resolution, VideoFacts
from bot.media.processes import MediaProcesses
from bot.sandbox.dashscope import app as provider
from bot.sandbox.dashscope.tasks.renderer import OnProgress
from tests.bench.figures import Figure, figure_of
from tests.bench.processes import memory_megabytes, own_megabytes, settled_megabytes
from tests.support.world import World, world

MEGABYTES = 45
RUNS = 2
MOST_MEGABYTES = 10.0

_SETTINGS = {"LOG_LEVEL": "INFO", "JOB_JOURNAL": "", "MACHINE_TROUBLE": ""}
"""Without what the tests add to a bot."""

_SIDE_PIXELS, _FRAMES_PER_SECOND = 640, 16
_SAMPLES = 1_000  # a picture


class _Videos(MediaProcesses):
    """A renderer whose every video is the same file, which may be another one later."""

    def __init__(self) -> None:
        super().__init__()
        self.video = Path()

    async def render(
        self,
        _photo: bytes,
        _sound: bytes,
        target: Path,
        _resolution: Resolution,
        on_progress: OnProgress,
    ) -> VideoFacts:
        """See `Renderer`."""
        await asyncio.to_thread(shutil.copyfile, self.video, target)
        on_progress(1.0)
        return VideoFacts(_SIDE_PIXELS, _SIDE_PIXELS, 0, float(_FRAMES_PER_SECOND), False, 0)


@dataclass(frozen=True, slots=True)
class _Peak:
    """The most that was seen, in megabytes: of the bot's own process, and of all together."""

    own: float = 0.0
    tree: float = 0.0


async def measure(runs: int = RUNS) -> list[Figure]:
    """What a large video takes: of the bot itself, and of the media processes beside a small one.

    Those processes load the media libraries with the first file, however small it is.
    """
    own, tree, over_idle = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.mp4"), Path(folder, "large.mp4")
        await asyncio.to_thread(_write, small, 1)
        size = await asyncio.to_thread(_write, large, MEGABYTES) / 1_000_000
        for _ in range(runs):
            videos = _Videos()
            async with _world_of(videos) as there:
                idle = await settled_megabytes(there.bot.pid)
                own_idle = own_megabytes(there.bot.pid)
                with_small = await _peak(there, videos, small)
                with_large = await _peak(there, videos, large)
            own.append((with_large.own - own_idle, MOST_MEGABYTES))
            tree.append((with_large.tree - with_small.tree, MOST_MEGABYTES))
            over_idle.append((with_large.tree - idle, size))
    own_is, tree_is = "the bot's process, over idle", "all processes, over a small video's"
    return [
        figure_of("large_video", own_is, own, "MB", "what is promised", 1.0),
        figure_of("large_video", tree_is, tree, "MB", "what is promised", 1.0),
        figure_of("large_video", "all processes, over idle", over_idle, "MB", "the video's size"),
    ]


@asynccontextmanager
async def _world_of(videos: _Videos) -> AsyncIterator[World]:
    usual = vars(provider)["MediaProcesses"]
    vars(provider).update(MediaProcesses=lambda *_, **__: videos)
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with world(Path(folder), _SETTINGS) as there:
                yield there
    finally:
        vars(provider).update(MediaProcesses=usual)


async def _peak(there: World, videos: _Videos, video: Path) -> _Peak:
    """While that video goes from the provider to a new chat."""
    videos.video = video
    person = await there.person()
    await person.sends_photo()
    watch = asyncio.create_task(_watch(there.bot.pid))
    await person.says()
    await person.sees_video()
    watch.cancel()
    return await watch


async def _watch(pid: int) -> _Peak:
    """Until it is told to stop."""
    peak = _Peak()
    try:
        while True:
            own, tree = await asyncio.to_thread(lambda: (own_megabytes(pid), memory_megabytes(pid)))
            peak = _Peak(max(peak.own, own), max(peak.tree, tree))
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return peak


def _write(path: Path, megabytes: int) -> int:
    """Noise in H.264 until it is so large, a second at least, with a hum; its size in bytes."""
    written = pictures = 0
    noise, hum = np.random.default_rng(1), 0.1 * np.sin(np.arange(_SAMPLES))[None].astype("f4")
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=_FRAMES_PER_SECOND)
        stream.width = stream.height = _SIDE_PIXELS
        stream.pix_fmt, stream.options = "yuv420p", {"preset": "ultrafast", "qp": "10"}
        sound = container.add_stream("aac", rate=_SAMPLES * _FRAMES_PER_SECOND, layout="mono")
        while written < megabytes * 1_000_000 or pictures < _FRAMES_PER_SECOND:
            if written < megabytes * 1_000_000:
                pixels = noise.integers(0, 256, (_SIDE_PIXELS, _SIDE_PIXELS, 3), np.uint8)
            heard = av.AudioFrame.from_ndarray(hum, format="fltp", layout="mono")
            heard.sample_rate, heard.pts = _SAMPLES * _FRAMES_PER_SECOND, pictures * _SAMPLES
            packets = stream.encode(av.VideoFrame.from_ndarray(pixels))
            written += sum(packet.size for packet in packets)
            container.mux([*packets, *sound.encode(heard)])
            pictures += 1
        container.mux([*stream.encode(), *sound.encode()])
    return path.stat().st_size
