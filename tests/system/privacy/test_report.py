"""A video is reported, taken down, and its maker banned; every video says that AI made it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.support.chats import Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = 900_001
SETTINGS = {"ADMIN_IDS": str(ADMIN), "QUOTA_SECONDS_PER_DAY": "600"}


async def admin_of(shared: World) -> Person:
    body = {"first_name": "Olga", "user_id": ADMIN}
    await shared.http.post(
        "/sim/people", json=body
    )  # the first test brings her, the others find her
    return Person(shared, ADMIN)


async def makes_a_video(person: Person) -> Json:
    await person.sends_photo()
    await person.says()
    return await person.sees_video()


async def reports(person: Person, video: Json, reason: str) -> Json:
    sent = await person.writes("/report", reply_to_message_id=video["message_id"])
    question = await person.sees(said("report-ask"), reply_to=sent)
    assert await person.presses(question, label(reason)) == label("answer-reported")
    await person.sees(said("report-thanks"))
    return question


async def letter_to(admin: Person, job_id: int) -> Json:
    return await admin.sees(f"Job {job_id}, chat")


async def test_a_report_reaches_the_administrators_and_the_video_can_be_taken_down(
    shared: World,
) -> None:
    olga, ada = await admin_of(shared), await shared.person("Ada")
    video = await makes_a_video(ada)
    job = await ada.reaches("done")
    await reports(ada, video, "report-reason-face")
    delivery = await letter_to(olga, job["id"])
    (shown,) = [message for message in await olga.heard() if "video" in message]
    assert delivery["reply_to_message"]["message_id"] == shown["message_id"]
    assert said("report-reason-face") in text_of(delivery)
    assert f"Ada ({ada.user_id})" in text_of(delivery)
    again = await ada.writes("/report")
    await ada.sees(said("report-known"), reply_to=again)

    assert await olga.presses(delivery, label("button-nothing")) == label("answer-dismissed")
    assert await olga.presses(delivery, label("button-take-down")) == label("answer-taken-down")
    await ada.sees(said("video-taken-down"))
    assert not [m for m in await ada.heard() + await olga.heard() if "video" in m]
    assert not list((shared.directory / "bot-data" / "results").glob(f"{job['id']}.*"))
    last = await ada.writes("/last")
    await ada.sees(said("answer-withdrawn"), reply_to=last)


async def test_a_video_is_reported_of_which_the_bot_never_heard_that_it_came(shared: World) -> None:
    ada = await shared.person("Ada")
    shared.faults.add("telegram", "sendVideo", "drop_after")
    shared.faults.add("telegram", "editMessageMedia", "drop_before", times=None)
    video = await makes_a_video(ada)
    sent = await ada.writes("/report", reply_to_message_id=video["message_id"])
    await ada.sees(said("report-ask"), reply_to=sent)
    newest = await ada.writes("/report")
    await ada.sees(said("report-ask"), reply_to=newest)


async def test_who_is_banned_is_refused_until_let_in_again_and_keeps_their_rights(
    shared: World,
) -> None:
    olga, ben = await admin_of(shared), await shared.person("Ben")
    video = await makes_a_video(ben)
    job = await ben.reaches("done")
    await reports(ben, video, "report-reason-offensive")
    delivery = await letter_to(olga, job["id"])
    assert await ben.forges_press(video, f"ban:{1}") == label("answer-not-yours")
    assert await olga.presses(delivery, label("button-ban")) == label("answer-banned")
    sent = await ben.sends_photo()
    await ben.sees(said("you-are-banned"), reply_to=sent)
    assert await ben.forges_press(video, f"retry:{job['id']}") == label("answer-you-are-banned")
    for asked_for in ("/privacy", "/Privacy", "/start privacy"):
        asked = await ben.writes(asked_for)
        await ben.sees(said("privacy-seen"), reply_to=asked)
    assert len(shared.rows(f"SELECT 1 FROM media WHERE user_id = {ben.user_id}")) == 2

    delivery = await olga.sees(said("report-banned", admin=f"Olga ({ADMIN})"))
    assert await olga.presses(delivery, label("button-unban")) == label("answer-unbanned")
    await ben.says()
    await ben.sees_video(2)


async def test_a_person_has_five_reports_a_day(shared: World) -> None:
    cleo = await shared.person("Cleo")
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.executemany(
            "INSERT INTO reports (job_id, reporter_id, chat_id, reason, filed_at_milliseconds)"
            " VALUES (?, ?, 0, 'other', ?)",
            [(-number, cleo.user_id, time.time_ns() // 1_000_000) for number in range(5)],
        )
    video = await makes_a_video(cleo)
    sent = await cleo.writes("/report", reply_to_message_id=video["message_id"])
    question = await cleo.sees(said("report-ask"), reply_to=sent)
    answer = await cleo.presses(question, label("report-reason-other"))
    assert answer == label("answer-report-too-many")
    rows = shared.rows(
        f"SELECT COUNT(reason) AS filed FROM reports WHERE reporter_id = {cleo.user_id}"
    )
    assert rows == [{"filed": 5}]


async def test_in_a_group_anybody_reports_and_nobody_learns_who_is_meant(shared: World) -> None:
    olga = await admin_of(shared)
    dan, eve = await shared.person("Dan"), await shared.person("Eve")
    group = await Group.create(shared, "Faces", dan, eve)
    sent = await group.member(dan).sends_photo()
    asked = await group.member(dan).commands("/talk", reply_to=sent)
    prompt = await group.sees("", reply_to=asked)
    await group.member(dan).says(reply_to=prompt["message_id"])
    video = await group.sees_video()

    wrong = await group.member(eve).commands("/report", reply_to=video["message_id"])
    question = await group.sees(said("report-ask"), reply_to=wrong)
    refused = await group.member(dan).presses(question, label("report-reason-face"))
    assert refused == label("answer-not-yours")
    await group.member(eve).presses(question, label("report-reason-face"))
    job = await dan.reaches("done")
    delivery = await letter_to(olga, job["id"])
    assert f"Reported by: Eve ({eve.user_id})" in text_of(delivery)
    await olga.presses(delivery, label("button-take-down"))
    await group.sees(said("video-taken-down"))

    async def gone() -> bool:
        return not [m for m in await group.heard() if "video" in m]

    await eventually(gone, "the video is gone")
    read = "\n".join(text_of(m) for m in await group.heard())
    assert not any(name in read for name in ("Dan", "Eve", str(dan.user_id), str(eve.user_id)))
