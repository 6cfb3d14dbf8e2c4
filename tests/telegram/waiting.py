"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], bool | Awaitable[bool]], deadline_seconds: float = 10.0
) -> None:
    """Return when it holds; fail when it does not hold in time."""
    end = time.monotonic() + deadline_seconds
    while time.monotonic() < end:
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the condition did not come true in time")
