"""Bad input against the real bot: repeated, shuffled, forged, too much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.limits import limits_of
from tests.soak.people import User, crowd
from tests.soak.virtual import VirtualLoop
from tests.soak.witnesses import check
from tests.soak.world import SoakWorld, soak_world
from tests.support.chats import Json, text_of
from tests.support.clock import HOUR


def live(path: Path, story: Callable[[SoakWorld, User, User], Awaitable[None]]) -> None:
    """Two people and a bot without faults, until nothing is left to do."""

    async def lived() -> None:
        async with soak_world(path, jobs_waiting_per_person=3) as there:
            await there.start_bot()
            ada, bob = await crowd(2, there)
            await story(there, ada, bob)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(lived())


async def rest(there: SoakWorld) -> None:
    await asyncio.sleep(5)
    await there.rest(7200)


def everything(there: SoakWorld) -> list[Json]:
    return there.rows("SELECT * FROM media") + there.rows("SELECT * FROM jobs")


def test_an_album_of_ten_voices_in_one_second_makes_one_video_and_answers_all(
    tmp_path: Path,
) -> None:
    async def story(there: SoakWorld, ada: User, bob: User) -> None:
        await ada.sends_photo()
        await rest(there)
        for number in range(10):
            await ada.sends_voice(2_000 + number)
            await asyncio.sleep(0.1)
        await rest(there)
        voices = there.rows("SELECT * FROM media WHERE kind = 'voice'")
        jobs = there.rows("SELECT state, held_milliseconds AS held FROM jobs")
        assert len(voices) == 10
        assert 1 <= len(jobs) <= 3
        assert {job["state"] for job in jobs} == {"done"}
        assert jobs[-1]["held"] == 2_009, "the newest voice is used"
        assert not [m for m in await ada.person.chat() if "Listening" in text_of(m)]

    live(tmp_path, story)


def test_an_update_that_comes_again_takes_effect_once(tmp_path: Path) -> None:
    async def story(there: SoakWorld, ada: User, bob: User) -> None:
        await ada.sends_photo()
        await ada.sends_voice()
        await rest(there)
        for row in 2 * there.rows("SELECT update_id FROM inbox"):
            await there.ask("POST", f"updates/{row['update_id']}/repeat")
        await rest(there)
        assert len(there.rows("SELECT * FROM media")) == 2
        assert [job["state"] for job in there.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_updates_out_of_order_and_from_the_future_lead_to_the_same_video(tmp_path: Path) -> None:
    async def story(there: SoakWorld, ada: User, bob: User) -> None:
        await there.kill_bot()
        await ada.sends_photo()
        await ada.sends_voice()
        there.chance.certain |= {"updates out of order", "date in the future"}
        await there.start_bot()
        await rest(there)
        assert all(there.chance.injected[what] for what in there.chance.certain)
        await asyncio.sleep(60)
        assert [job["state"] for job in there.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_forged_presses_change_nothing_of_anybody(tmp_path: Path) -> None:
    async def story(there: SoakWorld, ada: User, bob: User) -> None:
        await ada.sends_photo(faces=3)
        await ada.sends_voice(25_000)
        await rest(there)
        before = everything(there)
        calls = there.network.calls
        answered = calls["answerCallbackQuery"]
        for data in (
            *("check:1", "cut:2:5000", "reopen:1", "again:1:2", "cancel:1", "retry:1"),
            *("check:999999", "cut:2:999999999999999999", "cut:2:-1", "nonsense", ":", "a:1:2:3"),
            *("\x00" * 64, "\U0001f600" * 16, "cancel:" + "9" * 57, "cancel:١"),
        ):
            await bob.presses(2, data)
        await rest(there)
        assert there.rows("SELECT * FROM media") + there.rows("SELECT * FROM jobs") == before
        assert calls["answerCallbackQuery"] == answered + 16
        assert not there.rows("SELECT * FROM inbox WHERE state <> 'done'")

    live(tmp_path, story)


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_sends_nothing_twice_and_leaves_nobody_waiting(
    tmp_path: Path, hours: int, is_killed: bool
) -> None:
    async def story(there: SoakWorld, ada: User, bob: User) -> None:
        there.chance.faults = 0.2
        for number in range(6):
            for user in (ada, bob):
                await user.sends_photo()
                await user.sends_voice(2_000)
            await asyncio.sleep(10 * number)
            there.bot_clock.set_wall(hours * HOUR)
            await asyncio.sleep(30)
            if is_killed:
                await there.kill_bot()
            there.bot_clock.set_wall(-hours * HOUR)
            await asyncio.sleep(60)  # what the old one asked Telegram has an answer by then
            if is_killed:
                await there.start_bot()
        there.chance.faults = 0.0
        there.faults.clear()
        await there.kill_bot()
        await asyncio.sleep(60)
        await there.start_bot()
        await rest(there)
        caps = limits_of(there.bot_settings).caps
        found = check(there, there.journal, there.network, caps)
        assert (found.violations, found.facts["jobs done"] > 0) == ([], True)

    live(tmp_path, story)
