"""What is taken down is that video, wherever it lies: never a message of somebody else."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing

import pytest

from tests.support.chats import Json
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = 900_001
SETTINGS = {"ADMIN_IDS": str(ADMIN), "QUOTA_SECONDS_PER_DAY": "600"}


async def admin_of(shared: World) -> Person:
    await shared.http.post("/sim/people", json={"first_name": "Olga", "user_id": ADMIN})
    return Person(shared, ADMIN)


async def asks(member: Person, shown: int) -> None:
    asked = await member.commands("/talk", reply_to=shown)
    prompt = await member.sees("", reply_to=asked)
    await member.says(reply_to=prompt["message_id"])


async def a_private_fallback(shared: World) -> tuple[Group, Person, Person, Json, Json]:
    """A group without videos, of Cem, Ada and Ben: Ada's video of Ben's photo is in her private
    chat, under a number that somebody else's message has in the group, where the bot could delete
    it; and the job.
    """
    cem, ada, ben = [await shared.person(name) for name in ("Cem", "Ada", "Ben")]
    there = await Group.create(shared, "Faces", cem, ada, ben)
    hello = said("introduction-hello", command="/talk@talking_photo_bot")
    await there.sees(hello)
    for number in range(12):
        await there.member(ben).writes(f"{number} sheep")
    for _ in range(2):
        await ada.sees("", reply_to=await ada.writes("/help"))
    await there.permits(can_send_videos=False, can_send_documents=False)
    await asks(there.member(ada), await there.member(ben).sends_photo())
    video = await ada.sees_video()
    await there.sees(said("private-fallback-taken"))
    job = await ada.reaches("done")
    await there.sets_bot("administrator", can_delete_messages=True)
    assert video["message_id"] in await numbers_in(there)
    return there, ada, ben, video, job


async def takes_down(shared: World, reporter: Person, chat_id: int, job: Json) -> None:
    """Report that job's video, and decide."""
    olga = await admin_of(shared)
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.execute(
            "INSERT INTO reports (job_id, reporter_id, chat_id, reason, filed_at_milliseconds)"
            " VALUES (?, ?, ?, 'face', 1)",
            (job["id"], reporter.user_id, chat_id),
        )
        (report,) = base.execute("SELECT MAX(id) FROM reports").fetchone()
        base.execute(
            "INSERT INTO outbox (kind, unique_key, chat_id, arguments, run_at_milliseconds,"
            " created_at_milliseconds) VALUES ('report', ?, ?, ?, 0, ?)",
            (f"report:{report}", ADMIN, json.dumps({"report_id": report}), time.time_ns() // 10**6),
        )
    delivery = await olga.sees(f"Job {job['id']}, chat")
    assert await olga.presses(delivery, label("button-take-down")) == label("answer-taken-down")

    async def done() -> bool:
        kinds = "('remove-video', 'say-removal', 'alert')"
        return not shared.rows(f"SELECT 1 FROM outbox WHERE state = 'open' AND kind IN {kinds}")

    await eventually(done, "the take-down is done")


async def numbers_in(there: Group) -> set[int]:
    """What is to be seen in the group."""
    return {message["message_id"] for message in await there.chat()}


def told_in(messages: list[Json]) -> bool:
    return any(said("video-taken-down") in m.get("text", "") for m in messages)


async def test_a_video_in_the_private_chat_is_deleted_there_and_the_group_loses_nothing(
    shared: World,
) -> None:
    there, ada, ben, video, job = await a_private_fallback(shared)
    before = await numbers_in(there)
    await takes_down(shared, ben, there.chat_id, job)
    assert await numbers_in(there) >= before
    left = await ada.heard()
    assert video["message_id"] not in [message["message_id"] for message in left]
    assert told_in(left)


async def test_an_objection_deletes_it_there_as_well(shared: World) -> None:
    there, ada, ben, video, job = await a_private_fallback(shared)
    before = await numbers_in(there)
    answer = await there.member(ben).forges_press((await there.chat())[-1], f"notme:{job['id']}")
    assert answer == label("answer-objected")

    async def gone() -> bool:
        return video["message_id"] not in [message["message_id"] for message in await ada.heard()]

    await eventually(gone, "the video in the private chat goes")
    assert await numbers_in(there) >= before


async def test_a_report_in_the_private_chat_is_of_the_video_that_is_there(shared: World) -> None:
    _, ada, _, video, job = await a_private_fallback(shared)
    sent = await ada.writes("/report", reply_to_message_id=video["message_id"])
    question = await ada.sees(said("report-ask"), reply_to=sent)
    await ada.presses(question, label("report-reason-face"))
    olga = await admin_of(shared)
    await olga.sees(f"Job {job['id']}, chat")


async def test_after_a_move_to_a_supergroup_nothing_is_deleted_and_nobody_is_told_that_it_was(
    shared: World,
) -> None:
    cem, ada = await shared.person("Cem"), await shared.person("Ada")
    there = await Group.create(shared, "Growing", cem, ada, kind="group")
    await asks(there.member(ada), await there.member(ada).sends_photo())
    video = await there.sees_video()
    job = await ada.reaches("done")
    grown = await there.migrates()

    async def moved() -> bool:
        return bool(shared.rows(f"SELECT 1 FROM jobs WHERE chat_id = {grown.chat_id}"))

    await eventually(moved, "the new id of the group")
    await grown.sets_bot("administrator", can_delete_messages=True)
    for number in range(video["message_id"] + 3):
        await grown.member(cem).writes(f"{number} sheep")
    numbers = await numbers_in(grown)
    assert video["message_id"] in numbers
    await takes_down(shared, ada, grown.chat_id, job)
    assert await numbers_in(grown) >= numbers
    assert not told_in(await grown.chat())
    olga = await admin_of(shared)
    stays = said("operator-video-stays", job=str(job["id"]), chat=str(grown.chat_id))
    await olga.sees(stays)


async def test_of_somebody_who_is_forgotten_nothing_is_deleted_that_is_not_known(
    shared: World,
) -> None:
    ada = await shared.person("Ada")
    await ada.sends_photo()
    await ada.says()
    video = await ada.sees_video()
    job = await ada.reaches("done")
    asked = await ada.writes("/forget")
    question = await ada.sees("", reply_to=asked)
    await ada.presses(question, label("button-forget"))
    await ada.sees(said("forget-done"))
    await takes_down(shared, ada, ada.user_id, job)
    assert video["message_id"] in [message["message_id"] for message in await ada.heard()]
    assert not told_in(await ada.heard())
    olga = await admin_of(shared)
    await olga.sees(said("operator-video-stays", job=str(job["id"]), chat="–"))
