"""A small world for one story: quick servers, bots that can be killed, caps that are known."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.world import World, quick_world

QUOTA_MILLISECONDS = 60_000
BUDGET_MICRO_YUAN = 50_000_000


@asynccontextmanager
async def crash_world() -> AsyncIterator[World]:
    """Servers without a bot; whatever bot is left at the end is killed."""
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder:
        async with quick_world(
            Path(folder),
            ENGINE="wan2.2-s2v",
            QUOTA_SECONDS_PER_DAY=str(QUOTA_MILLISECONDS // 1000),
            BUDGET_YUAN_PER_DAY=str(BUDGET_MICRO_YUAN // 1_000_000),
        ) as made:
            yield made
