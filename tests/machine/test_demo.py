"""`talking-photo demo` dies without a word: its bot does not stay."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.commands.process import started
from tests.commands.test_demo import QUIET, READY, alive, bots
from tests.support.deadlines import eventually


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
async def test_the_bot_of_a_killed_demo_ends_by_itself(tmp_path: Path) -> None:
    async with started(*QUIET, "--directory", tmp_path / "data", cwd=tmp_path) as command:
        await command.printing(READY)
        (bot,) = bots(command)
        command.process.send_signal(signal.SIGKILL)
        await command.process.wait()

        async def gone() -> bool:
            return not alive(bot)

        await eventually(gone)
    assert "stopping" in (tmp_path / "data" / "bot.log").read_text("utf-8")
