"""Making the videos, in a process of its own so the server keeps answering."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Protocol

from bot.sandbox.dashscope.models import Resolution

OnProgress = Callable[[float], None]


class RenderFailed(Exception):
    """The renderer could not make this video; `kind` is the name of its own exception."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One video to make, at `target`."""

    photo_jpeg: bytes
    sound_wav: bytes
    target: Path
    resolution: Resolution
    label: str


@dataclass(frozen=True, slots=True)
class RenderedVideo:
    """What was made."""

    width: int
    height: int
    frames_per_second: float


class VideoShape(Protocol):
    """What is read of a render function's result."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def frames_per_second(self) -> float: ...


class RenderFunction(Protocol):
    """The signature of `bot.media.preview.render_preview`."""

    def __call__(
        self,
        photo_jpeg: bytes,
        sound_wav: bytes,
        target: Path,
        *,
        resolution: Resolution = ...,
        label: str = ...,
        on_progress: OnProgress | None = ...,
    ) -> VideoShape: ...


class Renderer(Protocol):
    """Makes one video at a time."""

    async def render(self, order: RenderOrder, on_progress: OnProgress) -> RenderedVideo:
        """Make a video, reporting progress 0..1. Raises RenderFailed."""

    async def close(self) -> None:
        """Stop at once, whatever is being made."""


class WorkerRenderer:
    """Runs a render function in one spawned process, started at the first video."""

    def __init__(self, function: RenderFunction) -> None:
        self._function = function
        self._turn = asyncio.Lock()
        self._worker: _Worker | None = None

    async def render(self, order: RenderOrder, on_progress: OnProgress) -> RenderedVideo:
        """See `Renderer`; a process that died is replaced at the next video."""
        async with self._turn:
            worker = await self._hired()
            try:
                return await worker.work(order, on_progress)
            except (EOFError, OSError) as error:
                await self._discard(worker)
                raise RenderFailed("WorkerDied", "the renderer's process ended") from error
            except asyncio.CancelledError:
                await self._discard(worker)
                raise

    async def close(self) -> None:
        """See `Renderer`."""
        if self._worker is not None:
            await self._discard(self._worker)

    async def _hired(self) -> _Worker:
        if self._worker is None:
            self._worker = await asyncio.to_thread(_Worker, self._function)
        return self._worker

    async def _discard(self, worker: _Worker) -> None:
        self._worker = None
        await asyncio.shield(asyncio.to_thread(worker.end))


class _Worker:
    """The process and our end of its pipe."""

    def __init__(self, function: RenderFunction) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, function), name="preview-renderer", daemon=True
        )
        self._process.start()
        theirs.close()

    async def work(self, order: RenderOrder, on_progress: OnProgress) -> RenderedVideo:
        await asyncio.to_thread(self._pipe.send, order)
        while True:
            kind, value = await asyncio.to_thread(self._pipe.recv)
            if kind == "progress":
                on_progress(value)
            elif kind == "done":
                return RenderedVideo(*value)
            else:
                raise RenderFailed(*value)

    def end(self) -> None:
        self._process.terminate()
        self._process.join()
        self._process.close()
        self._pipe.close()


def _serve(pipe: Connection[Any, Any], function: RenderFunction) -> None:
    """Make videos until the server is gone."""
    # Ctrl-C reaches the whole group of processes; the server ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(_make(function, pipe.recv(), pipe))


def _make(function: RenderFunction, order: RenderOrder, pipe: Connection[Any, Any]) -> Any:
    try:
        shape = function(
            order.photo_jpeg,
            order.sound_wav,
            order.target,
            resolution=order.resolution,
            label=order.label,
            on_progress=lambda progress: pipe.send(("progress", progress)),
        )
    except Exception as error:  # noqa: BLE001 - the worker's outermost: it must outlive any input
        return ("failed", (type(error).__name__, str(error)))
    return ("done", (shape.width, shape.height, shape.frames_per_second))
