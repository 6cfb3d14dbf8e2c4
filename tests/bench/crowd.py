"""How long a crowd waits that comes at once: the service makes one video at a time."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, figure_of
from tests.support.deadlines import eventually
from tests.support.world import World, world

RUNS = 1
PEOPLE = 30
RENDER_SECONDS = 0.5
MOST = 19 / 15

_SETTINGS = {"POLL_SECONDS": "0.2", "LOG_LEVEL": "INFO", "JOB_JOURNAL": "", "MACHINE_TROUBLE": ""}


async def measure(runs: int = RUNS) -> list[Figure]:
    """From the first photo to the last video."""
    least = PEOPLE * RENDER_SECONDS
    pairs = [(await _served(), least) for _ in range(runs)]
    what = f"{PEOPLE} people at once"
    return [figure_of("crowd", what, pairs, "s", "their renderings one after another", MOST)]


async def _served() -> float:
    with tempfile.TemporaryDirectory() as folder:
        servers = world(Path(folder), _SETTINGS, render_seconds=RENDER_SECONDS, stand_ins=True)
        async with servers as there:
            people = [await there.person(f"P{number}") for number in range(PEOPLE)]
            began_milliseconds = time.time() * 1000
            for person in people:
                await person.sends_photo()
                await person.says()
            return (await _last_video(there) - began_milliseconds) / 1000


async def _last_video(there: World) -> float:
    """When it came, in milliseconds."""

    async def all_sent() -> bool:
        await asyncio.sleep(0.2)
        return len(await there.bot_calls("sendVideo")) >= PEOPLE

    await eventually(all_sent, "a video for everybody", steps=PEOPLE)
    return float((await there.bot_calls("sendVideo"))[-1]["at"])
