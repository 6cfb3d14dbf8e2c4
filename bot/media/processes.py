"""All that is asked of the media processes goes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ParamSpec, Self, TypeVar, cast

from bot.clock import Clock, SystemClock
from bot.media.calls import MediaCall, render_preview
from bot.media.exchange import Resolution, VideoFacts
from bot.media.worker.client import MediaWorker
from bot.media.worker.kinds import KINDS

Given = ParamSpec("Given")
Result = TypeVar("Result")


class MediaProcesses:
    """One for each kind of work, used as `async with MediaProcesses() as media`.

    Each starts with its first call, and ends when it had none for a while.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self._workers = {kind: MediaWorker(kind, clock) for kind in KINDS}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers.values()))

    async def run(
        self, call: MediaCall[Given, Result], *args: Given.args, **named: Given.kwargs
    ) -> Result:
        """Have it done by the process that is there for it; returns and raises what it does.

        Raises also MediaWorkerDied, MediaWorkerNotStarted.
        """
        return await self._workers[call.kind].run(call, *args, **named)

    async def warm(self, call: MediaCall[Given, Result]) -> None:
        """Have its process started: the call comes soon."""
        await self._workers[call.kind].warm()

    async def render(
        self,
        photo_jpeg: bytes,
        sound_wav: bytes,
        target: Path,
        resolution: Resolution,
        on_progress: Callable[[float], None],
    ) -> VideoFacts:
        """Have a preview rendered, and hear how far it is, 0..1; raises what `run` does."""
        call = partial(render_preview, photo_jpeg, sound_wav, target, resolution)
        made = await self._workers[render_preview.kind].call(call, on_progress)
        return cast(VideoFacts, made)
