"""Virtual time passes at once, in order, and stops a program that would wait for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.soak.virtual import StuckForEver, VirtualClock, VirtualLoop
from tests.support.deadlines import deadline


def run(work: Coroutine[Any, Any, Any], tick_seconds: float = 0.0) -> Any:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(tick_seconds)) as runner:
        return runner.run(work)


async def _week() -> tuple[list[str], int]:
    clock, order = VirtualClock(1_000), list[str]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        order.append(name)

    await asyncio.gather(sleeper("week", 7 * 86_400), sleeper("hour", 3_600), sleeper("now", 0))
    return order, clock.now_milliseconds()


def test_a_week_passes_in_order_and_at_once() -> None:
    since = time.monotonic()
    assert run(_week()) == (["now", "hour", "week"], 1_000 + 7 * 86_400_000)
    assert time.monotonic() - since < deadline()


def test_timeouts_and_threads_are_virtual_too() -> None:
    async def work() -> tuple[float, int]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(500):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time(), await asyncio.to_thread(len, "four")

    assert run(work()) == (500.0, 4)


def test_time_moves_in_ticks_when_they_are_given() -> None:
    async def work() -> float:
        await asyncio.sleep(0.1)
        return asyncio.get_running_loop().time()

    assert run(work(), tick_seconds=5.0) == 5.0


def test_waiting_for_nobody_is_noticed() -> None:
    with pytest.raises(StuckForEver):
        run(_forever())


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()
