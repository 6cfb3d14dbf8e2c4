"""Telegram answers late, wrongly or not at all: nothing is lost, nothing is shown for ever."""

from __future__ import annotations

import pytest

from tests.support.chats import buttons_of
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

READY = said("photo-ready", longest=LONGEST_SECONDS)


async def who_sent_both(shared: World) -> Person:
    person = await shared.person()
    await person.sends_photo()
    await person.says()
    return person


async def videos(person: Person) -> int:
    await person.reaches("done")
    return len([message for message in await person.heard() if "video" in message])


async def test_a_video_whose_arrival_was_not_heard_is_there_and_sent_once(shared: World) -> None:
    sent_before = len(await shared.bot_calls("sendVideo"))
    shared.faults.add("telegram", "sendVideo", "drop_after")
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert 1 <= await videos(ada) <= 2
    assert len(await shared.bot_calls("sendVideo")) == sent_before + 1


@pytest.mark.parametrize("kind", ["drop_before", "html", "error_after"])
async def test_a_video_that_got_a_strange_answer_comes_all_the_same(
    shared: World, kind: str
) -> None:
    shared.faults.add("telegram", "sendVideo", kind)
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert 1 <= await videos(ada) <= 2


async def test_a_pause_asked_for_by_telegram_is_kept_and_the_video_comes_once(
    shared: World,
) -> None:
    shared.faults.add("telegram", "sendVideo", "rate_limit", times=2, params={"retry_after": 1})
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert await videos(ada) == 1


async def test_broken_answers_to_small_calls_are_survived(shared: World) -> None:
    for method, kind in (
        ("getFile", "status"),
        ("getFile", "html"),
        ("download", "drop_before"),
        ("download", "status"),
        ("editMessageText", "malformed"),
        ("editMessageText", "drop_after"),
        ("deleteMessage", "status"),
        ("getUpdates", "html"),
        ("getUpdates", "drop_after"),
    ):
        shared.faults.add("telegram", method, kind)
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert await videos(ada) == 1


async def test_a_first_answer_that_could_not_be_sent_does_not_stop_the_check(shared: World) -> None:
    shared.faults.add("telegram", "sendMessage", "drop_before")
    ada = await shared.person()
    await ada.sends_photo()
    await ada.sees(READY)


async def test_a_button_whose_answer_was_lost_is_answered_and_acts_once(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    voice = await ada.says(25)
    offer = await ada.sees("What would you like", reply_to=voice)
    shared.faults.add("telegram", "answerCallbackQuery", "drop_after")
    await ada.presses(offer, next(iter(buttons_of(offer))))
    await ada.sees_video()
    assert len(shared.rows(f"SELECT 1 FROM jobs WHERE user_id = {ada.user_id}")) == 1


async def test_a_file_telegram_no_longer_has_is_said(shared: World) -> None:
    shared.faults.add("telegram", "getFile", "bad_request", params={"description": "wrong file_id"})
    ada = await shared.person()
    sent = await ada.sends_photo()
    await ada.sees(said("photo-gone"), reply_to=sent)


@pytest.mark.proof
async def test_a_verdict_is_said_though_telegram_was_away_for_a_while(shared: World) -> None:
    shared.faults.add("telegram", "editMessageText", "status", times=6, params={"code": 502})
    ada = await shared.person()
    sent = await ada.send_file("document", b"no picture", "cat.jpg")
    await ada.sees(said("photo-not_a_picture"), reply_to=sent)
    assert label("button-retry") not in buttons_of((await ada.heard())[-1])
