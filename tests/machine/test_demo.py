"""`talking-photo demo` dies without a word: its bot does not stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.test_demo import QUIET, READY, alive, bots
from tests.support.deadlines import eventually
from tests.support.process import started


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
async def test_the_bot_of_a_killed_demo_ends_by_itself(tmp_path: Path) -> None:
    async with started(*QUIET, "--directory", tmp_path / "data", cwd=tmp_path) as command:
        await command.printing(READY)
        (bot,) = bots(command)
        await command.kill()

        async def gone() -> bool:
            return not alive(bot)

        await eventually(gone)
    assert "stopping" in (tmp_path / "data" / "bot.log").read_text("utf-8")
