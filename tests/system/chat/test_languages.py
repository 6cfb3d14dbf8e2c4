"""Everybody is answered in the language of their Telegram, in every kind of message."""

from __future__ import annotations

import pytest

from tests.support.chats import buttons_of, text_of
from tests.support.media.photos import two_people
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE = "zh-hans"


@pytest.mark.parametrize("language_code", ["zh-hans", "zh", "zh-CN"])
async def test_a_chinese_person_is_greeted_in_chinese(shared: World, language_code: str) -> None:
    mei = await shared.person("美", language_code)
    sent = await mei.writes("/start")
    await mei.sees(said("start", CHINESE, longest=LONGEST_SECONDS, left=60), reply_to=sent)


async def test_the_whole_way_is_in_chinese(shared: World) -> None:
    mei = await shared.person("美", "zh-hans")
    photo = await mei.sends_photo()
    await mei.sees(said("photo-ready", CHINESE, longest=LONGEST_SECONDS), reply_to=photo)
    await mei.says()
    video = await mei.sees_video()
    assert text_of(video) == said("video-caption", CHINESE, seconds=0.87, left=59.1)


async def test_what_is_wrong_is_said_in_chinese_buttons_and_answers_too(shared: World) -> None:
    mei = await shared.person("美", "zh-hans")
    photo = await mei.sends_photo(two_people())
    doubt = await mei.sees(said("photo-ask-several", CHINESE, faces=2), reply_to=photo)
    assert list(buttons_of(doubt)) == [label("button-check", CHINESE)]
    pressed = await mei.presses(doubt, label("button-check", CHINESE))
    assert pressed == label("answer-started", CHINESE)
    await mei.sees(said("photo-several-people", CHINESE), reply_to=photo)


@pytest.mark.parametrize("language_code", ["de", "pt-br", "xx"])
async def test_everybody_else_is_answered_in_english(shared: World, language_code: str) -> None:
    ada = await shared.person("Ada", language_code)
    sent = await ada.writes("/status")
    await ada.sees(said("status-nothing"), reply_to=sent)


async def test_who_changes_the_language_is_answered_in_the_new_one(shared: World) -> None:
    ada = await shared.person("Ada", "en")
    first = await ada.writes("/status")
    await ada.sees(said("status-nothing"), reply_to=first)
    change = await shared.http.patch(
        f"/sim/people/{ada.user_id}", json={"language_code": "zh-hans"}
    )
    change.raise_for_status()
    second = await ada.writes("/status")
    await ada.sees(said("status-nothing", CHINESE), reply_to=second)
