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
from bot.media.worker.room import Room

Given = ParamSpec("Given")
Result = TypeVar("Result")


class MediaProcesses:
    """One for each kind of work, used as `async with MediaProcesses() as media`; together they take
    no more memory than there is.

    Each starts with its first call, and ends when it had none for a while. Of files, those that
    make videos reach these folders only, the others none.
    """

    def __init__(self, *folders: Path, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.room = Room()
        self._workers = {kind: MediaWorker(kind, clock, folders, room=self.room) for kind in KINDS}

    @property
    def running(self) -> dict[str, bool]:
        """Which processes there are just now, by the name of their kind."""
        return {kind.name: worker.is_running for kind, worker in self._workers.items()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers.values()))

    async def run(
        self, call: MediaCall[Given, Result], *args: Given.args, **named: Given.kwargs
    ) -> Result:
        """Have it done by the process that is there for it; returns and raises what it does.

        Raises also MediaWorkerDied, MediaNotNow.
        """
        made = await self._workers[call.kind].run(partial(call, *args, **named), call.result)
        return cast(Result, made)

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
        worker = self._workers[render_preview.kind]
        return cast(VideoFacts, await worker.run(call, VideoFacts, on_progress))
