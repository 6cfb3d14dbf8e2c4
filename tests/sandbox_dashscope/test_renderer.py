"""Videos are made in a process of its own, which may hang or die without harm."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import pytest

from bot.sandbox.dashscope.models import Resolution
from bot.sandbox.dashscope.renderer import (
    OnProgress,
    RenderedVideo,
    RenderFailed,
    RenderFunction,
    RenderOrder,
    WorkerRenderer,
)
from tests.sandbox_dashscope.stand_in import SHAPE
from tests.support.deadlines import eventually
from tests.support.media.videos import video as make_video


def encode(
    photo_jpeg: bytes,
    sound_wav: bytes,
    target: Path,
    *,
    resolution: Resolution = "480P",
    label: str = "preview",
    on_progress: OnProgress | None = None,
) -> RenderedVideo:
    """Write eight frames, and say how far it is."""
    assert on_progress is not None
    for step in range(8):
        on_progress((step + 1) / 8)
    target.write_bytes(make_video(64, 48, 8, rate=16))
    return SHAPE


class NoFaceFound(Exception):
    """Named like the preview engine's own exception."""


def die(*arguments: object, **options: object) -> RenderedVideo:
    """End the process the way a crash in native code does."""
    os._exit(3)


def see_no_face(*arguments: object, **options: object) -> RenderedVideo:
    """Refuse the photo."""
    raise NoFaceFound


def never_finish(*arguments: object, **options: object) -> RenderedVideo:
    """Hang."""
    time.sleep(600)
    raise AssertionError


@pytest.fixture
async def hire() -> AsyncIterator[Callable[[RenderFunction], WorkerRenderer]]:
    hired: list[WorkerRenderer] = []

    def make(function: RenderFunction) -> WorkerRenderer:
        hired.append(WorkerRenderer(function))
        return hired[-1]

    yield make
    for renderer in hired:
        await renderer.close()
    assert multiprocessing.active_children() == []


def order(target: Path) -> RenderOrder:
    return RenderOrder(b"photo", b"sound", target, "480P", "preview")


async def test_a_video_is_made_and_progress_told(
    hire: Callable[[RenderFunction], WorkerRenderer], tmp_path: Path
) -> None:
    renderer, progress = hire(encode), list[float]()
    video = await renderer.render(order(tmp_path / "a.mp4"), progress.append)
    assert video == SHAPE
    assert progress == [n / 8 for n in range(1, 9)]
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].frames == 8


async def test_one_process_serves_many_videos_and_a_refusal_does_not_end_it(
    hire: Callable[[RenderFunction], WorkerRenderer], tmp_path: Path
) -> None:
    renderer = hire(see_no_face)
    for _ in range(2):
        with pytest.raises(RenderFailed) as failed:
            await renderer.render(order(tmp_path / "a.mp4"), print)
        assert failed.value.kind == "NoFaceFound"
        (process,) = multiprocessing.active_children()
        first = process.pid
    assert process.pid == first


async def test_a_process_that_dies_is_replaced(
    hire: Callable[[RenderFunction], WorkerRenderer], tmp_path: Path
) -> None:
    renderer = hire(die)
    for _ in range(2):
        with pytest.raises(RenderFailed) as failed:
            await renderer.render(order(tmp_path / "a.mp4"), print)
        assert failed.value.kind == "WorkerDied"
    assert multiprocessing.active_children() == []


async def test_a_cancelled_video_ends_its_process_at_once(
    hire: Callable[[RenderFunction], WorkerRenderer], tmp_path: Path
) -> None:
    renderer = hire(never_finish)
    rendering = asyncio.create_task(renderer.render(order(tmp_path / "a.mp4"), print))
    await eventually(multiprocessing.active_children, "the process has begun")
    rendering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rendering
    assert multiprocessing.active_children() == []
