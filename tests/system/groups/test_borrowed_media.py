"""Somebody else's photo or voice: allowed by the group, and its owner can say no at any time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from tests.support.chats import BOT_USERNAME, Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOR_BEN = said("borrowed-asked", owner="Ben")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("shared"), factor=10.0) as made:
        yield made


async def two(shared: World) -> tuple[Person, Person, Group]:
    boss, ada, ben = [await shared.person(name) for name in ("Cem", "Ada", "Ben")]
    return ada, ben, await Group.create(shared, "Faces", boss, ada, ben)


async def asks_with_bens_photo(there: Group, ada: Person, ben: Person) -> Json:
    photo = await there.member(ben).sends_photo()
    talk = await there.member(ada).commands("/talk", reply_to=photo)
    return await there.sees(FOR_BEN, reply_to=talk)


def nothing_is_held_or_spent(shared: World, there: Group) -> bool:
    (row,) = shared.rows(
        "SELECT COALESCE(SUM(held_quota_milliseconds + spent_quota_milliseconds), 0) AS taken"
        f" FROM ledger JOIN jobs ON jobs.id = job_id WHERE chat_id = {there.chat_id}"
    )
    return bool(row["taken"] == 0)


def forbid(shared: World, there: Group) -> None:
    """As if an admin had chosen it."""
    with closing(sqlite3.connect(shared.database, timeout=30)) as connection, connection:
        connection.execute(
            "INSERT INTO groups (chat_id, others_photos, changed_at_milliseconds) VALUES (?, 0, 1)"
            " ON CONFLICT (chat_id) DO UPDATE SET others_photos = 0",
            (there.chat_id,),
        )


async def test_the_owner_is_told_by_name_and_a_tap_ends_it_before_it_began(shared: World) -> None:
    ada, ben, there = await two(shared)
    asked = await asks_with_bens_photo(there, ada, ben)
    mentions = [e["user"]["id"] for e in asked["entities"] if e["type"] == "text_mention"]
    assert mentions == [ben.user_id]
    tap = await there.member(ben).commands("/notme")
    await there.sees(said("notme-done"), reply_to=tap)
    voice = await there.member(ada).says(reply_to=asked["message_id"])
    await there.sees("Now reply to this message with a photo", reply_to=voice)
    again = await there.member(ben).sends_photo()
    talk = await there.member(ada).commands("/talk", reply_to=again)
    await there.sees(said("talk-objected", owner="Ben"), reply_to=talk)
    own = await there.member(ben).commands("/talk", reply_to=again)
    await there.sees_key("*photo-ready*", reply_to=own)
    assert not shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")


async def test_a_button_is_answered_while_a_crowd_waits_for_its_answers(shared: World) -> None:
    ada, ben, there = await two(shared)
    asked = await asks_with_bens_photo(there, ada, ben)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    try:
        voice = await there.member(ada).says(reply_to=asked["message_id"])
        status = await there.sees(said("borrowed-used", owner="Ben"), reply_to=voice)
        await ada.reaches("running")
        helps = [await there.member(there.owner).commands("/help") for _ in range(40)]
        answer = await there.member(ben).presses(status, label("button-not-me"))
    finally:
        await shared.tell_provider(render_seconds=0.2)
    assert answer == label("answer-objected")
    replied = [m.get("reply_to_message", {}).get("message_id") for m in await there.heard()]
    assert len({*helps} - {*replied}) > 10, "most of the crowd still waits"
    await ada.reaches("failed")


async def test_the_button_stops_a_job_for_nothing_and_the_owner_can_take_it_back(
    shared: World,
) -> None:
    ada, ben, there = await two(shared)
    eve = await shared.person("Eve")
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await eve.sends_photo()
    await eve.says()
    await eve.reaches("running")
    asked = await asks_with_bens_photo(there, ada, ben)
    voice = await there.member(ada).says(reply_to=asked["message_id"])
    status = await there.sees(said("borrowed-used", owner="Ben"), reply_to=voice)
    await ada.reaches("ready")
    answer = await there.member(ada).presses(status, label("button-not-me"))
    assert answer == label("answer-not-yours")
    answer = await there.member(ben).presses(status, label("button-not-me"))
    assert (answer, answer.is_alert) == (label("answer-objected"), True)
    await ada.reaches("cancelled")
    await shared.tell_provider(render_seconds=2)
    await eve.sees_video()
    end = await there.sees(said("failed-objected"))
    assert nothing_is_held_or_spent(shared, there)
    assert not [m for m in await there.heard() if "video" in m]
    answer = await there.member(ada).presses(end, label("button-allow-again"))
    assert answer == label("answer-not-yours")
    answer = await there.member(ben).presses(end, label("button-allow-again"))
    assert answer == label("answer-allowed-again")
    await asks_with_bens_photo(there, ada, ben)


async def test_what_is_rendered_all_the_same_is_not_shown_and_counts_for_its_maker(
    shared: World,
) -> None:
    ada, ben, there = await two(shared)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    asked = await asks_with_bens_photo(there, ada, ben)
    await there.member(ada).says(reply_to=asked["message_id"])
    await there.sees_key("job-rendering")
    await there.member(ben).commands("/notme")
    await shared.tell_provider(render_seconds=2)
    await ada.reaches("failed")
    (job,) = shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")
    spent = shared.rows(
        f"SELECT SUM(spent_quota_milliseconds) AS spent FROM ledger WHERE job_id = {job['id']}"
    )
    assert spent[0]["spent"] == job["billed_milliseconds"] > 0
    charged = label("charged-all-the-same", seconds=job["billed_milliseconds"] / 1000)
    await there.sees(said("failed-objected", charged=charged))
    assert not shared.rows(f"SELECT * FROM deliveries WHERE job_id = {job['id']}")


async def test_a_delivered_video_is_deleted_for_its_owner_and_last_does_not_bring_it_back(
    shared: World,
) -> None:
    await shared.tell_provider(render_seconds=2)
    ada, ben, there = await two(shared)
    asked = await asks_with_bens_photo(there, ada, ben)
    await there.member(ada).says(reply_to=asked["message_id"])
    video = await there.sees_video()
    await ada.reaches("done")
    await there.member(ben).presses(video, label("button-not-me"))

    async def gone() -> bool:
        return not [m for m in await there.heard() if "video" in m]

    await eventually(gone, "the video goes")
    last = await there.member(ada).commands("/last")
    await there.sees(said("group-last-none"), reply_to=last)


async def test_an_admin_stops_one_video_and_the_owner_stays_willing(shared: World) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    boss = await shared.person("Cem")
    there = await Group.create(shared, "Faces", boss, ada, ben)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    asked = await asks_with_bens_photo(there, ada, ben)
    await there.member(ada).says(reply_to=asked["message_id"])
    status = await there.sees(said("borrowed-used", owner="Ben"))
    await ada.reaches("running")
    answer = await there.member(boss).presses(status, label("button-not-me"))
    assert answer == label("answer-stopped-by-admin")
    await shared.tell_provider(render_seconds=2)
    billed = (await ada.reaches("failed"))["billed_milliseconds"]
    charged = label("charged-all-the-same", seconds=billed / 1000)
    end = await there.sees(said("failed-objected", charged=charged))
    assert "reply_markup" not in end
    assert not shared.rows(f"SELECT * FROM objections WHERE chat_id = {there.chat_id}")


async def test_the_groups_settings_can_forbid_it_and_a_voice_counts_like_a_photo(
    shared: World,
) -> None:
    ada, ben, there = await two(shared)
    voice = await there.member(ben).says()
    talk = await there.member(ada).commands("/talk", reply_to=voice)
    asked = await there.sees(FOR_BEN, reply_to=talk)
    assert "Got it" in text_of(asked)
    await asyncio.to_thread(forbid, shared, there)
    photo = await there.member(ada).sends_photo(reply_to=asked["message_id"])
    refused = await there.sees(said("talk-own-only"))
    assert refused["message_id"] > photo
    talk = await there.member(ada).commands("/talk", reply_to=voice)
    await there.sees(said("talk-own-only"), reply_to=talk)


async def test_why_the_photo_of_another_topic_is_not_used_any_more_is_said(shared: World) -> None:
    boss, ada, ben = [await shared.person(name) for name in ("Cem", "Ada", "Ben")]
    there = await Group.create(shared, "Faces", boss, ada, ben, forum=True)
    one, other = await there.opens_topic("One"), await there.opens_topic("Other")
    photo = await there.member(ben, one).sends_photo()
    talk = await there.member(ada, one).commands("/talk", reply_to=photo)
    asked = await there.sees(FOR_BEN, reply_to=talk)
    await there.member(ada, one).says(reply_to=asked["message_id"])
    await there.sees_video()
    await asyncio.to_thread(forbid, shared, there)
    voice = await there.member(ada, other).says(1.3)
    talk = await there.member(ada, other).commands("/talk", reply_to=voice)
    await there.sees(said("talk-own-only"), reply_to=talk)
    await there.sees("Now reply to this message with a photo", reply_to=voice)


async def test_a_hidden_admins_photo_is_nobodys_in_particular(shared: World) -> None:
    ada, _, there = await two(shared)
    shown = await there.member(there.owner).send("photo", sample="portrait", anonymous=True)
    talk = await there.member(ada).commands(f"/talk@{BOT_USERNAME}", named=False, reply_to=shown)
    asked = await there.sees_key("*photo-ready*", reply_to=talk)
    assert "/notme" not in text_of(asked)
