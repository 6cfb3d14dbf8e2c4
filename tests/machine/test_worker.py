"""The media process dies in the middle of a job: the job goes on, with a new one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.bench.processes import media_processes
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="needs /proc to see processes"
)
WITH_WORKERS = {"CRASH_PLAIN": ""}


def workers(bot: int) -> list[int]:
    """The bot's media processes."""
    return media_processes(bot)


async def two_workers(there: World, person: Person) -> list[int]:
    """Both media processes: they are there once a video was made, and for a minute."""
    await person.sends_both()
    await person.sees_video()
    found = workers(there.bot.pid)
    assert len(found) == 2
    return found


async def videos(person: Person, count: int) -> None:
    """Wait for so many."""

    async def there_are() -> bool:
        return len(await person.videos()) >= count

    await eventually(there_are, f"{count} videos")


async def test_a_worker_that_dies_with_a_paid_video_in_its_hands_is_replaced(there: World) -> None:
    ada = await there.person()
    await there.start_bot(**WITH_WORKERS)
    stopped = await two_workers(there, ada)
    first = await ada.reaches("done")
    await there.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_both()
    await ada.reaches("running", after=first)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    await there.tell_provider(render_seconds=QUICK_SECONDS)

    async def video_is_here() -> bool:
        return any((there.directory / "bot-data").glob("results/*.part.mp4"))

    await eventually(video_is_here, "the video waits for the worker")
    for pid in stopped:
        os.kill(pid, signal.SIGKILL)
    await videos(ada, 2)
    await ada.reaches("done")
    assert len(await there.billed_videos()) == len(await ada.videos()) == 2
    assert not set(workers(there.bot.pid)) & set(stopped)
    await there.ledger_balances()


async def test_workers_that_die_while_nothing_is_done_are_not_noticed(there: World) -> None:
    ada = await there.person()
    await there.start_bot(**WITH_WORKERS)
    await there.up()
    for pid in await two_workers(there, ada):
        os.kill(pid, signal.SIGKILL)
    await ada.sends_both()
    await videos(ada, 2)
    assert len(await there.billed_videos()) == 2
