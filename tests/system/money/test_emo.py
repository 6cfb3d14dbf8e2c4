"""EMO's two shapes: by the photo or by choice, at their own prices; and what the provider gives."""

from __future__ import annotations

import pytest

from tests.support.chats import text_of
from tests.support.media.photos import encoded, fresh_portrait, photo
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World
from tests.system.trouble.test_outages import operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    "ENGINE": "emo",
    "EMO_STYLE": "calm",
    "ADMIN_IDS": "7001",
    "FREE_EMO_SECONDS": "1800",
    "FREE_CHECKS": "200",
}
PRICES = {"1:1": 80, "3:4": 160}
"""Micro-yuan a millisecond."""


def tall_photo() -> bytes:
    return encoded(fresh_portrait().crop((64, 0, 448, 512)))


async def made_as(shared: World, person: Person, picture: bytes, number: int = 1) -> str:
    """The shape of the video that comes of it, billed and booked as that."""
    await person.sends_photo(picture)
    await person.says()
    await person.sees_video(number)
    job = await person.reaches("done")
    await shared.ledger_balances()
    bill = (await shared.billed_videos())[-1]
    assert bill["micro_yuan"] == bill["milliseconds"] * PRICES[bill["resolution"]]
    assert job["resolution"] == bill["resolution"]
    (*_, sent) = await shared.provider_calls("submit")
    assert sent["request"]["parameters"] == {"style_level": "calm"}
    return str(bill["resolution"])


async def test_the_shape_is_that_which_is_nearer_to_the_photo(shared: World) -> None:
    ada = await shared.person()
    assert await made_as(shared, ada, photo()) == "1:1"
    assert await made_as(shared, ada, tall_photo(), 2) == "3:4"


async def test_a_button_says_what_a_video_of_that_photo_takes(shared: World) -> None:
    ada = await shared.person()
    assert await made_as(shared, ada, photo()) == "1:1"
    held = (await ada.reaches("done"))["held_milliseconds"] / 1000
    await ada.sends_photo(tall_photo())
    ready = await ada.sees(said("photo-ready-again"))
    ((button,),) = ready["reply_markup"]["inline_keyboard"]
    takes = said("button-costing", label=label("button-same-voice"), seconds=2 * held)
    assert button["text"] == takes


async def test_a_person_may_choose_the_shape(shared: World) -> None:
    ada = await shared.person()
    await ada.writes("/settings")
    menu = await ada.sees(said("settings-title"))
    assert label("setting-resolution") not in text_of(menu)
    await ada.presses(menu, label("setting-framing"))
    await ada.forges_press(menu, "setting:framing:portrait")
    assert await made_as(shared, ada, photo()) == "3:4"
    await ada.forges_press(menu, "setting:framing:square")
    assert await made_as(shared, ada, tall_photo(), 2) == "1:1"


async def test_the_operator_sees_what_is_left_of_the_free_quota(shared: World) -> None:
    olga = await operator(shared)
    billed = sum(video["milliseconds"] for video in await shared.billed_videos()) / 1000
    checks = (await shared.provider("bill"))["detections"]
    await olga.writes("/quota")
    told = said("quota-free", name=label("engine-emo"), used=billed, limit=1800.0)
    shown = text_of(await olga.sees(told))
    assert said("quota-free-checks", used=checks, limit=200) in shown


async def test_a_voice_of_a_minute_is_made_in_one_without_a_question(shared: World) -> None:
    ada = await shared.person()
    before = len(await shared.provider_calls("submit"))
    await ada.sends_photo()
    await ada.says(45)
    video = await ada.sees_video()
    assert video["video"]["duration"] == pytest.approx(45, abs=1)
    assert len(await shared.provider_calls("submit")) == before + 1
    await shared.ledger_balances()
