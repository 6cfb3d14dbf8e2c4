"""What was sent long ago is asked about before anything is made of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.chats import buttons_of, text_of
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline, eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIVE_HOURS_SECONDS = 5 * 3_600


CLOCK = FakeClock(time.time_ns() // 1_000_000, rate=1.0, jumps=False)
"""The time at Telegram and at the provider; behind the bot's, messages arrive old."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for this file, with a clock of its own."""
    async with world(tmp_path_factory.mktemp("old"), clock=CLOCK) as made:
        yield made


async def sends_long_ago(person: Person, *kinds: str) -> None:
    """As if the bot had been away since."""
    CLOCK.set_wall(-FIVE_HOURS_SECONDS)
    for kind in kinds:
        await (person.sends_photo() if kind == "photo" else person.says())
    CLOCK.set_wall(FIVE_HOURS_SECONDS)


async def questions(person: Person) -> list[str]:
    button = label("button-go-on")
    return [text_of(m) for m in await person.heard() if button in buttons_of(m)]


def jobs_of(shared: World, person: Person) -> int:
    return len(shared.rows(f"SELECT 1 FROM jobs WHERE user_id = {person.user_id}"))


async def test_both_halves_of_long_ago_bring_one_question_and_after_yes_the_video(
    shared: World,
) -> None:
    ada = await shared.person()
    checks = len(await shared.provider_calls("detect"))
    await sends_long_ago(ada, "photo", "voice", "voice")
    question = await ada.sees(said("voice-late-video", ago="5 h"))
    asked = [text_of(m) for m in await ada.heard()]
    assert asked.count(text_of(question)) == 1
    assert jobs_of(shared, ada) == 0
    assert len(await shared.provider_calls("detect")) == checks, "not even a check was paid"

    assert await ada.presses(question, label("button-go-on")) == label("answer-started")
    await ada.sees_video()
    assert jobs_of(shared, ada) == 1
    assert await ada.presses_again(question, label("button-go-on")) == label("answer-too-late")


async def test_one_half_of_long_ago_is_asked_about_and_a_new_half_is_answer_enough(
    shared: World,
) -> None:
    bea = await shared.person("Bea")
    await sends_long_ago(bea, "photo")
    await bea.sees(said("photo-late", ago="5 h"))
    await bea.says()
    await bea.sees_video()
    assert await questions(bea) == []


async def test_nobody_else_can_answer(shared: World) -> None:
    cleo, dan = await shared.person("Cleo"), await shared.person("Dan")
    await sends_long_ago(cleo, "voice")
    question = await cleo.sees(said("voice-late", ago="5 h"))
    data = buttons_of(question)[label("button-go-on")]
    assert await dan.forges_press(question, data) == label("answer-not-yours")
    rows = shared.rows(f"SELECT state FROM media WHERE user_id = {cleo.user_id}")
    assert [row["state"] for row in rows] == ["asked"]


async def test_a_photo_of_days_ago_is_used_for_a_new_voice_after_asking_only(shared: World) -> None:
    eve = await photographed_three_days_ago(shared)
    voice = await eve.says()
    question = await eve.sees("Your last photo is 3 days old", reply_to=voice)
    assert jobs_of(shared, eve) == 0
    assert await eve.presses(question, label("button-go-on")) == label("answer-started")
    await eve.sees_video()

    await eve.reaches("done")
    await eve.says()
    await eve.sees_video(2)
    assert await questions(eve) == [], "it was used a moment ago"


async def test_another_photo_is_an_answer_too(shared: World) -> None:
    fay = await photographed_three_days_ago(shared)
    await fay.says()
    await fay.sees("Your last photo is 3 days old")
    await fay.sends_photo()
    await fay.sees_video()
    (job,) = shared.rows(f"SELECT photo_id FROM jobs WHERE user_id = {fay.user_id}")
    newest = shared.rows(
        f"SELECT MAX(id) AS id FROM media WHERE user_id = {fay.user_id} AND kind = 'photo'"
    )
    assert job["photo_id"] == newest[0]["id"]


async def photographed_three_days_ago(shared: World) -> Person:
    """Someone whose good photo has been lying here since."""
    person = await shared.person()
    await person.sends_photo()

    async def look() -> bool:
        rows = shared.rows(f"SELECT state FROM media WHERE user_id = {person.user_id}")
        return [row["state"] for row in rows] == ["ready"]

    await eventually(look, "a good photo")
    connection = sqlite3.connect(shared.database, timeout=deadline())
    with connection:
        connection.execute(
            "UPDATE media SET wanted_at_milliseconds = wanted_at_milliseconds - 3 * 86400000"
            " WHERE user_id = ?",
            (person.user_id,),
        )
    connection.close()
    return person
