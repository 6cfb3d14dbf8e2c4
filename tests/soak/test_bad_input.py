"""Bad input against the real bot: repeated, shuffled, forged, too much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.soak.bot import SoakedBot, soaked_bot
from tests.soak.people import Person, crowd
from tests.soak.virtual import VirtualLoop
from tests.soak.witnesses import check
from tests.support.clock import HOUR


def live(path: Path, story: Callable[[SoakedBot, Person, Person], Awaitable[None]]) -> None:
    """Two people and a bot without faults, until nothing is left to do."""

    async def lived() -> None:
        async with soaked_bot(path, jobs_waiting_per_person=3) as bot:
            bot.start()
            ada, bob = crowd(2, bot)
            await story(bot, ada, bob)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(lived())


async def rest(bot: SoakedBot) -> None:
    await asyncio.sleep(5)
    await bot.rest(7200)


def test_an_album_of_ten_voices_in_one_second_makes_one_video_and_answers_all(
    tmp_path: Path,
) -> None:
    async def story(bot: SoakedBot, ada: Person, bob: Person) -> None:
        ada.sends_photo()
        await rest(bot)
        for number in range(10):
            ada.sends_voice(2_000 + number)
            await asyncio.sleep(0.1)
        await rest(bot)
        states = bot.rows("SELECT state, COUNT(*) AS n FROM media WHERE kind = 'voice' GROUP BY 1")
        jobs = bot.rows("SELECT state, held_milliseconds AS held FROM jobs")
        assert sum(row["n"] for row in states) == 10
        assert 1 <= len(jobs) <= 3
        assert {job["state"] for job in jobs} == {"done"}
        assert jobs[-1]["held"] == 2_009, "the newest voice is used"
        texts = [m.body.get("text", "") for m in ada.chat.messages.values() if not m.deleted]
        assert not [text for text in texts if "Listening" in text]

    live(tmp_path, story)


def test_an_update_that_comes_again_takes_effect_once(tmp_path: Path) -> None:
    async def story(bot: SoakedBot, ada: Person, bob: Person) -> None:
        ada.sends_photo()
        ada.sends_voice()
        numbers = [update["update_id"] for update in bot.services.updates._pending]
        await rest(bot)
        assert all(bot.services.updates.repeat(number) for number in [*numbers, *numbers])
        await rest(bot)
        assert len(bot.rows("SELECT * FROM media")) == 2
        assert [job["state"] for job in bot.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_updates_out_of_order_and_from_the_future_lead_to_the_same_video(tmp_path: Path) -> None:
    async def story(bot: SoakedBot, ada: Person, bob: Person) -> None:
        bot.chance.faults = 1.0  # of what a person sends: numbers jump, dates are in the future
        ada.sends_photo()
        ada.sends_voice()
        bot.chance.faults = 0.0
        bot.services.updates._pending.reverse()
        await rest(bot)
        await asyncio.sleep(60)
        assert [job["state"] for job in bot.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_forged_presses_change_nothing_of_anybody(tmp_path: Path) -> None:
    async def story(bot: SoakedBot, ada: Person, bob: Person) -> None:
        ada.sends_photo(faces=3)
        ada.sends_voice(25_000)
        await rest(bot)
        before = bot.rows("SELECT * FROM media") + bot.rows("SELECT * FROM jobs")
        calls = bot.services.network.calls
        answered = calls["answerCallbackQuery"]
        for data in (
            *("check:1", "cut:2:5000", "reopen:1", "again:1:2", "cancel:1", "retry:1"),
            *("check:999999", "cut:2:999999999999999999", "cut:2:-1", "nonsense", ":", "a:1:2:3"),
            *("\x00" * 64, "\U0001f600" * 16, "cancel:" + "9" * 57, "cancel:١"),
        ):
            bob.presses(2, data)
        await rest(bot)
        assert bot.rows("SELECT * FROM media") + bot.rows("SELECT * FROM jobs") == before
        assert calls["answerCallbackQuery"] == answered + 16
        assert not bot.rows("SELECT * FROM inbox WHERE state <> 'done'")

    live(tmp_path, story)


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_sends_nothing_twice_and_leaves_nobody_waiting(
    tmp_path: Path, hours: int, is_killed: bool
) -> None:
    async def story(bot: SoakedBot, ada: Person, bob: Person) -> None:
        bot.chance.faults = 0.2
        for number in range(6):
            for person in (ada, bob):
                person.sends_photo()
                person.sends_voice(2_000)
            await asyncio.sleep(10 * number)
            bot.machine_clock.set_wall(hours * HOUR)
            await asyncio.sleep(30)
            if is_killed:
                await bot.kill()
            bot.machine_clock.set_wall(-hours * HOUR)
            await asyncio.sleep(60)  # what the old one asked Telegram has an answer by then
            if is_killed:
                bot.start()
        bot.chance.faults = 0.0
        bot.services.faults.clear()
        await bot.kill()
        await asyncio.sleep(60)
        bot.start()
        await rest(bot)
        found = check(bot)
        assert (found.violations, found.facts["jobs done"] > 0) == ([], True)

    live(tmp_path, story)
