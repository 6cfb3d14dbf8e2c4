"""Killed or stopped anywhere, the bot goes on: one video, one task, and the ledger balances."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, said
from tests.support.world import HELD_SECONDS, World, world


async def speaker(there: World) -> Person:
    """Someone who sent a photo and a voice."""
    person = await there.person()
    await person.sends_photo()
    await person.says()
    return person


async def videos_of(person: Person) -> int:
    return len([message for message in await person.heard() if "video" in message])


async def everything_balances(there: World, people: list[Person]) -> None:
    """One job done, one task, one video each; nothing held; the bill is what was settled."""

    async def rest() -> bool:
        return not there.rows("SELECT 1 FROM jobs WHERE announced = 0")

    await eventually(rest, "every job is at rest")
    for person in people:
        assert await videos_of(person) == 1
    states = there.rows("SELECT state FROM jobs")
    assert [row["state"] for row in states] == ["done"] * len(people)
    tasks = (await there.provider("tasks"))["tasks"]
    assert len(tasks) == len(people)
    (ledger,) = there.rows(
        "SELECT SUM(held_micro_yuan) AS held, SUM(held_quota_milliseconds) AS held_quota, "
        "SUM(spent_micro_yuan) AS spent FROM ledger"
    )
    videos = (await there.provider("bill"))["videos"]
    spent = sum(video["micro_yuan"] for video in videos)
    assert ledger == {"held": 0, "held_quota": 0, "spent": spent}
    assert there.rows("SELECT 1 FROM inbox WHERE state <> 'done'") == []


def helpers_of(session_id: int) -> list[int]:
    """The processes of a session that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session_id and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


async def test_killed_with_work_in_every_early_state_it_finishes_all_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        await there.tell_provider(render_seconds=HELD_SECONDS)
        running = await speaker(there)
        await running.reaches("running")
        waiting = await speaker(there)
        await waiting.reaches("ready")
        item = await there.person()
        kept = await item.sends_photo()
        await item.sees(said("photo-ready", longest=LONGEST_SECONDS), reply_to=kept)
        there.faults.add("provider", "detect", "delay", params={"seconds": 3})
        checking = await there.person()
        checked = await checking.sends_photo()
        await checking.sees(said("photo-looking"), reply_to=checked)
        session_id = there.bot.pid
        await there.kill_bot()
        unheard = await speaker(there)

        async def gone() -> bool:
            return not helpers_of(session_id)

        await eventually(gone, "the helpers of the killed process notice and end")
        await there.tell_provider(render_seconds=0.2)
        await there.start_bot()
        await asyncio.gather(item.says(), checking.says())
        people = [running, waiting, item, checking, unheard]
        await asyncio.gather(*(person.sees_video() for person in people))
        await everything_balances(there, people)


async def test_killed_before_it_knew_its_task_it_finds_it_and_orders_no_other(there: World) -> None:
    there.faults.add("provider", "submit", "drop_after")
    ada = await speaker(there)
    await ada.reaches("submitting")

    async def accepted() -> bool:
        return bool((await there.provider("tasks"))["tasks"])

    await eventually(accepted, "the provider takes the order")
    await there.kill_bot()
    assert (await ada.reaches("submitting"))["task_id"] is None
    await there.start_bot()
    await ada.sees_video()
    await everything_balances(there, [ada])


async def test_killed_while_the_paid_video_is_fetched_and_again_while_it_is_sent(
    there: World,
) -> None:
    there.faults.add("provider", "result", "delay", params={"seconds": 3})
    ada = await speaker(there)
    await ada.reaches("fetching")
    await there.kill_bot()
    there.faults.clear()
    there.faults.add("telegram", "sendVideo", "delay", params={"seconds": 4})
    there.faults.add("telegram", "sendVideo", "drop_before")
    await there.start_bot()

    async def sending() -> bool:
        return bool(there.rows("SELECT 1 FROM deliveries"))

    await eventually(sending, "the video is being sent")
    await there.kill_bot()
    await there.start_bot()
    await ada.sees_video()
    await everything_balances(there, [ada])


@pytest.mark.parametrize("state", ["running", "delivering"])
async def test_asked_to_stop_it_ends_well_and_goes_on_later(there: World, state: str) -> None:
    await there.tell_provider(render_seconds=HELD_SECONDS if state == "running" else 0.2)
    there.faults.add("telegram", "sendVideo", "delay", params={"seconds": 2})
    ada = await speaker(there)
    await ada.reaches(state)
    assert await there.bot.kill(signal.SIGTERM) == 0
    await there.tell_provider(render_seconds=0.2)
    await there.start_bot()
    await ada.sees_video()
    await everything_balances(there, [ada])
