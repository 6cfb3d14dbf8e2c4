"""The bot's end of a media process: start it, ask it, end it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from asyncio import BaseTransport
from asyncio.subprocess import Process, SubprocessStreamProtocol
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.media.worker.kinds import ProcessKind
from bot.media.worker.talk import TalkBroken
from bot.media.worker.wire import LENGTH, LONGEST_REPLY_BYTES, Reply, error_of, framed, value_of

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
"""How long a process may take to import its libraries, on the slowest of machines."""

_END_SECONDS = 5.0
_MOST_CALLS = 500  # then a fresh one: memory that libraries lose does not add up
_PIPE_BUFFER_BYTES = 1024 * 1024
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_", "LD_", "DYLD_", "SYSTEMROOT")
_ONE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "MALLOC_ARENA_MAX")
_FRUGAL = {**dict.fromkeys(_ONE, "1"), "MALLOC_MMAP_THRESHOLD_": str(4 * 1024 * 1024)}
"""Threads that share so little work wait for one another more than they help; what is large goes
back to the system when it is let go."""


class MediaProcess:
    """A running process that has its limits on and awaits calls."""

    def __init__(self, process: Process, reading: BaseTransport | None) -> None:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        self._process, self._reading = process, reading
        self._requests, self._replies = process.stdin, process.stdout
        self._calls = 0
        self._has_hung_up = False

    @classmethod
    async def start(
        cls, kind: ProcessKind, mebibytes: int, folders: tuple[Path, ...]
    ) -> MediaProcess:
        """Start a process and wait until it is ready; TalkBroken or TimeoutError if it never is.

        It has so much memory. Where its kind writes files, it writes them in these folders.
        """
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(_PIPE_BUFFER_BYTES, loop),
            *(sys.executable, "-m", "bot.media.worker.process"),
            stderr=None,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in a terminal is for the bot, which then ends this
        )
        started = cls(Process(transport, protocol, loop), transport.get_pipe_transport(1))
        ready = False
        try:
            await started._be_answered((kind, mebibytes, folders if kind.writes_files else ()))
            ready = True
        finally:
            if not ready:
                await started.end()
        return started

    async def is_usable(self) -> bool:
        """Tell whether it lives and is not worn out, so that its death is not blamed on a call."""
        if self._calls >= _MOST_CALLS:
            return False
        try:
            await self._be_answered(None)
        except (TalkBroken, TimeoutError):
            return False
        return True

    async def _be_answered(self, message: object) -> None:
        async with asyncio.timeout(START_SECONDS):
            await self._send(message)
            await self._receive()

    async def call(
        self,
        call: Callable[..., object],
        result: Any,
        on_progress: Callable[[float], None] | None = None,
    ) -> Any:
        """Have it called: what it returns, of that type, or the failure of media that it raised.

        Raises TalkBroken, also where it failed otherwise: the process is not to be asked again.
        """
        self._calls += 1
        await self._send((call, on_progress is not None))
        reply = await self._receive()
        while reply.kind == "progress" and on_progress is not None:
            on_progress(value_of(reply.content, float))
            reply = await self._receive()
        return _outcome(reply, result)

    async def was_killed(self) -> bool:
        """Whether a kill ended it, as the kernel does where there is no more memory."""
        if not self._has_hung_up:
            return False
        try:
            async with asyncio.timeout(_END_SECONDS):
                return await self._process.wait() == -signal.SIGKILL
        except TimeoutError:
            return False

    def kill(self) -> None:
        """End it at once, and what it may have started; a call in progress breaks off."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Kill it, whatever it does, and wait until nothing of it is left.

        The pipes are let go before: whoever else holds their other ends is not waited for.
        """
        self.kill()
        if not self._requests.is_closing():
            self._requests.transport.abort()
        if self._reading:
            self._reading.close()
        await self._process.wait()

    async def _send(self, message: object) -> None:
        data = framed(message)
        try:
            self._requests.write(data)
            await self._requests.drain()
        except OSError as error:
            self._has_hung_up = True
            raise TalkBroken from error

    async def _receive(self) -> Reply:
        try:
            (length,) = LENGTH.unpack(await self._replies.readexactly(LENGTH.size))
            if length > LONGEST_REPLY_BYTES:
                raise TalkBroken
            data = await self._replies.readexactly(length)
        except (OSError, EOFError) as error:
            self._has_hung_up = True
            raise TalkBroken from error
        reply: Reply = value_of(data, Reply)
        return reply


def _outcome(reply: Reply, result: Any) -> Any:
    if reply.kind == "done":
        return value_of(reply.content, result)
    if reply.kind == "raised":
        return error_of(reply.content)
    logger.warning("the media process failed: %s", value_of(reply.content, str))
    raise TalkBroken


def _environment() -> dict[str, str]:
    """Return what Python and its libraries need, and none of the bot's settings."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT_ENVIRONMENT)}
    paths = [path or str(Path.cwd()) for path in sys.path]
    return kept | _FRUGAL | {"PYTHONPATH": os.pathsep.join(paths)}
