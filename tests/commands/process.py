"""The command line as a real process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.commands.child import bot_environment

DEADLINE_SECONDS = 60.0
SAMPLES = Path(__file__).parents[2] / "bot" / "sandbox" / "samples"
PORTRAIT, VOICE = SAMPLES / "portrait.jpg", SAMPLES / "voice.ogg"


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
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not (found := re.search(pattern, self.printed)):
                block = await self.process.stdout.read(4096)
                assert block, f"it ended without {pattern!r}:\n{self.printed}"
                self.printed += block.decode()
        return found

    async def end(self, deadline_seconds: float = DEADLINE_SECONDS) -> Ended:
        """Wait for its end."""
        assert self.process.stdout is not None
        async with asyncio.timeout(deadline_seconds):
            self.printed += (await self.process.stdout.read()).decode()
            return Ended(await self.process.wait(), self.printed)

    async def stop(self, number: signal.Signals, deadline_seconds: float = 5.0) -> Ended:
        """Send a signal and wait for its end."""
        self.process.send_signal(number)
        return await self.end(deadline_seconds)


def names_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


def started(
    *words: str | Path, cwd: Path, settings: dict[str, str] | None = None
) -> AbstractAsyncContextManager[Command]:
    """`talking-photo WORDS…` with only these settings, or those of ENV_FILE."""
    ours = settings or {}
    command_line = (sys.executable, "-m", "bot", *map(str, words))
    return running(*command_line, cwd=cwd, environment={**bot_environment(ours), **ours})


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
