"""The bot's process, as tests start it: the real `run`, forked from a process that has imported
everything. A start takes a hundredth of a second; what is killed is as dead as any.

`python -m tests.support.bot_process` is the process that forks. It belongs to no event loop, so
one serves all tests of a session; when it ends, the bots' standard input does, and they stop.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.commands.child import bot_environment
from tests.support.deadlines import eventually

_LAST_LINES = 12


class RunningBot:
    """One process; it logs to `bot.log` in its directory."""

    def __init__(self, pid: int, directory: Path) -> None:
        self.pid = pid
        self._log, self._code = directory / "bot.log", directory / f"exit-code-{pid}"

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._code.exists()

    async def ended(self) -> int:
        """Wait for its end; its exit code, or the signal that killed it as a negative number."""
        await eventually(self._code.exists, f"the bot's end\n{self.last_lines()}")
        return int(self._code.read_text())

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


class Launcher:
    """Starts bots; ends them all when it is closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.bot_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # an interrupt from the keyboard is for the tests alone
        )

    def start(self, directory: Path, settings: Mapping[str, str]) -> RunningBot:
        """A bot with these settings, and those of `tests.support.child`.

        With HANG_UP_IGNORED as under nohup, without it as in a terminal, wherever this runs.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"environment": bot_environment(settings), "directory": str(directory)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return RunningBot(int(self._process.stdout.readline()), directory)

    def close(self) -> None:
        """No more bots."""
        self._process.communicate()


@cache
def launcher() -> Launcher:
    """The one of this process."""
    made = Launcher()
    atexit.register(made.close)
    return made


class _Forks:
    """The process that forks: a bot for every line that comes in, until there are no more."""

    def __init__(self) -> None:
        self._directories: dict[int, Path] = {}
        self._alive, self._our_end = os.pipe()
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())

    def serve(self) -> None:
        for line in sys.stdin:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                os.close(self._our_end)
                self._become(order)
            self._directories[pid] = Path(order["directory"])
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            os.write(1, f"{pid}\n".encode())

    def _reap(self) -> None:
        """Note how each one ended that has, where the tests look for it."""
        while any(self._directories):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            note = self._directories.pop(pid) / f"exit-code-{pid}"
            if note.parent.exists():
                item = note.with_suffix(".half")
                item.write_text(str(os.waitstatus_to_exitcode(status)))
                item.rename(note)

    def _become(self, order: dict[str, Any]) -> None:
        """The bot, to its end."""
        os.setsid()
        ignored = "HANG_UP_IGNORED" in order["environment"]
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        log = os.open(
            Path(order["directory"]) / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666
        )
        for theirs, ours in ((self._alive, 0), (log, 1), (log, 2)):
            os.dup2(theirs, ours)
        os.environ.clear()
        os.environ.update(order["environment"])
        os._exit(_exit_code())


def _exit_code() -> int:
    from tests.support import child

    try:
        child.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001 - the outermost: the log is where it is looked for
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _import_everything() -> None:
    for module in ("bot.app", "bot.commands.run", "tests.support.child"):
        importlib.import_module(module)


if __name__ == "__main__":
    _import_everything()
    _Forks().serve()
