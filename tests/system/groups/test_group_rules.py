"""Buttons that have a video made ask the rules of the group as they are now, as /talk does."""

from __future__ import annotations

import pytest

from tests.support.chats import Json, buttons_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "600", "BUDGET_YUAN_PER_DAY": "500"}
LONG_SECONDS = 7.0


async def chooses(there: Group, *choices: str) -> None:
    """The owner sets the group's rules."""
    owner = there.member(there.owner)
    asked = await owner.commands("/groupsettings")
    panel = await there.sees(said("groupsettings-hint"), reply_to=asked)
    for choice in choices:
        assert await owner.forges_press(panel, f"gset:{choice}") == label("answer-kept")


async def asks(ben: Person, seconds: float = LONG_SECONDS) -> int:
    """A photo of one's own and a voice; the voice."""
    shown = await ben.sends_photo()
    asked = await ben.commands("/talk", reply_to=shown)
    prompt = await ben.sees("", reply_to=asked)
    return await ben.says(seconds, reply_to=prompt["message_id"])


async def a_member(shared: World) -> tuple[Group, Person]:
    """A group that is somebody else's, and one of its members."""
    cem, ben = await shared.person("Cem"), await shared.person("Ben")
    there = await Group.create(shared, "Rules", cem, ben)
    return there, there.member(ben)


async def with_a_video(ben: Person) -> Json:
    voice = await asks(ben)
    video = await ben.sees_video(reply_to=voice)
    await ben.reaches("done")
    return video


async def with_a_failure(shared: World, ben: Person) -> Json:
    shared.faults.add("provider", "submit", "task_fails", params={"after_seconds": 0})
    voice = await asks(ben)
    failed = await ben.sees(said("failed-service"), reply_to=voice)
    assert label("button-retry") in buttons_of(failed)
    return failed


def jobs_in(there: Group) -> int:
    return len(there.world.rows(f"SELECT 1 FROM jobs WHERE chat_id = {there.chat_id}"))


RULES = {
    "who:admins": ("answer-not-for-you", {}),
    "who:list": ("answer-not-for-you", {}),
    "longest:5000": ("answer-too-long-here", {"limit": 5.0}),
}


@pytest.mark.parametrize("rule", RULES)
async def test_in_720p_is_refused_as_its_group_has_it_now(shared: World, rule: str) -> None:
    there, ben = await a_member(shared)
    video = await with_a_video(ben)
    await chooses(there, rule)
    key, values = RULES[rule]
    answer = await ben.presses(video, label("button-finer"))
    assert (answer, answer.is_alert) == (label(key, **values), True)
    assert jobs_in(there) == 1
    await chooses(there, "who:all", "longest:10000")
    answer = await ben.presses(video, label("button-finer"))
    assert answer == label("answer-started")
    await there.sees_video(2)


@pytest.mark.parametrize("rule", RULES)
async def test_try_again_is_refused_as_its_group_has_it_now(shared: World, rule: str) -> None:
    there, ben = await a_member(shared)
    failed = await with_a_failure(shared, ben)
    await chooses(there, rule)
    key, values = RULES[rule]
    answer = await ben.presses(failed, label("button-retry"))
    assert (answer, answer.is_alert) == (label(key, **values), True)
    assert jobs_in(there) == 1
    await chooses(there, "who:all", "longest:10000")
    answer = await ben.presses(failed, label("button-retry"))
    assert answer == label("answer-started")
    await there.sees_video()


async def test_a_question_that_was_open_is_not_answered_by_whoever_was_shut_out(
    shared: World,
) -> None:
    there, ben = await a_member(shared)
    await chooses(there, "longest:5000")
    voice = await asks(ben)
    explained = said("voice-too-long-here", seconds=0, limit=5.0).partition("speech")[2]
    question = await there.sees(explained, reply_to=voice)
    await chooses(there, "who:admins")
    answer = await ben.presses(question, label("button-beginning", seconds=5))
    assert answer == label("answer-not-for-you")
    assert jobs_in(there) == 0


@pytest.mark.parametrize("name", ["retry", "finer", "newvoice", "newface"])
async def test_a_forged_button_elsewhere_makes_nothing_in_a_group(shared: World, name: str) -> None:
    there, ben = await a_member(shared)
    if name == "retry":
        await with_a_failure(shared, ben)
    else:
        await with_a_video(ben)
    job = (await ben.reaches("failed", "done"))["id"]
    await ben.private.writes("/start")
    private = await ben.private.sees("Hello")
    answer = await ben.private.forges_press(private, f"{name}:{job}")
    assert answer == label("answer-too-late")
    assert jobs_in(there) == 1
    assert not shared.rows(f"SELECT 1 FROM drafts WHERE chat_id = {ben.user_id}")


async def test_a_forged_try_again_takes_over_nobody_elses_message(shared: World) -> None:
    there, ben = await a_member(shared)
    cem = there.member(there.owner)
    theirs = await with_a_video(cem)
    await with_a_failure(shared, ben)
    job = (await ben.reaches("failed"))["id"]
    assert await ben.forges_press(theirs, f"retry:{job}") == label("answer-started")
    await there.sees_video(2)
    await ben.reaches("done")
    await sees_announced(shared, ben)
    shown = [m["message_id"] for m in await there.heard() if "video" in m]
    assert theirs["message_id"] in shown


async def sees_announced(shared: World, person: Person) -> None:
    """Wait until everything was said of the person's jobs: a status goes after its video came."""

    async def look() -> bool:
        rows = shared.rows(f"SELECT 1 FROM jobs WHERE user_id = {person.user_id} AND announced = 0")
        return not rows

    await eventually(look, "everything was said")
