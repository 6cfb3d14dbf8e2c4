"""How long after it is rendered a preview is in its chat, while others are being rendered."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.bench.figures import Figure, figure_of
from tests.support.world import World, world

PEOPLE = 3
SECONDS = 18.5
MOST_SECONDS = 1.0

_SETTINGS = {
    "ENGINE": "preview",
    "DASHSCOPE_API_KEY": "",
    "RESOLUTION": "720P",
    "QUOTA_SECONDS_PER_DAY": "3600",
    "LOG_LEVEL": "INFO",
    "POLL_SECONDS": "",
}


async def measure() -> list[Figure]:
    """Each of them is late by itself: the latest counts."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(Path(folder), _SETTINGS) as there:
            await asyncio.gather(*(_asks(there) for _ in range(PEOPLE)))
            sent = await _sent(there)
            ready = _ready(Path(folder, "bot-data", "preview"))
    late = max(arrived - made for made, arrived in zip(ready, sent, strict=True))
    pairs = [(late, MOST_SECONDS)]
    return [figure_of("previews", "ready, then in the chat", pairs, "s", "what is promised", 1.0)]


async def _asks(there: World) -> None:
    person = await there.person()
    await person.sends_photo()
    await person.says(SECONDS)
    await person.sees_video()


async def _sent(there: World) -> list[float]:
    return sorted(call["at"] / 1000 for call in await there.bot_calls("sendVideo"))


def _ready(previews: Path) -> list[float]:
    """When each was whole."""
    return sorted(video.stat().st_mtime for video in previews.glob("*.mp4"))
