"""The real bot as a child process, with settings of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.config.misspelt import setting_names
from bot.network import TLS_VARIABLES

_STOP_SECONDS = 3.0
_LAST_LINES = 12
_LAST_BYTES = 8_000


@dataclass(frozen=True, slots=True)
class BotProcess:
    """The running bot, and where it logs."""

    process: Process
    log_path: Path

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    def last_lines(self) -> str:
        """The end of its log."""
        text = self.log_path.read_bytes()[-_LAST_BYTES:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-_LAST_LINES:])


@asynccontextmanager
async def bot_process(
    directory: Path, settings: Mapping[str, str], *, module: str = "bot"
) -> AsyncIterator[BotProcess]:
    """`python -m bot run` for the duration of the block; it logs to `bot.log` in its directory.

    A pipe is its standard input: it stops when this process ends, even by SIGKILL. It has a session
    of its own: Ctrl-C in this terminal is not for it. In the end it is asked to stop, and killed
    when it does not do so in time.
    """
    log_path = directory / "bot.log"
    with log_path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, "run", "--stop-with-stdin"),
            env=bot_environment(settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    bot = BotProcess(process, log_path)
    try:
        yield bot
    finally:
        await _end(bot)


async def _end(bot: BotProcess) -> None:
    if not bot.is_running:
        return
    bot.process.terminate()
    try:
        await asyncio.wait_for(bot.process.wait(), _STOP_SECONDS)
    except TimeoutError:
        bot.process.kill()
        await bot.process.wait()


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
