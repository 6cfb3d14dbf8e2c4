"""What the provider refuses again and again holds up nobody, and everybody concerned is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chats import buttons_of
from tests.support.deadlines import eventually
from tests.support.media.photos import photo
from tests.support.texts import label, said
from tests.support.world import World
from tests.system.trouble.test_outages import hears, operator, stops_of, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"ADMIN_IDS": "7001", "ENGINE": "wan2.2-s2v,emo"}

ALGO: dict[str, Any] = {"http": 400, "code": "InternalError.Algo", "message": "algo failed"}
_UNTOLD = "SELECT 1 FROM outbox WHERE kind = 'alert' AND state = 'open'"
BUSY: dict[str, Any] = {"http": 429, "code": "LimitRequests", "message": "slow down"}


async def test_a_video_that_is_declined_ends_and_the_next_persons_is_made_meanwhile(
    shared: World,
) -> None:
    olga = await operator(shared)
    ada, bea = await shared.person(), await shared.person("Bea")
    for person in (ada, bea):
        sent = await person.sends_photo()
        await person.sees_key("*photo-ready*", reply_to=sent)
    declined = shared.faults.add("provider", "submit", "code", times=1, params=ALGO)
    await ada.says()
    await ada.reaches("ready")
    await bea.says()
    await bea.sees_video()
    shared.faults.remove(declined.id)
    await ada.sees_video()

    shared.faults.add("provider", "submit", "code", times=None, params=ALGO)
    await ada.says()
    ended = await ada.sees(said("failed-service"))
    shared.faults.clear()
    assert label("button-retry") in buttons_of(ended)
    (heard,) = await hears(olga, "again and again", 1)
    assert "InternalError.Algo" in heard
    assert stops_of(shared) == []
    assert await ada.presses(ended, label("button-retry")) == label("answer-started")
    await ada.sees_video(2)
    await shared.ledger_balances()


async def test_an_unknown_429_delays_a_video_and_stops_nothing(shared: World) -> None:
    olga = await operator(shared)
    before = len(await told(olga, "refuses to work"))
    shared.faults.add("provider", "submit", "code", times=1, params=BUSY)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    assert len(await told(olga, "refuses to work")) == before
    assert stops_of(shared) == []


async def test_a_photo_without_a_readable_verdict_is_paid_for_three_times_and_no_more(
    shared: World,
) -> None:
    olga = await operator(shared)
    before = (await shared.provider("bill"))["detections"]
    ada, same = await shared.person(), photo()
    voice = await ada.says()
    await ada.sees_key("voice-ready*", reply_to=voice)
    shared.faults.add("provider", "detect", "error_after", times=None, params={"code": 500})
    sent = await ada.sends_photo(same)
    await ada.sees_key("photo-no-verdict", reply_to=sent)
    await hears(olga, "no verdict", 1)
    await eventually(lambda: not shared.rows(_UNTOLD), "it is on record that she was told")
    await shared.kill_bot()
    await shared.start_bot()
    again = await ada.sends_photo(same)
    await ada.sees_key("photo-no-verdict", reply_to=again)
    assert (await shared.provider("bill"))["detections"] == before + 3
    await hears(olga, "no verdict", 1)
    shared.faults.clear()
    await ada.sends_photo()
    await ada.sees_video()


async def test_emos_boxes_may_come_as_fractions(shared: World) -> None:
    before = (await shared.provider("bill"))["detections"]
    shared.faults.add("provider", "detect", "fractional_boxes", times=None)
    ada = await shared.person()
    await ada.writes("/settings")
    menu = await ada.sees(said("settings-title"))
    await ada.forges_press(menu, "setting:engine:emo")
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    assert (await ada.reaches("done"))["engine"] == "emo"
    assert (await shared.provider("bill"))["detections"] == before + 1
    shared.faults.clear()
