"""Order inside a lane, freedom between lanes."""

from __future__ import annotations

import asyncio

from bot.telegram.chat_queues import ChatQueues
from tests.support.deadlines import eventually, in_time


def _never(error: BaseException) -> None:
    raise AssertionError(error)


async def test_no_more_than_allowed_are_handled_at_once() -> None:
    now, most = 0, 0

    async def handle(_item: int) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    lanes = ChatQueues[int](handle, _never, at_once=3)
    for item in range(20):
        await lanes.put(item, item)
    await eventually(lambda: not lanes._tasks)
    assert most == 3


async def test_taking_in_waits_while_there_is_no_room() -> None:
    gate = asyncio.Event()

    async def handle(_item: int) -> None:
        await gate.wait()

    lanes = ChatQueues[int](handle, _never, waiting=2)
    await lanes.put("a", 1)
    await lanes.put("a", 2)
    third = asyncio.create_task(lanes.put("b", 3))
    await asyncio.sleep(0)
    assert not third.done()
    gate.set()
    await in_time(third)
    await lanes.close(1)


async def test_a_lane_that_breaks_is_reported() -> None:
    errors: list[BaseException] = []

    async def handle(_item: int) -> None:
        raise OSError("disk full")

    lanes = ChatQueues[int](handle, errors.append)
    await lanes.put("a", 1)
    await eventually(lambda: bool(errors))
    assert str(errors[0]) == "disk full"


async def test_closing_begins_nothing_new() -> None:
    handled, gate = [], asyncio.Event()

    async def handle(item: int) -> None:
        handled.append(item)
        await gate.wait()

    lanes = ChatQueues[int](handle, _never)
    await lanes.put("a", 1)
    await lanes.put("a", 2)
    await eventually(lambda: bool(handled))
    closing = asyncio.create_task(lanes.close(5))
    await asyncio.sleep(0)
    gate.set()
    await in_time(closing)
    assert handled == [1]
