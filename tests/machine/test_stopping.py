"""SIGTERM, whatever the bot is doing: it ends in time, and nothing is lost or repeated after it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.faults import Side
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.process import slowness_now
from tests.support.world import HELD_SECONDS, World, quick_world

STOP_SECONDS = 20.0
LONGER_THAN_ANY_GRACE_SECONDS = 60.0
JUST_LONGER_THAN_THE_GRACE_SECONDS = 16.0


@dataclass(frozen=True)
class Moment:
    """What the bot is doing when it is told to stop: a job's state and who is slow."""

    state: str
    side: Side | None = None
    slow: str = ""
    seconds: float = LONGER_THAN_ANY_GRACE_SECONDS
    render_seconds: float = 0.1
    people: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


MOMENTS = {
    "fetching a photo": Moment("", "telegram", "download"),
    "handing a photo over": Moment("", "provider", "upload"),
    "waiting for the slot": Moment("ready", render_seconds=HELD_SECONDS, people=2),
    "submitting": Moment(
        "submitting",
        "provider",
        "submit",
        JUST_LONGER_THAN_THE_GRACE_SECONDS,
        # Whether there is a task has to be looked for until then, and not less.
        settings={"CRASH_SETTLED_SECONDS": "60"},
    ),
    "rendering": Moment("running", render_seconds=HELD_SECONDS),
    "fetching the video": Moment("fetching", "provider", "result"),
    "sending the video": Moment("delivering", "telegram", "sendVideo"),
}


async def test_it_ends_in_time_and_goes_on_whatever_it_was_doing(tmp_path: Path) -> None:
    """Side by side, since most of it is waiting."""
    folders = {name: tmp_path / str(number) for number, name in enumerate(MOMENTS)}
    for folder in folders.values():
        folder.mkdir()
    results = await asyncio.gather(
        *(_stop_and_go_on(folders[name], moment) for name, moment in MOMENTS.items()),
        return_exceptions=True,
    )
    wrong = {
        name: result for name, result in zip(MOMENTS, results, strict=True) if result is not None
    }
    assert not wrong, "\n".join(f"{name}: {result}" for name, result in wrong.items())


async def _stop_and_go_on(folder: Path, moment: Moment) -> None:
    async with quick_world(folder, render_seconds=moment.render_seconds) as there:
        there.settings.update(moment.settings)
        people = [await there.person() for _ in range(moment.people)]
        if moment.side is not None:
            there.faults.add(moment.side, moment.slow, "delay", params={"seconds": moment.seconds})
        await there.start_bot()
        await _arrive(there, people, moment)
        since = time.monotonic()
        code = await there.bot.kill(signal.SIGTERM)
        seconds = time.monotonic() - since
        assert (code, "ended by force" in there.log()) == (0, False), there.bot.last_lines()
        assert seconds < STOP_SECONDS * slowness_now()
        await there.tell_provider(render_seconds=0.1)
        await there.start_bot()
        for person in people:
            await person.sees_video()
        await _check(there, people)


async def _arrive(there: World, people: list[Person], moment: Moment) -> None:
    for person in people:
        await person.sends_both()
    if moment.state:
        await people[-1].reaches(moment.state)
    await eventually(lambda: _met(there), "the slow call is under way")


async def _met(there: World) -> bool:
    """A fault that was used up is no longer on the board."""
    return not there.faults.active()


async def _check(there: World, people: list[Person]) -> None:
    async def done() -> bool:
        return not there.rows("SELECT 1 FROM jobs WHERE state <> 'done' OR announced = 0")

    await eventually(done, "every job is done")
    assert [len(await person.videos()) for person in people] == [1] * len(people)
    assert len(await there.billed_videos()) == len(people)
    await there.ledger_balances()


async def test_a_closed_terminal_ends_it(there: World) -> None:
    await there.start_bot()
    await there.up()
    assert await there.bot.kill(signal.SIGHUP) == 0


async def test_under_nohup_it_outlives_its_terminal_and_ends_when_asked(there: World) -> None:
    await there.start_bot(HANG_UP_IGNORED="1")
    await there.up()
    os.kill(there.bot.pid, signal.SIGHUP)
    ada = await there.person()
    await ada.writes("/start")
    await eventually(ada.heard, "an answer")
    assert await there.bot.kill(signal.SIGTERM) == 0
