"""The official SDK pays twice for a lost answer, or loses the video; this bot does neither.

`python -m tests.crash.test_sdk_comparison` prints the table. Both sides are given the same local
provider and the same fault; the SDK is used as its documentation shows, unmodified: `classic` is
the interface of version 1, in version 2 still; `client` that of version 2, with its default
retries.
"""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from tests.crash.story import at_rest, crash_world
from tests.support.chats import Json
from tests.support.credentials import KEY
from tests.support.deadlines import eventually, in_time
from tests.support.media.voices import tone_wav
from tests.support.person import both

# The SDK leaves its pooled connections open at exit and uses what its libraries deprecate.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.filterwarnings("ignore")]

Order = Callable[[str], bool]
"""One order at the service's address; whether a video came of it."""

FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nothing goes wrong", "", {}),
    ("connection dropped after acceptance", "drop_after", {}),
    ("connection dropped before acceptance", "drop_before", {}),
    ("HTTP 500 after acceptance", "error_after", {"code": 500}),
    ("HTTP 503 after acceptance", "error_after", {"code": 503}),
)
_MODEL = "wan2.2-s2v"
_RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}
DROPPED: tuple[str, dict[str, Any]] = ("drop_after", {})
FAILED: tuple[str, dict[str, Any]] = ("error_after", {"code": 500})


class Count(NamedTuple):
    """What one order came to."""

    requests: int
    tasks: int
    billed: int
    got_video: bool

    def __str__(self) -> str:
        video = "video" if self.got_video else "no video"
        return f"{self.requests} sent, {self.tasks} tasks, {self.billed} billed, {video}"


def classic(base_url: str) -> bool:
    """As the SDK's own classes for videos do it."""
    from dashscope.client.base_api import BaseAsyncApi

    where: dict[str, Any] = {"api_key": KEY, "base_address": base_url}
    what = {"task_group": "aigc", "task": "image2video", "function": "video-synthesis"}
    asked: dict[str, Any] = {"model": _MODEL, "input": _uploaded(base_url), "headers": _RESOLVE}
    answer = BaseAsyncApi.async_call(**asked, **what, **where)
    if answer.status_code != 200:
        return False
    done: Any = BaseAsyncApi.wait(answer, **where)
    return bool(done.output["results"]["video_url"])


def client(base_url: str) -> bool:
    """As its second version does it for every long-running service."""
    import dashscope
    from dashscope.v2.errors import DashScopeError
    from dashscope.v2.resources._jobs import Jobs

    with dashscope.Client(api_key=KEY, base_url=base_url) as made:
        jobs = Jobs(made, "aigc/image2video/video-synthesis", "aigc")
        try:
            job = jobs.create(model=_MODEL, input=_uploaded(base_url), headers=_RESOLVE)
            return str(jobs.wait(job).status) == "SUCCEEDED"
        except DashScopeError:
            return False


def _uploaded(base_url: str) -> dict[str, str]:
    from dashscope.utils.oss_utils import OssUtils

    urls = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("image.jpg", both()[0]), ("audio.wav", tone_wav(900))):
            path = Path(folder, name)
            path.write_bytes(data)
            url, _ = OssUtils.upload(_MODEL, str(path), api_key=KEY, base_address=base_url)
            urls[f"{path.stem}_url"] = str(url)
    return urls


async def one_order(order: Order | None, kind: str, params: dict[str, Any]) -> Count:
    """One order by the official SDK; without one, by this bot."""
    async with crash_world() as world:
        if kind:
            world.faults.add("provider", "submit", kind, params=params)
        if order is None:
            await world.start_bot()
            ada = await world.person()
            await ada.sends_both()
            await eventually(lambda: at_rest(world, 2))
            got_video = bool(await ada.videos())
        else:
            ordered = asyncio.to_thread(order, world.settings["DASHSCOPE_BASE_URL"])
            got_video = await in_time(ordered)

        async def ended() -> list[Json]:
            tasks: list[Json] = (await world.provider("tasks"))["tasks"]
            return tasks if all(task["ended_milliseconds"] for task in tasks) else []

        tasks = await eventually(ended, "the end of every task")
        requests, billed = await world.provider_calls("submit"), await world.billed_videos()
        return Count(len(requests), len(tasks), len(billed), got_video)


@pytest.mark.parametrize("fault", [DROPPED, FAILED])
async def test_this_bot_pays_once_and_delivers(fault: tuple[str, dict[str, Any]]) -> None:
    assert await one_order(None, *fault) == Count(1, 1, 1, got_video=True)


async def test_the_official_sdk_pays_twice_for_one_dropped_connection() -> None:
    assert (await one_order(classic, *DROPPED)).billed > 1


async def test_the_official_sdk_pays_more_than_once_for_one_500() -> None:
    assert (await one_order(client, *FAILED)).billed > 1


async def main() -> None:
    """Print what one order comes to: with both interfaces of the SDK, and with the bot."""
    row = "{:<38}{:<40}{:<40}{}".format
    click.echo(row("one order, one fault", "SDK, classic calls", "SDK, client", "this bot"))
    for name, kind, params in FAULTS:
        counts = [await one_order(order, kind, params) for order in (classic, client, None)]
        click.echo(row(name, *map(str, counts)))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asyncio.run(main())
