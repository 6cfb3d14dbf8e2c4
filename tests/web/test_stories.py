"""The whole system behind a webhook: a sample of its stories; BOT_COMMAND=web runs all of them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from tests.support.deadlines import in_time

SYSTEM = Path(__file__).parents[1] / "system"
STORIES = ("chat/test_happy_way.py", "trouble/test_restart.py")
_OPTIONS = ("-q", "-m", "", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.mark.proof
@pytest.mark.parametrize("story", STORIES)
async def test_a_story_holds_behind_a_webhook_as_well(story: str) -> None:
    words = ("-m", "pytest", *_OPTIONS, str(SYSTEM / story))
    behind = {**os.environ, "BOT_COMMAND": "web"}
    told = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=SYSTEM.parents[1], env=behind, stdout=PIPE, stderr=STDOUT
    )
    printed, _ = await in_time(told.communicate(), "its end", steps=4)
    assert told.returncode == 0, printed.decode()
