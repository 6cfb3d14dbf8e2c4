"""Quick starts: bots forked from a process that has imported everything; their exit codes are kept.

`python -m tests.machine.nursery` is that process. It belongs to no event loop, so one serves all
tests of a session.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.commands.child import bot_environment

_LOOK_SECONDS = 0.02
_LAST_LINES = 12


class Forked:
    """A running bot."""

    def __init__(self, pid: int, directory: Path) -> None:
        self.pid = pid
        self._log = directory / "bot.log"
        self._code = directory / f"exit-code-{pid}"

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def ended(self) -> int:
        """Wait for its end; its exit code, negative when it was killed."""
        while True:
            if not self.is_running:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return int(self._code.read_text()) if self._code.exists() else -signal.SIGKILL

    def last_lines(self) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text("utf-8").splitlines()[-_LAST_LINES:])


class Nursery:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.machine.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, directory: Path, settings: Mapping[str, str]) -> Forked:
        """Start a bot with these settings; it logs to `bot.log` there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"environment": bot_environment(settings), "directory": str(directory)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()), directory)

    def close(self) -> None:
        """End it; bots live on."""
        self._process.communicate()


def serve() -> None:
    """Fork a bot for every line that comes in, until there are no more."""
    import bot.app
    import bot.commands.run
    from tests.machine import child

    assert bot.app
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            directory = Path(order["directory"])
            _become(order["environment"], directory)
            os._exit(_code_of(child.main, directory))
        os.write(1, f"{pid}\n".encode())


def _become(environment: Mapping[str, str], directory: Path) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(directory / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for theirs, ours in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(theirs, ours)
    os.environ.clear()
    os.environ.update(environment)


def _code_of(main: object, directory: Path) -> int:
    assert callable(main)
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        (directory / f"exit-code-{os.getpid()}").write_text(str(code))
    return code


if __name__ == "__main__":
    serve()
