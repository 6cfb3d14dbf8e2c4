"""The media process dies in the middle of a job: the job goes on, with a new one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.machine.world import Machine, sends_both, told, videos_of
from tests.system.world import eventually

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="needs /proc to see processes"
)
WITH_WORKERS = {"CRASH_PLAIN": ""}


def workers(bot: int) -> list[int]:
    """The bot's media processes."""
    return [
        int(child)
        for children in Path(f"/proc/{bot}/task").glob("*/children")
        for child in children.read_text().split()
        if b"worker_process" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


async def two_workers(there: Machine) -> list[int]:
    async def both() -> list[int] | None:
        found = workers(there.bot.pid)
        return found if len(found) == 2 else None

    return await eventually(both, "both media processes")


@pytest.mark.parametrize("there", [{"render_seconds": 1.0}], indirect=True)
async def test_a_worker_that_dies_with_a_paid_video_in_its_hands_is_replaced(
    there: Machine,
) -> None:
    ada = await there.person()
    await there.start_bot(**WITH_WORKERS)
    await sends_both(ada)
    await there.state_of_job("running")
    stopped = await two_workers(there)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)

    async def video_is_here() -> bool:
        return any((there.directory / "bot-data").glob("results/*.part.mp4"))

    await eventually(video_is_here, "the video waits for the worker")
    for pid in stopped:
        os.kill(pid, signal.SIGKILL)
    await told(ada, "AI-generated video")
    await there.state_of_job("done")
    assert await there.billed() == len(await videos_of(ada)) == 1
    assert not set(workers(there.bot.pid)) & set(stopped)
    await there.books_balance()


async def test_workers_that_die_while_nothing_is_done_are_not_noticed(there: Machine) -> None:
    ada = await there.person()
    await there.start_bot(**WITH_WORKERS)
    await there.up()
    for pid in await two_workers(there):
        os.kill(pid, signal.SIGKILL)
    await sends_both(ada)
    await told(ada, "AI-generated video")
    assert await there.billed() == 1
