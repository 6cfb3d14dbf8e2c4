"""Bad input against the real bot: repeated, shuffled, forged, too much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.soak.people import Person, crowd
from tests.soak.town import Town, town
from tests.soak.virtual import VirtualLoop


def live(path: Path, story: Callable[[Town, Person, Person], Awaitable[None]]) -> None:
    """Two people in a town without faults, until nothing is left to do."""

    async def scene() -> None:
        async with town(path, jobs_waiting_per_person=3) as there:
            there.start()
            ada, bob = crowd(2, there.mailbox, there.chats, there.chance, there.clock)
            await story(there, ada, bob)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scene())


async def rest(there: Town) -> None:
    await asyncio.sleep(5)
    await there.rest(7200)


def test_an_album_of_ten_voices_in_one_second_makes_one_video_and_answers_all(
    tmp_path: Path,
) -> None:
    async def story(there: Town, ada: Person, bob: Person) -> None:
        ada.sends_photo()
        await rest(there)
        for number in range(10):
            ada.sends_voice(2_000 + number, group="album")
            await asyncio.sleep(0.1)
        await rest(there)
        states = there.rows(
            "SELECT state, COUNT(*) AS n FROM media WHERE kind = 'sound' GROUP BY 1"
        )
        jobs = there.rows("SELECT state, held_milliseconds AS held FROM jobs")
        assert sum(row["n"] for row in states) == 10
        assert 1 <= len(jobs) <= 3
        assert {job["state"] for job in jobs} == {"done"}
        assert jobs[-1]["held"] == 2_009, "the newest voice is used"
        assert not [text for text in there.chats.texts(ada.user_id) if "Listening" in text]

    live(tmp_path, story)


def test_an_update_that_comes_again_takes_effect_once(tmp_path: Path) -> None:
    async def story(there: Town, ada: Person, bob: Person) -> None:
        ada.sends_photo()
        ada.sends_voice()
        again = list(there.mailbox._waiting)
        await rest(there)
        there.mailbox._waiting.extend([*again, *again])
        there.mailbox._introduction.set()
        await asyncio.sleep(100)
        there.mailbox._waiting.clear()
        await rest(there)
        assert len(there.rows("SELECT * FROM media")) == 2
        assert [job["state"] for job in there.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_updates_out_of_order_and_from_the_future_lead_to_the_same_video(tmp_path: Path) -> None:
    async def story(there: Town, ada: Person, bob: Person) -> None:
        there.chance.faults = 1.0  # of what a person sends: numbers jump, dates are in the future
        ada.sends_photo()
        ada.sends_voice()
        there.chance.faults = 0.0
        there.mailbox._waiting.reverse()
        await rest(there)
        await asyncio.sleep(60)
        assert [job["state"] for job in there.rows("SELECT state FROM jobs")] == ["done"]

    live(tmp_path, story)


def test_forged_presses_change_nothing_of_anybody(tmp_path: Path) -> None:
    async def story(there: Town, ada: Person, bob: Person) -> None:
        ada.sends_photo(faces=3)
        ada.sends_voice(25_000)
        await rest(there)
        before = there.rows("SELECT * FROM media") + there.rows("SELECT * FROM jobs")
        answered = there.sender.calls["answer"]
        for data in (
            *("check:1", "cut:2:5000", "reopen:1", "again:1:2", "cancel:1", "retry:1"),
            *("check:999999", "cut:2:999999999999999999", "cut:2:-1", "nonsense", ":", "a:1:2:3"),
            *("\x00" * 64, "\U0001f600" * 16, "cancel:" + "9" * 57, "cancel:١"),
        ):
            bob.presses(2, data)
        await rest(there)
        assert there.rows("SELECT * FROM media") + there.rows("SELECT * FROM jobs") == before
        assert there.sender.calls["answer"] == answered + 16
        assert not there.rows("SELECT * FROM inbox WHERE state <> 'done'")

    live(tmp_path, story)
