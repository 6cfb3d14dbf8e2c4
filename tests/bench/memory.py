"""What the bot needs while it has nothing to do."""

from __future__ import annotations

from bot.texts import LANGUAGES
from handlers.menus import MENUS
from tests.bench.bots import NAIVE, NAIVE_IS, OURS, Started, started
from tests.bench.figures import Figure, figure_of
from tests.bench.processes import settled_megabytes
from tests.support.deadlines import eventually

RUNS = 3
MOST = 1.08
"""90 MB, where the naive bot takes 83."""

_MENUS = len(MENUS) * len(LANGUAGES)


async def measure(runs: int = RUNS) -> list[Figure]:
    """Proportional memory of all its processes."""
    pairs = [(await _ours(), await _naive()) for _ in range(runs)]
    return [figure_of("memory", "idle, all processes", pairs, "MB", NAIVE_IS, MOST)]


async def _ours() -> float:
    async with started(OURS) as bot:
        await _menus_are_published(bot)
        return await settled_megabytes(bot.pid)


async def _menus_are_published(bot: Started) -> None:
    """The last thing that it does by itself."""

    async def published() -> bool:
        return len(await bot.calls("setMyCommands")) >= _MENUS

    await eventually(published, "the menus are published")


async def _naive() -> float:
    async with started(NAIVE) as bot:
        return await settled_megabytes(bot.pid)
