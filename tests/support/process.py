"""Processes under test: any command line; see `tests.support.bot_process` for the real bot."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from bot.commands.child import bot_environment
from tests.support.deadlines import eventually, slowness

_LAST_LINES = 12
_STOP_SECONDS = 5.0
_numbers = itertools.count(1)


def slowness_now() -> float:
    """For what is measured, beside others who may have come since the tests began."""
    return max(slowness(), slowness.__wrapped__())


class Running:
    """A process that was started; what it prints on either stream is kept in a file."""

    def __init__(self, log: Path, pid: int, exit_code: Callable[[], int | None]) -> None:
        self.pid = pid
        self._log, self._exit_code = log, exit_code

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._exit_code() is None

    @property
    def code(self) -> int:
        """With what it ended; the signal that killed it as a negative number."""
        return self._exit_code() or 0

    @property
    def printed(self) -> str:
        """All that it printed."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def last_lines(self) -> str:
        """The end of that."""
        return "\n".join(self.printed.splitlines()[-_LAST_LINES:])

    async def printing(self, pattern: str) -> re.Match[str]:
        """Wait until it has printed something."""

        def look() -> re.Match[str] | None:
            is_over = not self.is_running
            found = re.search(pattern, self.printed)
            assert found or not is_over, f"it ended without {pattern!r}:\n{self.printed}"
            return found

        return await eventually(look, f"it prints {pattern!r}")

    async def ended(self) -> int:
        """Wait for its end; its code."""
        await eventually(lambda: not self.is_running, f"its end\n{self.last_lines()}")
        return self.code

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send the signal and wait for its end; its code."""
        if self.is_running:
            os.kill(self.pid, number)
        return await self.ended()

    async def stop(self, number: signal.Signals, within_seconds: float = _STOP_SECONDS) -> int:
        """The same; it ends within so many seconds of a quiet machine."""
        since = time.monotonic()
        await self.kill(number)
        assert time.monotonic() - since < within_seconds * slowness_now()
        return self.code


def started(
    *words: str | Path, cwd: Path, settings: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Running]:
    """`talking-photo WORDS…` with only these settings, or those of ENV_FILE."""
    ours = settings or {}
    command_line = (sys.executable, "-m", "bot", *map(str, words))
    return running(*command_line, cwd=cwd, environment={**bot_environment(ours), **ours})


@asynccontextmanager
async def running(
    *command_line: str, cwd: Path, environment: Mapping[str, str]
) -> AsyncIterator[Running]:
    """Any command; killed with its children in the end."""
    log = cwd.with_name(f"{cwd.name}-{next(_numbers)}.log")
    process = _start(command_line, cwd, environment, log)
    try:
        yield Running(log, process.pid, process.poll)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(
    command_line: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command_line,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_as_in_a_terminal,
        )


def _as_in_a_terminal() -> None:
    """Under nohup, a hang-up that is ignored would be so in whatever is started as well."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


async def ended(
    *words: str | Path, cwd: Path, settings: Mapping[str, str] | None = None
) -> Running:
    """A command that has run to its end."""
    async with started(*words, cwd=cwd, settings=settings) as command:
        await command.ended()
        return command
