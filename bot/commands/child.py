"""The real bot as a child process, with settings of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from bot.config.misspelt import setting_names
from bot.network import TLS_VARIABLES

_STOP_SECONDS = 3.0
_LAST_LINES = 12
_LAST_BYTES = 8_000


class BotProcess:
    """`python -m bot run` for the duration of the block; it logs to `bot.log` in its directory.

    A pipe is its standard input: it stops when this process ends, even by SIGKILL.
    """

    def __init__(
        self, directory: Path, settings: Mapping[str, str], *, module: str = "bot"
    ) -> None:
        self._words = ("-m", module, "run", "--stop-with-stdin")
        self._log_path = directory / "bot.log"
        self._environment = bot_environment(settings)
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        """Start it, in a session of its own: Ctrl-C in this terminal is not for it."""
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self._words),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Ask it to stop; kill it when it does not do so in time."""
        if self._running.returncode is not None:
            return
        self._running.terminate()
        try:
            await asyncio.wait_for(self._running.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._running.kill()
            await self._running.wait()

    @property
    def pid(self) -> int:
        """The id of its process, and of its session."""
        return self._running.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._running.returncode is None

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        return await self._running.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        text = self._log_path.read_bytes()[-_LAST_BYTES:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-_LAST_LINES:])

    @property
    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("the bot's process was not started")
        return self._process


def bot_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, but of the settings only those given, and no settings file.

    It talks to this machine alone: nothing that is said of the network is for it.
    """
    left_out = {*setting_names(), *TLS_VARIABLES}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in left_out and not name.upper().endswith("_PROXY")
    }
    return {**inherited, **settings, "ENV_FILE": "", "NO_PROXY": "*"}
