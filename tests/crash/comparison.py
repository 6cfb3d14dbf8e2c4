"""How many tasks one order makes when the answer is lost: the provider's own SDK against ours.

`python -m tests.crash.comparison` prints the table. Both sides are given the same local provider
and the same fault; the SDK is used as its documentation shows, unmodified.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from typing import Any

import click
import httpx

from tests.crash.accounts import ask_for_video
from tests.crash.story import at_rest
from tests.crash.world import crash_world
from tests.support.deadlines import eventually, in_time
from tests.support.world import local_servers

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


async def with_sdk(which: str, kind: str, params: dict[str, Any]) -> Count:
    """One order by the official SDK, in a process of its own."""
    async with (
        local_servers() as sandbox,
        httpx.AsyncClient(base_url=f"{sandbox.telegram_base_url}/sim/provider") as control,
    ):
        if kind:
            sandbox.faults.add("provider", "submit", kind, params=params)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.sdk_order", which, sandbox.dashscope_base_url),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        printed, complaint = await in_time(process.communicate())
        if process.returncode:
            raise RuntimeError(complaint.decode()[-2000:])

        async def tasks() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await control.get("/tasks")).json()["tasks"]
            return found

        async def idle() -> bool:
            return all(task["ended_milliseconds"] for task in await tasks())

        await eventually(idle)
        calls = (await control.get("/calls")).json()["calls"]
        return Count(
            sum(call["endpoint"] == "submit" for call in calls),
            len(await tasks()),
            len((await control.get("/bill")).json()["videos"]),
            json.loads(printed)["video"],
        )


async def with_bot(kind: str, params: dict[str, Any]) -> Count:
    """One order by this bot."""
    async with crash_world() as world:
        if kind:
            world.faults.add("provider", "submit", kind, params=params)
        await world.start_bot()
        ada = await ask_for_video(world)

        async def rests() -> bool:
            return at_rest(world, 2)

        await eventually(rests)
        return Count(
            len(await world.submissions()),
            len((await world.provider("tasks"))["tasks"]),
            len(await world.billed_videos()),
            any("video" in message for message in await ada.heard()),
        )


async def compare() -> list[tuple[str, Count, Count, Count]]:
    """Every fault: both interfaces of the SDK, and the bot."""
    return [
        (
            name,
            await with_sdk("classic", kind, params),
            await with_sdk("client", kind, params),
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
