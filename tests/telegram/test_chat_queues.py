"""Order inside a lane, freedom between lanes."""

from __future__ import annotations

import asyncio

from bot.telegram.chat_queues import ChatQueues
from tests.support.deadlines import eventually, in_time


def _never(error: BaseException) -> None:
    raise AssertionError(error)


async def test_a_thousand_that_hang_keep_nobody_waiting() -> None:
    gate, handled = asyncio.Event(), list[int]()

    async def handle(item: int) -> None:
        if item < 1_000:
            await gate.wait()
        handled.append(item)

    lanes = ChatQueues[int](handle, _never, int)
    for item in range(1_000):
        lanes.put(item, item)
    lanes.put("b", 1_000)
    lanes.put(7, 1_001)
    await eventually(lambda: handled == [1_000])
    assert lanes.waiting == 1, "what is written in a chat waits for what was written before"
    gate.set()
    await eventually(lambda: len(handled) == 1_002)


async def test_a_lane_that_breaks_is_reported() -> None:
    errors: list[BaseException] = []

    async def handle(_item: int) -> None:
        raise OSError("disk full")

    lanes = ChatQueues[int](handle, errors.append, int)
    lanes.put("a", 1)
    await eventually(lambda: bool(errors))
    assert str(errors[0]) == "disk full"


async def test_closing_begins_nothing_new() -> None:
    handled, gate = [], asyncio.Event()

    async def handle(item: int) -> None:
        handled.append(item)
        await gate.wait()

    lanes = ChatQueues[int](handle, _never, int)
    lanes.put("a", 1)
    lanes.put("a", 2)
    await eventually(lambda: bool(handled))
    closing = asyncio.create_task(lanes.close(5))
    await asyncio.sleep(0)
    gate.set()
    await in_time(closing)
    assert handled == [1]


async def test_what_waits_in_a_lane_is_put_into_order_but_for_numbers_of_another_counting() -> None:
    gate, handled = asyncio.Event(), list[int]()

    async def handle(item: int) -> None:
        handled.append(item)
        await gate.wait()

    lanes = ChatQueues[int](handle, _never, int)
    arrived = [7, 9_000_002, 9_000_001, 4, 6, 5]
    for item in arrived:
        lanes.put("a", item)
    await eventually(lambda: handled == [7])
    gate.set()
    await eventually(lambda: len(handled) == len(arrived))
    assert handled == [7, 9_000_001, 9_000_002, 4, 5, 6]
