"""Time, injected: what needs it takes a `Clock`, so tests can move it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """The time of day, a steady time for measuring, and waiting."""

    def now_milliseconds(self) -> int:
        """Milliseconds since 1970-01-01 UTC; may jump when the machine's clock is set."""

    def steady_seconds(self) -> float:
        """Seconds since an arbitrary moment; never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now_milliseconds(self) -> int:
        """See `Clock`."""
        return time.time_ns() // 1_000_000

    def steady_seconds(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(seconds)
