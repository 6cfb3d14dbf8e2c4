"""What administrators decide about a report is done once and shown to all of them; what it needs
outlasts the deletion of the maker's data."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OLGA, OTTO = 900_001, 900_002
SETTINGS = {"ADMIN_IDS": f"{OLGA},{OTTO}", "QUOTA_SECONDS_PER_DAY": "600"}


async def admins(shared: World) -> tuple[Person, Person]:
    for number, name in ((OLGA, "Olga"), (OTTO, "Otto")):
        await shared.http.post("/sim/people", json={"first_name": name, "user_id": number})
    olga, otto = Person(shared, OLGA), Person(shared, OTTO)
    for admin in (olga, otto):
        await admin.sees("", reply_to=await admin.writes("/help"))
    return olga, otto


async def reported(shared: World, name: str) -> tuple[Person, Json, list[Json]]:
    """Somebody with a video, its job, and the messages in which the two are shown its report."""
    both, maker = await admins(shared), await shared.person(name)
    await maker.sends_photo()
    await maker.says()
    video = await maker.sees_video()
    job = await maker.reaches("done")
    sent = await maker.writes("/report", reply_to_message_id=video["message_id"])
    question = await maker.sees(said("report-ask"), reply_to=sent)
    await maker.presses(question, label("report-reason-other"))
    return maker, job, [await admin.sees(f"Job {job['id']}, chat") for admin in both]


def named(key: str, admin: str) -> str:
    return said(key, admin=admin)


async def test_two_administrators_who_press_the_same_are_both_shown_who_did_it(
    shared: World,
) -> None:
    _, job, (first, second) = await reported(shared, "Ada")
    olga, otto = await admins(shared)
    pressed = [(olga, first), (otto, second)]
    answers = await asyncio.gather(
        *(admin.presses(shown, label("button-take-down")) for admin, shown in pressed)
    )
    assert {*answers} == {label("answer-taken-down"), label("answer-decided-before")}
    (decided,) = shared.rows(f"SELECT admin_id FROM decisions WHERE job_id = {job['id']}")
    who = {OLGA: f"Olga ({OLGA})", OTTO: f"Otto ({OTTO})"}[decided["admin_id"]]
    for admin in (olga, otto):
        shown = await admin.sees(named("report-taken-down", who))
        assert label("button-take-down") not in buttons_of(shown)
    again = await otto.presses_again(second, label("button-take-down"))
    assert again == label("answer-decided-before")


async def test_nobody_is_unbanned_who_is_not_banned_and_each_step_is_shown_to_all(
    shared: World,
) -> None:
    ben, job, (first, second) = await reported(shared, "Ben")
    olga, otto = await admins(shared)
    (report,) = shared.rows(f"SELECT id FROM reports WHERE job_id = {job['id']}")
    for shown in (first, second):
        assert label("button-unban") not in buttons_of(shown)
    forged = await otto.forges_press(second, f"unban:{report['id']}")
    assert forged == label("answer-decided-before")
    for verb in ("takedown", "ban", "unban", "dismiss"):
        answer = await ben.forges_press((await ben.heard())[-1], f"{verb}:{report['id']}")
        assert answer == label("answer-not-yours")
    assert not shared.rows(f"SELECT 1 FROM decisions WHERE job_id = {job['id']}")

    assert await olga.presses(first, label("button-ban")) == label("answer-banned")
    banned = await otto.sees(named("report-banned", f"Olga ({OLGA})"))
    assert label("button-ban") not in buttons_of(banned)
    assert await otto.presses(banned, label("button-unban")) == label("answer-unbanned")
    free = await olga.sees(named("report-unbanned", f"Otto ({OTTO})"))
    assert label("button-ban") in buttons_of(free)
    assert label("button-nothing") not in buttons_of(free)


async def test_a_report_of_somebody_who_is_forgotten_can_still_be_answered(shared: World) -> None:
    cleo, job, (first, second) = await reported(shared, "Cleo")
    olga, otto = await admins(shared)
    asked = await cleo.writes("/forget")
    question = await cleo.sees("", reply_to=asked)
    await cleo.presses(question, label("button-forget"))
    await cleo.sees(said("forget-done"))
    assert len(await cleo.videos()) == 1
    assert await olga.presses(first, label("button-take-down")) == label("answer-taken-down")

    async def gone() -> bool:
        left = "SELECT 1 FROM deliveries WHERE removed_at_milliseconds IS NULL AND job_id ="
        return not shared.rows(f"{left} {job['id']}")

    await eventually(gone, "every copy goes, also in the private chat")
    assert await cleo.videos() == []
    assert await otto.presses(second, label("button-ban")) == label("answer-banned")
    refused = await cleo.sends_photo()
    await cleo.sees(said("you-are-banned"), reply_to=refused)
    assert not shared.rows(f"SELECT 1 FROM jobs WHERE user_id = {cleo.user_id}")
    (kept,) = shared.rows(f"SELECT maker_id FROM reports WHERE job_id = {job['id']}")
    assert kept["maker_id"] in (cleo.user_id, None), "until it is answered"


async def borrows(shared: World) -> tuple[Group, Person, Person, Json]:
    """A group of Cem, Dan and Eve; Dan's video of Eve's photo."""
    cem, dan, eve = [await shared.person(name) for name in ("Cem", "Dan", "Eve")]
    there = await Group.create(shared, "Faces", cem, dan, eve)
    shown = await there.member(eve).sends_photo()
    asked = await there.member(dan).commands("/talk", reply_to=shown)
    prompt = await there.sees("", reply_to=asked)
    await there.member(dan).says(reply_to=prompt["message_id"])
    video = await there.sees_video()
    await dan.reaches("done")
    return there, dan, eve, video


async def no_video_in(there: Group) -> None:
    async def gone() -> bool:
        return not [m for m in await there.heard() if "video" in m]

    await eventually(gone, "the video goes")


async def test_notme_as_a_command_removes_what_came_as_its_button_does(shared: World) -> None:
    there, dan, eve, _ = await borrows(shared)
    asked = await there.member(eve).commands("/notme")
    await there.sees(said("notme-done"), reply_to=asked)
    await no_video_in(there)
    last = await there.member(dan).commands("/last")
    await there.sees("", reply_to=last)
    await no_video_in(there)


async def test_who_is_in_a_video_can_object_after_its_maker_is_forgotten(shared: World) -> None:
    there, dan, eve, video = await borrows(shared)
    asked = await dan.writes("/forget")
    question = await dan.sees("", reply_to=asked)
    await dan.presses(question, label("button-forget"))
    await dan.sees(said("forget-done"))
    stranger = await there.joins(await shared.person("Finn"))
    assert await stranger.presses(video, label("button-not-me")) == label("answer-not-yours")
    answer = await there.member(eve).presses(video, label("button-not-me"))
    assert answer == label("answer-objected")
    await no_video_in(there)


async def test_what_telegram_keeps_is_said_in_answer_to_it_with_who_can_delete_it(
    shared: World,
) -> None:
    there, _, eve, video = await borrows(shared)
    too_old = {"description": "Bad Request: message can't be deleted"}
    shared.faults.add("telegram", "deleteMessage", "bad_request", times=None, params=too_old)
    try:
        await there.member(eve).commands("/notme")
        stays = await there.sees(said("video-stays"), reply_to=video["message_id"])
    finally:
        shared.faults.clear()
    assert "admin of the group" in text_of(stays)


async def test_an_administrator_of_the_group_who_is_none_any_more_stops_nothing(
    shared: World,
) -> None:
    there, _, eve, video = await borrows(shared)
    await there.sets_member(eve, "administrator")
    await there.sets_member(eve, "member")
    guest = await there.joins(await shared.person("Gus"))
    await there.sets_member(there.people[guest.user_id], "administrator")
    panel = await there.sees("", reply_to=await guest.commands("/groupsettings"))
    assert await guest.forges_press(panel, "gset:quiet:yes") == label("answer-kept")
    await there.sets_member(there.people[guest.user_id], "member")
    assert await guest.presses(video, label("button-not-me")) == label("answer-not-yours")
    assert [m["message_id"] for m in await there.heard() if "video" in m] == [video["message_id"]]
