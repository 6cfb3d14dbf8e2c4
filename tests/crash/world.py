"""A small world for one story: quick servers, bots that can be killed, caps that are known."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.jobs.ledger import Caps
from tests.support.world import World, quick_world

CAPS = Caps(ZoneInfo("Asia/Shanghai"), 60_000, None, 50_000_000, 500_000_000)
"""Of an operator who set none."""


@asynccontextmanager
async def crash_world() -> AsyncIterator[World]:
    """Servers without a bot; whatever bot is left at the end is killed."""
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder:
        async with quick_world(Path(folder)) as made:
            yield made
