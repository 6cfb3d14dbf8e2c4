"""Clocks for tests: one that never lets anybody wait, one that moves only when told."""

from __future__ import annotations

import asyncio
import time


class JumpingClock:
    """Sleeping takes no time and moves the clock on; `slept` lists every wait."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def now_milliseconds(self) -> int:
        return time.time_ns() // 1_000_000

    def steady_seconds(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += max(0.0, seconds)
        await asyncio.sleep(0)


class ManualClock:
    """Time stands still until `advance`."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now_milliseconds(self) -> int:
        return round(self.seconds * 1_000)

    def steady_seconds(self) -> float:
        return self.seconds

    @property
    def sleepers(self) -> int:
        """How many wait on this clock now."""
        return sum(not waking.done() for _, waking in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, waking))
        await waking

    def advance(self, seconds: float) -> None:
        """Move on and wake those whose time has come."""
        self.seconds += seconds
        due = [waking for at, waking in self._sleepers if at <= self.seconds + 1e-9]
        self._sleepers = [s for s in self._sleepers if s[0] > self.seconds + 1e-9]
        for waking in due:
            if not waking.done():
                waking.set_result(None)
