"""How long it takes until the bot asks Telegram for messages."""

from __future__ import annotations

from tests.bench.bots import NAIVE, NAIVE_IS, OURS, Started, started
from tests.bench.figures import Figure, figure_of

RUNS = 7
MOST = 1.25


async def measure(runs: int = RUNS) -> list[Figure]:
    """By the wall, and of the processor, which others on the machine disturb less."""
    pairs = [(await _once(OURS), await _once(NAIVE)) for _ in range(runs)]
    wall = [(ours.wall_seconds, naive.wall_seconds) for ours, naive in pairs]
    processor = [(ours.processor_seconds, naive.processor_seconds) for ours, naive in pairs]
    return [
        figure_of("start", "until the first poll", wall, "s", NAIVE_IS, MOST),
        figure_of("start", "processor until then", processor, "s", NAIVE_IS, MOST),
    ]


async def _once(module: str) -> Started:
    async with started(module) as bot:
        return bot
