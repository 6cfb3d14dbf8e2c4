"""A clock that moves only when a test, or what it scripted, moves it."""

from __future__ import annotations

import asyncio

from tests.storage.orders import NOON


class HandClock:
    """Begins at noon; sleeping on it does not move it."""

    def __init__(self) -> None:
        self._milliseconds = NOON

    def now_milliseconds(self) -> int:
        return self._milliseconds

    def steady_seconds(self) -> float:
        return self._milliseconds / 1000

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0.005)

    def advance(self, seconds: float) -> None:
        self._milliseconds += round(seconds * 1000)

    def set(self, milliseconds: int) -> None:
        self._milliseconds = max(self._milliseconds, milliseconds)
