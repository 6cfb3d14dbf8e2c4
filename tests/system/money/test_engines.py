"""Several engines: each person's videos are made by the one they chose, and billed as that."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"ENGINE": "wan2.2-s2v,emo"}
WAN, EMO = "wan2.2-s2v", "emo-v1"
PRICES = {WAN: 500, EMO: 80}
"""Micro-yuan a millisecond."""


async def test_each_one_gets_a_video_of_their_engine_and_the_books_are_the_bill(
    shared: World,
) -> None:
    ada, bob = await shared.person(), await shared.person("Bob")
    photo = await bob.sends_photo()
    await bob.sees(said("photo-ready", longest=19.9), reply_to=photo)
    await chooses_emo(bob)  # after the photo was checked and handed over for the other one
    for person in (ada, bob):
        if person is ada:
            await ada.sends_photo()
        await person.says()
    for person in (ada, bob):
        await person.sees_video()
    of_ada, of_bob = await ada.reaches("done"), await bob.reaches("done")
    assert (of_ada["engine"], of_bob["engine"]) == ("wan2.2-s2v", "emo")
    assert await checks_of(shared, bob) == {"wan2.2-s2v-detect": 1, "emo-detect-v1": 1}

    await bob.says()  # the same face again: nothing is checked or handed over anew
    video = await bob.sees_video(2)
    assert label("button-finer") not in buttons_of(video)
    assert await checks_of(shared, bob) == {"wan2.2-s2v-detect": 1, "emo-detect-v1": 1}
    await bob.reaches("done")

    settled = await eventually(lambda: settlements(shared, 3), "all three are settled")
    bill = await shared.provider("bill")
    assert Counter(video["model"] for video in bill["videos"]) == {WAN: 1, EMO: 2}
    for video in bill["videos"]:
        entry = settled[video["task_id"]]
        assert video["milliseconds"] == entry["video_milliseconds"]
        assert video["micro_yuan"] == entry["spent_micro_yuan"]
        assert video["micro_yuan"] == video["milliseconds"] * PRICES[video["model"]]
        share = 1 if video["model"] == WAN else 0.16
        assert entry["spent_quota_milliseconds"] == pytest.approx(
            video["milliseconds"] * share, abs=1
        )
    assert bill["detections"] == len(shared.rows("SELECT * FROM detections"))
    (balance,) = shared.rows("SELECT SUM(held_quota_milliseconds) AS held FROM ledger")
    assert balance["held"] == 0


async def test_the_menu_says_what_each_counts_and_offers_no_resolution_with_emo(
    shared: World,
) -> None:
    ada = await shared.person()
    menu = await opened(ada)
    assert said("settings-line", name=label("setting-engine"), value=label("engine-wan")) in (
        text_of(menu)
    )
    await ada.presses(menu, label("setting-engine"))
    line = said("engine-line", name=label("engine-emo"), ratio=0.16)
    question = await reads(ada, menu, line)
    assert label("engine-preview") not in text_of(question)
    assert await ada.forges_press(question, "setting:engine:preview") == label("answer-too-late")
    await ada.presses(question, label("engine-emo"))
    changed = await reads(ada, menu, label("engine-emo"))
    assert label("setting-resolution") not in buttons_of(changed)
    assert await ada.forges_press(menu, "setting:resolution:large") == label("answer-too-late")


async def test_jobs_of_an_engine_that_is_switched_off_end_or_are_brought_to_their_end(
    shared: World,
) -> None:
    ada = await shared.person()
    await chooses_emo(ada)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_photo()
    await ada.says()
    running = await ada.reaches("running")
    await ada.says()
    waiting = await ada.reaches("ready", after=running)
    await shared.stop_bot()
    await shared.start_bot(ENGINE="wan2.2-s2v")
    end = await ada.sees(said("failed-switched-off"))
    (held,) = shared.rows(
        f"SELECT SUM(held_quota_milliseconds) AS held FROM ledger WHERE job_id = {waiting['id']}"
    )
    assert held["held"] == 0
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video()
    await eventually(lambda: is_done(shared, running["id"]), "the running one is brought")

    await ada.presses(end, label("button-retry"))
    await ada.sees_video(2)
    again = await ada.reaches("done")
    assert again["engine"] == "wan2.2-s2v"
    assert await checks_of(shared, ada) == {"emo-detect-v1": 1, "wan2.2-s2v-detect": 1}


async def chooses_emo(person: Person) -> None:
    await person.forges_press(await opened(person), "setting:engine:emo")


async def opened(person: Person) -> Json:
    await person.writes("/settings")
    return await person.sees(said("settings-title"))


async def reads(person: Person, menu: Json, text: str) -> Json:
    async def look() -> Json | None:
        for message in await person.heard():
            if message["message_id"] == menu["message_id"] and text in text_of(message):
                return message
        return None

    return await eventually(look, f"the menu with {text!r}")


async def checks_of(shared: World, person: Person) -> dict[str, int]:
    rows = shared.rows(f"SELECT model FROM detections WHERE user_id = {person.user_id}")
    return dict(Counter(row["model"] for row in rows))


async def settlements(shared: World, number: int) -> dict[str, Json] | None:
    rows = shared.rows(
        "SELECT ledger.*, task_id FROM ledger JOIN tasks ON tasks.job_id = ledger.job_id"
        " WHERE kind = 'settle'"
    )
    return {row["task_id"]: row for row in rows} if len(rows) >= number else None


async def is_done(shared: World, job_id: int) -> bool:
    return bool(shared.rows(f"SELECT 1 FROM jobs WHERE id = {job_id} AND state = 'done'"))
