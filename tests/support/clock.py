"""The one clock of the tests; see `bot.clock.Clock` for what it stands for."""

from __future__ import annotations

import asyncio
import time

HOUR = 3600.0
NOON_MILLISECONDS = 1_795_320_000_000
"""Noon in Shanghai on 2026-11-22."""


class FakeClock:
    """Stands still, or runs `rate` seconds in each real one, and can always be moved on.

    A sleep jumps: it takes no time and moves the clock. With `jumps=False` it waits until the
    clock, by running or by `advance`, has come to its end.

    `began_seconds` is when (by this machine's monotonic clock, one for all processes) it stood at
    `wall_milliseconds`; `slept` lists every sleep, `due` when the sleepers of now will wake.
    """

    def __init__(
        self,
        wall_milliseconds: int = NOON_MILLISECONDS,
        *,
        rate: float = 0.0,
        jumps: bool = True,
        began_seconds: float | None = None,
    ) -> None:
        self._wall_milliseconds = wall_milliseconds
        self._rate, self._jumps = rate, jumps
        self._began_seconds = time.monotonic() if began_seconds is None else began_seconds
        self._moved_seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def now_milliseconds(self) -> int:
        return self._wall_milliseconds + round(self.steady_seconds() * 1000)

    def steady_seconds(self) -> float:
        """See `Clock`; it begins with 0."""
        running = (time.monotonic() - self._began_seconds) * self._rate if self._rate else 0.0
        return self._moved_seconds + running

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._jumps:
            self.advance(max(0.0, seconds))
            await asyncio.sleep(0)
        else:
            await self._wait(self.steady_seconds() + seconds)

    def advance(self, seconds: float) -> None:
        """Time passes: sleepers whose end has come wake."""
        self._moved_seconds += seconds
        self._wake()

    def let_go(self) -> None:
        """Whoever sleeps has slept enough; no time passes by that."""
        for _, waking in self._sleepers:
            if not waking.done():
                waking.set_result(None)

    def set_wall(self, seconds: float) -> None:
        """The time of day is set so much forward (or back); nothing passes by that."""
        self._wall_milliseconds += round(seconds * 1000)

    @property
    def due(self) -> list[float]:
        """The steady seconds at which those who sleep now will wake."""
        return sorted(end for end, waking in self._sleepers if not waking.done())

    async def _wait(self, end: float) -> None:
        loop = asyncio.get_running_loop()
        sleeper = (end, loop.create_future())
        self._sleepers.append(sleeper)
        if self._rate:
            loop.call_later(max(0.0, end - self.steady_seconds()) / self._rate, self._wake)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    def _wake(self) -> None:
        for end, waking in self._sleepers:
            if end <= self.steady_seconds() + 1e-6 and not waking.done():
                waking.set_result(None)
