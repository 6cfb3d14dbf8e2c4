"""The bot's process, as tests start it: the real `run`, forked from a process that has imported
everything. A start takes a hundredth of a second; what is killed is as dead as any.

That process is multiprocessing's fork server: it belongs to no event loop, and serves all tests of
a session. When the tests' process ends, the bots' standard input does, and they stop.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from multiprocessing import get_context, parent_process
from pathlib import Path

from bot.commands.child import bot_environment
from tests.support.deadlines import eventually

_LAST_LINES = 12
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["bot.app", "bot.commands.run", "tests.support.child"])


class RunningBot:
    """One process; it logs to `bot.log` in its directory.

    It has these settings, and those of `tests.support.child`. With HANG_UP_IGNORED it is as under
    nohup, without it as in a terminal, wherever this runs.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        self._log = directory / "bot.log"
        environment = bot_environment(settings)
        self._process = _FORKS.Process(target=_become, args=(self._log, environment), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.exitcode is None

    async def ended(self) -> int:
        """Wait for its end; its exit code, or the signal that killed it as a negative number."""
        await eventually(lambda: not self.is_running, f"the bot's end\n{self.last_lines()}")
        return self._process.exitcode or 0

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send the signal and wait for its end; the exit code."""
        if self.is_running:
            os.kill(self.pid, number)
        return await self.ended()

    def last_lines(self) -> str:
        """The end of its log."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:])


def _become(log: Path, environment: Mapping[str, str]) -> None:
    """The bot, to its end."""
    os.setsid()
    ignored = "HANG_UP_IGNORED" in environment
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tests = parent_process()
    assert tests is not None
    os.dup2(tests.sentinel, 0)
    for stream in (1, 2):
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), stream)
    os.environ.clear()
    os.environ.update(environment)
    from tests.support import child

    child.main()
