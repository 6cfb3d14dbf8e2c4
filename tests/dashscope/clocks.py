"""A clock that moves only when someone sleeps on it."""

from __future__ import annotations


class TestClock:
    """Starts at a known moment; `slept` lists every wait."""

    __test__ = False

    def __init__(self, now_milliseconds: int = 1_788_000_000_000) -> None:
        self._start_milliseconds = now_milliseconds
        self._steady_seconds = 0.0
        self.slept: list[float] = []

    def now_milliseconds(self) -> int:
        return self._start_milliseconds + round(self._steady_seconds * 1000)

    def steady_seconds(self) -> float:
        return self._steady_seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._steady_seconds += seconds
