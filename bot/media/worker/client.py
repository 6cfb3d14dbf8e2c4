"""Strangers' files are handled in a process of their own, which may die without harm to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from bot.media.errors import MediaFailure, MediaNotMade, MediaNotNow, MediaWorkerKilled
from bot.media.worker.kinds import ProcessKind
from bot.media.worker.room import Room
from bot.media.worker.talk import TalkBroken

if TYPE_CHECKING:
    from bot.media.worker.child import MediaProcess


class MediaWorkerDied(MediaNotMade):
    """The process crashed, hung or ran into a limit on this input: treat it as unreadable."""


class MediaWorkerNotStarted(MediaNotNow):
    """No process can be started: the installation is broken, or there is no memory for it."""


class MediaWorker:
    """One guarded process; calls queue.

    It starts with the first call and ends when there was none for a while. It is replaced when it
    dies, and killed when a caller is cancelled. For what it can reach, see
    `bot.media.worker.confinement`.
    """

    def __init__(
        self,
        kind: ProcessKind,
        clock: Clock,
        folders: tuple[Path, ...] = (),
        *,
        room: Room | None = None,
    ) -> None:
        self._kind = kind
        self._room = room or Room()
        self._room.add(self._end_if_idle)
        self._mebibytes = 0
        self._folders = folders
        self._clock = clock
        self._turn = asyncio.Lock()
        self._process: MediaProcess | None = None
        self._idle_since_seconds = 0.0
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def is_running(self) -> bool:
        """Whether it has its process."""
        return self._process is not None

    async def close(self) -> None:
        """End the process, whatever it does; what waits for it is told that there is none."""
        self._closed = True
        if self._process:
            self._process.kill()
        async with self._turn:
            await self._discard()
        if self._watch:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    async def warm(self) -> None:
        """Start the process, for a call that comes soon."""
        async with self._turn:
            with suppress(MediaWorkerNotStarted):
                await self._ready()
            self._idle_since_seconds = self._clock.steady_seconds()
            if self._room.is_wanted:
                await self._discard()

    async def run(
        self,
        call: Callable[..., object],
        result: Any = Any,
        on_progress: Callable[[float], None] | None = None,
    ) -> Any:
        """Call a module's function in the process, and return what it returns, of that type.

        The failures of media that it raises are raised here; `on_progress` is told what the
        function tells its own, 0..1. Raises MediaWorkerDied, MediaNotNow.
        """
        async with self._turn:
            process = await self._ready()
            answered = False
            try:
                outcome = await self._ask(process, call, result, on_progress)
                answered = not isinstance(outcome, MediaNotNow)
            finally:
                self._idle_since_seconds = self._clock.steady_seconds()
                if not answered or self._room.is_wanted:
                    await self._discard()
        if isinstance(outcome, MediaFailure):
            raise outcome
        return outcome

    async def _ask(
        self,
        process: MediaProcess,
        call: Callable[..., object],
        result: Any,
        on_progress: Callable[[float], None] | None,
    ) -> Any:
        try:
            async with asyncio.timeout(self._kind.wall_seconds) as bound:
                hear = on_progress and self._heard(bound, on_progress)
                return await process.call(call, result, hear)
        except TimeoutError as error:
            raise MediaWorkerDied("the media process took too long") from error
        except TalkBroken as error:
            if await process.was_killed():
                raise MediaWorkerKilled("the media process was killed") from error
            raise MediaWorkerDied("the media process broke off") from error

    def _heard(
        self, bound: asyncio.Timeout, on_progress: Callable[[float], None]
    ) -> Callable[[float], None]:
        """Tells, and moves the bound nearer: as far as it may be silent, no further than it was."""
        end, time = bound.when() or 0.0, asyncio.get_running_loop().time

        def hear(share: float) -> None:
            bound.reschedule(min(end, time() + self._kind.silence_seconds))
            on_progress(share)

        bound.reschedule(min(end, time() + self._kind.silence_seconds))
        return hear

    async def _ready(self) -> MediaProcess:
        """Return a live process, a new one if need be."""
        if self._closed:
            raise MediaWorkerNotStarted("the media worker is closed")
        if self._process and not await self._process.is_usable():
            await self._discard()
        if self._process is None:
            # Only here: what checks its answers takes a while to load, and polling comes first.
            from bot.media.worker.child import MediaProcess

            self._mebibytes = await self._room.take(self._room.share_of(self._kind))
            try:
                self._process = await MediaProcess.start(self._kind, self._mebibytes, self._folders)
            except (OSError, TimeoutError, TalkBroken) as error:
                raise MediaWorkerNotStarted("the media process does not start") from error
            finally:
                if self._process is None:
                    await self._give_room_back()
            if self._watch is None or self._watch.done():
                self._watch = asyncio.create_task(self._end_when_idle())
        return self._process

    async def _end_when_idle(self) -> None:
        """In turn, so that a call that arrives while the process ends gets another one."""
        left_seconds = self._kind.idle_seconds
        while left_seconds > 0:
            await self._clock.sleep(left_seconds)
            async with self._turn:
                idle_seconds = self._clock.steady_seconds() - self._idle_since_seconds
                left_seconds = self._kind.idle_seconds - idle_seconds
                if left_seconds <= 0:
                    await self._discard()

    async def _end_if_idle(self) -> None:
        """Another process needs its memory."""
        if self._process is not None and not self._turn.locked():
            async with self._turn:
                await self._discard()

    async def _give_room_back(self) -> None:
        mebibytes, self._mebibytes = self._mebibytes, 0
        await self._room.give_back(mebibytes)

    async def _discard(self) -> None:
        process, self._process = self._process, None
        if process:
            await process.end()
            await self._give_room_back()
