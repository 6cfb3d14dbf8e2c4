"""A world whose time runs many times as fast, for what Telegram's limits would draw out.

Twenty messages a minute are allowed in a group: here such a minute is over in a few seconds, for
the bot (`python -m tests.system.hurried run`) and for the servers alike. Both keep to every limit;
only the clocks they are given go faster, and so do the delays between them, as their clocks see it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.commands.child import BotProcess
from tests.system.world import World, world

NOON_IN_SHANGHAI_SECONDS = 1_795_320_000.0  # 2026-11-22
_FACTOR, _SINCE = "HURRY_FACTOR", "HURRY_SINCE"


class HurryingClock:
    """From noon on, `factor` seconds in each; `since` is when it was noon (seconds since 1970)."""

    def __init__(self, factor: float, since: float) -> None:
        self._factor = factor
        self._since = since

    def now_milliseconds(self) -> int:
        """See `bot.clock.Clock`."""
        return int((NOON_IN_SHANGHAI_SECONDS + self.steady_seconds()) * 1000)

    def steady_seconds(self) -> float:
        """See `bot.clock.Clock`."""
        return (time.time() - self._since) * self._factor

    async def sleep(self, seconds: float) -> None:
        """See `bot.clock.Clock`."""
        await asyncio.sleep(seconds / self._factor)


class HurriedWorld(World):
    """A `World` whose bot has such a clock."""

    async def start_bot(self, **settings: str) -> None:
        """Start it."""
        environment = {**self.settings, **settings}
        self.bot = BotProcess(self.directory, environment, module="tests.system.hurried")
        await self.bot.__aenter__()


@asynccontextmanager
async def hurried_world(
    directory: Path, *, factor: float = 10.0, render_seconds: float = 2.0, **settings: str
) -> AsyncIterator[World]:
    """As `world`; `render_seconds` are hurried seconds."""
    since = time.time()
    hurry = {_FACTOR: str(factor), _SINCE: repr(since), "POLL_SECONDS": "0.2"}
    async with world(
        directory,
        render_seconds=render_seconds,
        settings={**hurry, **settings},
        clock=HurryingClock(factor, since),
        kind=HurriedWorld,
    ) as made:
        yield made


def main() -> None:
    """The real bot with a hurrying clock."""
    import bot.app
    from bot.__main__ import main as command_line

    factor, since = float(os.environ[_FACTOR]), float(os.environ[_SINCE])
    clock = HurryingClock(factor, since)
    vars(bot.app)["SystemClock"] = lambda: clock
    command_line(["run", "--stop-with-stdin"], prog_name="talking-photo")


if __name__ == "__main__":
    main()
