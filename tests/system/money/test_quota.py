"""Nobody spends more than allowed, and everybody is told what is left and when more comes."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.chats import buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, MIDDAY, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "2", "DETECTIONS_PER_PERSON_PER_DAY": "2"}
WHEN = label("when-tomorrow", time="00:00", zone=MIDDAY)


@pytest.mark.proof
async def test_a_voice_over_the_quota_can_be_shortened_to_what_is_left(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    voice = await ada.says(3)
    offer = await ada.sees(
        said("voice-quota-shorten", seconds=3, left=2, when=WHEN), reply_to=voice
    )
    shorten = label("button-beginning", seconds=2)
    assert list(buttons_of(offer)) == [shorten, label("button-retry")]
    assert await ada.presses(offer, shorten) == label("answer-started")
    video = await ada.sees_video()
    assert video["video"]["duration"] == 2
    assert "2 s used · 0 s left today" in text_of(video)

    async def settled() -> bool:
        (balance,) = shared.rows(
            "SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent "
            f"FROM ledger WHERE user_id = {ada.user_id}"
        )
        return bool(balance == {"held": 0, "spent": 2000})

    assert await eventually(settled, "the two seconds are settled")


async def test_when_nothing_is_left_only_waiting_helps(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says(1.5)
    await ada.sees_video()
    voice = await ada.says(1.5)
    refusal = await ada.sees(said("voice-quota", seconds=1.5, left=0.5, when=WHEN), reply_to=voice)
    assert list(buttons_of(refusal)) == [label("button-retry")]
    tasks = len((await shared.provider("tasks"))["tasks"])
    await ada.presses(refusal, label("button-retry"))
    await ada.sees(said("voice-quota", seconds=1.5, left=0.5, when=WHEN), reply_to=voice)
    assert len((await shared.provider("tasks"))["tasks"]) == tasks


@pytest.mark.proof
async def test_a_tap_that_would_leave_little_of_the_quota_asks_first(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    photo = await ada.sends_photo()
    offer = await ada.sees_key("photo-ready-again", reply_to=photo)
    await ada.presses(offer, label("button-same-voice"))
    question = await ada.sees_key("voice-confirm")
    assert len(shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id}")) == 1
    assert await ada.presses(question, label("button-go-on")) == label("answer-started")
    await ada.sees_video(2)


async def test_what_one_job_has_set_aside_another_cannot_take(shared: World) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says(1.5)
    await ada.reaches("running")
    second = await ada.says(1.5)
    await ada.sees("you have 0.5 s left", reply_to=second)
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video()


async def test_paid_checks_of_photos_are_capped_per_person(shared: World) -> None:
    ada = await shared.person()
    for _ in range(2):
        photo = await ada.sends_photo()
        await ada.sees_key("*photo-ready*", reply_to=photo)
    third = await ada.sends_photo()
    await ada.sees(said("photo-checks-used-up", when=WHEN), reply_to=third)
    assert len(shared.rows(f"SELECT * FROM detections WHERE user_id = {ada.user_id}")) == 2


async def test_many_voices_at_once_never_take_more_than_the_quota(shared: World) -> None:
    ada = await shared.person()
    photo = await ada.sends_photo()
    await ada.sees_key("*photo-ready*", reply_to=photo)
    await asyncio.gather(*(ada.says(1.2) for _ in range(5)))
    await ada.sees_video()
    (balance,) = shared.rows(
        "SELECT SUM(held_quota_milliseconds + spent_quota_milliseconds) AS taken "
        f"FROM ledger WHERE user_id = {ada.user_id}"
    )
    assert balance["taken"] <= 2000
