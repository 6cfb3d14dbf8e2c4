"""Every button, forged by everybody who has no business with it: nothing is made or changed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from handlers.callbacks import BUTTONS
from tests.support.chats import Json
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = 900_009
SETTINGS = {
    "QUOTA_SECONDS_PER_DAY": "600",
    "BUDGET_YUAN_PER_DAY": "500",
    "ADMIN_IDS": str(OPERATOR),
}

OF_A_JOB = ("retry", "finer", "newvoice", "newface", "resend", "video", "note", "cancel")
OF_AN_ITEM = ("check", "cut", "goon", "again", "spend", "reopen", "crop", "pick", "clip", "parts")
OF_OTHERS = ("notnow", "allow", "notme", "gset", "takedown", "ban", "unban", "dismiss", "report")
OF_ONESELF = {"agree", "decline", "forgetme", "keepme", "mydata", "setting", "settings", "history"}
"""Whoever forges these does it to themselves."""

STRANGE = {label(key) for key in ("answer-not-yours", "answer-too-late")}
THEIRS = ("an administrator", "gset")
GATED = {*OF_A_JOB, *OF_AN_ITEM} - {"cancel", "resend", "video", "note"}


async def a_group(shared: World) -> tuple[Group, Person, Json, Json]:
    """Ben's video and his job, in a group that Cem owns and Eve is in."""
    cem, ben, eve = [await shared.person(name) for name in ("Cem", "Ben", "Eve")]
    there = await Group.create(shared, "Forged", cem, ben, eve)
    shown = await there.member(ben).sends_photo()
    asked = await there.member(ben).commands("/talk", reply_to=shown)
    prompt = await there.member(ben).sees("", reply_to=asked)
    await there.member(ben).says(reply_to=prompt["message_id"])
    video = await there.member(ben).sees_video()
    return there, ben, video, await there.member(ben).reaches("done")


def forged(job: Json) -> dict[str, str]:
    """What each of the buttons would send, of Ben's things."""
    photo, voice, number = job["photo_id"], job["voice_id"], job["id"]
    data = {name: f"{name}:{number}" for name in (*OF_A_JOB, "notme", "takedown")}
    data |= {name: f"{name}:{voice}" for name in (*OF_AN_ITEM, "notnow")}
    data |= {
        "check": f"check:{photo}",
        "crop": f"crop:{photo}:0",
        "again": f"again:{photo}:{voice}",
    }
    data |= {"cut": f"cut:{voice}:1000", "spend": f"spend:{voice}:99999", "clip": f"clip:{voice}:1"}
    of_people = {name: f"{name}:{job['user_id']}" for name in ("allow", "ban", "unban")}
    rest = {"gset": "gset:who:admins", "dismiss": "dismiss:1", "report": "report:1:face"}
    return {**data, **of_people, **rest}


def books(shared: World) -> list[list[Json]]:
    """What must not change."""
    tables = ("ledger", "detections", "groups", "bans", "objections", "deliveries")
    return [shared.rows(f"SELECT * FROM {table}") for table in tables] + [
        shared.rows("SELECT id, state, cancel_requested FROM jobs"),
        shared.rows("SELECT chat_id, thread_id, user_id, photo_id, voice_id FROM drafts"),
        shared.rows("SELECT id, state, fault, crop, limit_milliseconds FROM media"),
    ]


async def hands(shared: World, there: Group, ben: Person) -> dict[str, Person]:
    """Everybody who has no business with what is Ben's, by what they are."""
    member = next(person for person in there.people.values() if person not in (there.owner, ben))
    former = await there.joins(await shared.person("Fay"))
    await there.sets_member(former, "administrator")
    panel = await there.sees("", reply_to=await former.commands("/groupsettings"))
    assert await former.forges_press(panel, "gset:quiet:yes") == label("answer-kept")
    await there.sets_member(former, "member")
    return {
        "another member": there.member(member),
        "an administrator": there.member(there.owner),
        "one who was an administrator a moment ago": former,
        "a stranger, who is not even there": there.member(await shared.person("Gus")),
        "the operator": there.member(Person(shared, OPERATOR)),
    }


@pytest.mark.proof
async def test_whoever_has_no_business_with_a_button_changes_nothing_by_forging_it(
    shared: World,
) -> None:
    there, ben, video, job = await a_group(shared)
    everybody, all_forged = await hands(shared, there, ben), forged(job)
    assert {*all_forged, *OF_ONESELF} == {*BUTTONS}
    before = books(shared)
    for name, data in all_forged.items():
        wrong = {who: one for who, one in everybody.items() if (who, name) != THEIRS}
        answers = await asyncio.gather(*(one.forges_press(video, data) for one in wrong.values()))
        refused = STRANGE | {said("groupsettings-only-admins")}
        assert {*answers} <= refused, (data, dict(zip(wrong, answers, strict=True)))
    assert books(shared) == before


async def test_from_the_private_chat_nothing_is_made_of_what_is_the_groups(shared: World) -> None:
    _, ben, _, job = await a_group(shared)
    await ben.private.writes("/start")
    greeting = await ben.private.sees("Hello")
    before = books(shared)
    for name in (*OF_A_JOB, *OF_AN_ITEM):
        if name != "cancel":
            answer = await ben.private.forges_press(greeting, forged(job)[name])
            assert answer == label("answer-too-late"), name
    assert books(shared) == before


@pytest.mark.parametrize("rule", ["who:admins", "ban"])
async def test_who_was_shut_out_or_banned_meanwhile_has_nothing_made(
    shared: World, rule: str
) -> None:
    there, ben, video, job = await a_group(shared)
    if rule == "ban":
        with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
            row = (ben.user_id, 1, 1)
            base.execute(
                "INSERT INTO bans (user_id, admin_id, at_milliseconds) VALUES (?, ?, ?)", row
            )
    else:
        owner = there.member(there.owner)
        panel = await there.sees("", reply_to=await owner.commands("/groupsettings"))
        assert await owner.forges_press(panel, f"gset:{rule}") == label("answer-kept")
    before = books(shared)
    refused = {"ban": "answer-you-are-banned", "who:admins": "answer-not-for-you"}[rule]
    answers = {
        name: await there.member(ben).forges_press(video, forged(job)[name])
        for name in sorted(GATED)
    }
    over = {"retry"} if rule == "who:admins" else set()  # what did not fail cannot be tried again
    assert {name for name, answer in answers.items() if answer != label(refused)} == over
    assert books(shared) == before


async def test_in_a_group_and_in_private_at_once_nothing_is_mixed_up(shared: World) -> None:
    there, ben, _, _ = await a_group(shared)

    async def in_private() -> int:
        await ben.private.sends_photo()
        return await ben.private.says(0.8)

    async def in_the_group() -> int:
        shown = await there.member(ben).sends_photo()
        asked = await there.member(ben).commands("/talk", reply_to=shown)
        prompt = await there.member(ben).sees("", reply_to=asked)
        return await there.member(ben).says(1.4, reply_to=prompt["message_id"])

    alone, in_company = await asyncio.gather(in_private(), in_the_group())
    await ben.private.sees_video(reply_to=alone)
    await there.member(ben).sees_video(reply_to=in_company)
    made = shared.rows(f"SELECT chat_id FROM jobs WHERE user_id = {ben.user_id} ORDER BY chat_id")
    assert [job["chat_id"] for job in made] == [there.chat_id, there.chat_id, ben.user_id]
