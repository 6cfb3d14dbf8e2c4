"""A person has everything of theirs sent or deleted; the quota outlasts it, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.chats import Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "10", "ADMIN_IDS": "1", "CONTACT": "@keeper"}


async def asks(person: Person, command: str) -> Json:
    sent = await person.writes(command)
    return await person.sees("", reply_to=sent)


def traces(shared: World, *words: str) -> list[str]:
    """Wherever in the database one of these words stands."""
    tables = [
        row["name"] for row in shared.rows("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    pattern = re.compile("|".join(rf"(?<![\w.-]){re.escape(word)}(?!\w)" for word in words))
    return [
        f"{table}: {row}"
        for table in tables
        for row in shared.rows(f"SELECT * FROM {table}")
        if pattern.search(json.dumps(row, ensure_ascii=False))
    ]


async def test_privacy_and_terms_are_said_at_full_length_in_private(shared: World) -> None:
    ada = await shared.person(agrees=False)
    privacy = text_of(await asks(ada, "/privacy"))
    assert said("privacy-kept", user=str(ada.user_id)) in privacy
    for part in ("privacy-seen", "privacy-rights"):
        assert said(part) in privacy
    service = label("service-other", host="127.0.0.1")
    assert said("privacy-service", service=service) in privacy
    assert said("contact-operator", contact="@keeper") in privacy
    assert text_of(await asks(ada, "/start privacy")) == privacy
    limits = text_of(await asks(ada, "/start terms"))
    assert limits.startswith(said("terms-text"))
    assert said("contact-operator", contact="@keeper") in limits


async def test_after_forgetting_nothing_leads_to_the_person_and_the_quota_is_not_fresh(
    shared: World,
) -> None:
    ada, ben = await shared.person("Adamina"), await shared.person("Ben")
    for person in (ada, ben):
        await person.sends_photo()
        await person.says(2)
        await person.reaches("done")
    left = text_of(await asks(ada, "/quota"))
    shown = await asks(ada, "/forget")
    assert text_of(shown) == said("forget-shown", photos=1, voices=1, videos=1)

    assert await ada.presses(shown, label("button-data-copy")) == label("answer-data-copy")
    copy = await export_of(ada)
    assert copy["profile"][0]["first_name"] == "Adamina"
    assert [video["state"] for video in copy["videos"]] == ["done"]
    assert copy["agreements"]
    assert {entry["kind"] for entry in copy["quota_ledger"]} >= {"hold", "settle"}
    assert str(ben.user_id) not in json.dumps(copy)
    assert "oss://" not in json.dumps(copy)

    settled = "SELECT SUM(spent_micro_yuan) AS spent, COUNT(*) AS n FROM ledger"
    before = shared.rows(settled)
    (job,) = shared.rows(f"SELECT id FROM jobs WHERE user_id = {ada.user_id}")
    assert list((shared.directory / "bot-data" / "results").glob(f"{job['id']}.*"))
    assert await ada.presses(shown, label("button-keep")) == label("answer-data-stays")
    assert await ada.presses(shown, label("button-forget")) == label("answer-forgetting")
    await ada.sees(said("forget-done"))
    await nothing_is_left(shared, str(ada.user_id), "Adamina")
    assert not list((shared.directory / "bot-data" / "results").glob(f"{job['id']}.*"))
    assert shared.rows(settled) == before, "the amounts stay"
    assert traces(shared, str(ben.user_id)), "nobody else is forgotten"

    assert text_of(await asks(ada, "/quota")) == left, "forgetting brings no new quota"
    await ada.sends_photo()
    await ada.sees("please confirm")


async def test_what_is_being_made_comes_first_and_then_all_is_deleted(shared: World) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    cleo = await shared.person("Cleopatra")
    await cleo.sends_photo()
    await cleo.says()
    await cleo.reaches("running")
    shown = await asks(cleo, "/forget")
    await cleo.presses(shown, label("button-forget"))
    await cleo.sees(said("forget-waiting"))
    await cleo.sends_photo()  # nothing new begins
    question = await cleo.sees("please confirm")
    assert await cleo.presses(question, label("button-agree")) == label("answer-forgetting")
    await shared.tell_provider(render_seconds=0.2)
    await cleo.sees_video()
    await cleo.sees(said("forget-done"))
    await nothing_is_left(shared, str(cleo.user_id), "Cleopatra")


async def test_only_the_person_in_their_own_chat_can_have_it_deleted(shared: World) -> None:
    dan, eve = await shared.person("Dan"), await shared.person("Eve")
    shown = await asks(dan, "/forget")
    for data in (f"forgetme:{dan.user_id}", f"mydata:{dan.user_id}"):
        answer = await eve.forges_press(shown, data)
        assert answer == label("answer-not-yours")
    answer = await eve.forges_press(shown, f"forgetme:{eve.user_id}")
    assert answer == label("answer-too-late"), "that is Dan's chat"
    assert not shared.rows("SELECT 1 FROM forgettings")


async def nothing_is_left(shared: World, *words: str) -> None:
    """The deletion is said in a message, and what is said is noted a moment later."""

    async def gone() -> bool:
        return not traces(shared, *words)

    try:
        await eventually(gone, "nothing is left")
    except AssertionError:
        raise AssertionError(traces(shared, *words)) from None


async def export_of(person: Person) -> dict[str, list[Json]]:
    async def look() -> Json | None:
        return next((m for m in await person.heard() if "document" in m), None)

    message = await eventually(look, "a file")
    assert message["document"]["file_name"] == "my-data.json"
    answer = await person.world.http.get(f"/sim/files/{message['document']['file_id']}")
    copy: dict[str, list[Json]] = answer.raise_for_status().json()
    return copy


async def test_whose_owner_is_forgotten_that_photo_is_used_by_nobody_again(shared: World) -> None:
    boss, ada, ben = [await shared.person(name) for name in ("Cem", "Ada", "Bendix")]
    there = await Group.create(shared, "Faces", boss, ada, ben)
    photo = await there.member(ben).sends_photo()
    talk = await there.member(ada).commands("/talk", reply_to=photo)
    asked = await there.sees(said("borrowed-asked", owner="Bendix"), reply_to=talk)
    talk = await there.member(boss).commands("/talk", reply_to=photo)
    prompt = await there.sees(said("borrowed-asked", owner="Bendix"), reply_to=talk)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await there.member(boss).says(reply_to=prompt["message_id"])
    await boss.reaches("running")
    shown = await asks(ben, "/forget")
    assert await ben.presses(shown, label("button-forget")) == label("answer-forgetting")
    await ben.sees(said("forget-done"))
    await shared.tell_provider(render_seconds=0.2)
    ended = await boss.reaches("failed", "done")
    assert ended["failure"] == "failed-objected", "what was being made of it is not shown"
    voice = await there.member(ada).says(reply_to=asked["message_id"])
    await there.sees("with a photo of one person", reply_to=voice)
    again = await there.member(ada).commands("/talk", reply_to=photo)
    await there.sees(said("photo-borrowed"), reply_to=again)
    assert len(shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")) == 1
    own = await there.member(ben).commands("/talk", reply_to=photo)
    await there.sees("", reply_to=own)
    assert shared.rows(f"SELECT 1 FROM media WHERE user_id = {ben.user_id}")
