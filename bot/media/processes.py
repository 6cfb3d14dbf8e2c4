"""All that is asked of the media processes goes through here."""

from __future__ import annotations

import asyncio
from typing import ParamSpec, Self, TypeVar

from bot.clock import Clock, SystemClock
from bot.media.calls import MediaCall
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
