"""Bots to be killed: each a process of its own, forked from one that has imported everything.

`Nursery` is the matrix's side, `python -m tests.crash.nursery` the process that forks. A start
takes a hundredth of a second instead of one, and a killed bot is as dead as any.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.commands.child import bot_environment


class Mortal:
    """A running bot, known by its number; the nursery reaps it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._ended = asyncio.Event()
        try:
            self._pidfd: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._pidfd = None
            self._ended.set()
            return
        asyncio.get_running_loop().add_reader(self._pidfd, self._note_end)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return not self._ended.is_set()

    async def ended(self) -> None:
        """Wait for its end."""
        await self._ended.wait()

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the signal and wait for its end."""
        if self._pidfd is not None and self.is_alive:
            signal.pidfd_send_signal(self._pidfd, number)
        await self.ended()

    def _note_end(self) -> None:
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        self._ended.set()


class Nursery:
    """Starts bots; used as an async context manager."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.nursery"),
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # an interrupt from the keyboard is for the matrix alone
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def start(self, directory: Path, settings: Mapping[str, str]) -> Mortal:
        """Start `tests.crash.child` with these settings; it logs to `bot.log` there."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"environment": bot_environment(settings), "log": str(directory / "bot.log")}
        async with self._turn:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return Mortal(int(await self._process.stdout.readline()))


def serve() -> None:
    """Fork a bot for every line that comes in, until there are no more."""
    import bot.app
    import bot.commands.run
    from tests.crash import child

    assert bot.app
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order)
            child.main()
        os.write(1, f"{pid}\n".encode())


def _become(order: dict[str, object]) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for theirs, ours in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(theirs, ours)
    environment = order["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    serve()
