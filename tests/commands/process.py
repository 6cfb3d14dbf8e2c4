"""The command line as a real process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.commands.child import bot_environment
from tests.support.deadlines import in_time, slowness

_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code and all it printed."""

    code: int
    printed: str


class Command:
    """A running command; what it prints on either stream is kept."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.printed = ""

    async def printing(self, pattern: str) -> re.Match[str]:
        """Wait until it has printed something."""
        assert self.process.stdout is not None
        while not (found := re.search(pattern, self.printed)):
            block = await in_time(self.process.stdout.read(4096), f"it prints {pattern!r}")
            assert block, f"it ended without {pattern!r}:\n{self.printed}"
            self.printed += block.decode()
        return found

    async def end(self) -> Ended:
        """Wait for its end."""
        assert self.process.stdout is not None
        self.printed += (await in_time(self.process.stdout.read())).decode()
        return Ended(await in_time(self.process.wait()), self.printed)

    async def stop(self, number: signal.Signals, within_seconds: float = _STOP_SECONDS) -> Ended:
        """Send a signal; it ends within so many seconds of a quiet machine."""
        since = time.monotonic()
        self.process.send_signal(number)
        ended = await self.end()
        assert time.monotonic() - since < within_seconds * slowness()
        return ended


def names_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def started(
    *words: str | Path, cwd: Path, settings: dict[str, str] | None = None
) -> AbstractAsyncContextManager[Command]:
    """`talking-photo WORDS…` with only these settings, or those of ENV_FILE."""
    ours = settings or {}
    command_line = (sys.executable, "-m", "bot", *map(str, words))
    return running(*command_line, cwd=cwd, environment={**bot_environment(ours), **ours})


def _as_in_a_terminal() -> None:
    """Under nohup, a hang-up that is ignored would be so in whatever is started as well."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@asynccontextmanager
async def running(
    *command_line: str, cwd: Path, environment: dict[str, str]
) -> AsyncIterator[Command]:
    """Any command; killed with its children in the end."""
    process = await asyncio.create_subprocess_exec(
        *command_line,
        cwd=cwd,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
        preexec_fn=_as_in_a_terminal,
    )
    try:
        yield Command(process)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()


async def ended(*words: str | Path, cwd: Path, settings: dict[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    async with started(*words, cwd=cwd, settings=settings) as command:
        return await command.end()
