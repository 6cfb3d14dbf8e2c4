"""How many tasks one order makes when the answer is lost: the provider's own SDK against ours.

`python -m tests.crash.comparison` prints the table. Both sides are given the same local provider
and the same fault; the SDK is used as its documentation shows, unmodified.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import click

from tests.crash.sdk_order import Order, classic, client
from tests.crash.story import at_rest
from tests.crash.world import ask_for_video, crash_world
from tests.support.deadlines import eventually, in_time
from tests.support.world import World

FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nothing goes wrong", "", {}),
    ("connection dropped after acceptance", "drop_after", {}),
    ("connection dropped before acceptance", "drop_before", {}),
    ("HTTP 500 after acceptance", "error_after", {"code": 500}),
    ("HTTP 503 after acceptance", "error_after", {"code": 503}),
)


@dataclass(frozen=True, slots=True)
class Count:
    """What one order came to."""

    requests: int
    tasks: int
    billed: int
    got_video: bool

    def __str__(self) -> str:
        video = "video" if self.got_video else "no video"
        return f"{self.requests} sent, {self.tasks} tasks, {self.billed} billed, {video}"


async def with_sdk(order: Order, kind: str, params: dict[str, Any]) -> Count:
    """One order by the official SDK, in a process of its own."""
    async with _world(kind, params) as world:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            ordered = pool.submit(order, world.settings["DASHSCOPE_BASE_URL"])
            got_video = await in_time(asyncio.wrap_future(ordered))

        async def idle() -> bool:
            tasks = (await world.provider("tasks"))["tasks"]
            return all(task["ended_milliseconds"] for task in tasks)

        await eventually(idle)
        return await _count(world, got_video)


async def with_bot(kind: str, params: dict[str, Any]) -> Count:
    """One order by this bot."""
    async with _world(kind, params) as world:
        await world.start_bot()
        ada = await ask_for_video(world)
        await eventually(lambda: at_rest(world, 2))
        return await _count(world, bool(await ada.videos()))


@asynccontextmanager
async def _world(kind: str, params: dict[str, Any]) -> AsyncIterator[World]:
    async with crash_world() as world:
        if kind:
            world.faults.add("provider", "submit", kind, params=params)
        yield world


async def _count(world: World, got_video: bool) -> Count:
    tasks = (await world.provider("tasks"))["tasks"]
    requests, billed = await world.submissions(), await world.billed_videos()
    return Count(len(requests), len(tasks), len(billed), got_video)


async def compare() -> list[tuple[str, Count, Count, Count]]:
    """Every fault: both interfaces of the SDK, and the bot."""
    return [
        (
            name,
            await with_sdk(classic, kind, params),
            await with_sdk(client, kind, params),
            await with_bot(kind, params),
        )
        for name, kind, params in FAULTS
    ]


def main() -> None:
    """Print what one order comes to."""
    row = "{:<38}{:<40}{:<40}{}".format
    click.echo(row("one order, one fault", "SDK, classic calls", "SDK, client", "this bot"))
    for name, *counts in asyncio.run(compare()):
        click.echo(row(name, *map(str, counts)))


if __name__ == "__main__":
    main()
