"""Whoever had it made pays for what the provider billed, whoever stopped it and however."""

from __future__ import annotations

import pytest

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.media.photos import photo
from tests.support.media.voices import long_voice, voice_note
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "60"}
PARTS = 2
SECONDS = 21.0


async def rendering(shared: World, count: int) -> None:
    """Wait until so many tasks are being made: they cannot be cancelled any more."""

    async def look() -> bool:
        tasks = (await shared.provider("tasks"))["tasks"]
        return [task["status"] for task in tasks].count("RUNNING") >= count

    await eventually(look, f"{count} tasks are being made")


def jobs_of(shared: World, person: Person) -> list[Json]:
    return shared.rows(f"SELECT * FROM jobs WHERE user_id = {person.user_id} ORDER BY id")


def tasks_of(shared: World, person: Person) -> list[Json]:
    return shared.rows(
        "SELECT tasks.* FROM tasks JOIN jobs ON jobs.id = job_id"
        f" WHERE user_id = {person.user_id} ORDER BY number"
    )


async def tasks_are(shared: World, person: Person, *states: str) -> None:
    """Wait until this person's tasks are in these states, in order."""
    await eventually(
        lambda: [task["state"] for task in tasks_of(shared, person)] == [*states],
        f"tasks: {states}",
    )


def spent(shared: World, person: Person) -> tuple[int, int]:
    """What is held and spent of the person's quota, in milliseconds."""
    (row,) = shared.rows(
        "SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent"
        f" FROM ledger WHERE user_id = {person.user_id}"
    )
    return row["held"], row["spent"]


async def ends(shared: World, person: Person, *states: str) -> Json:
    async def look() -> Json | None:
        job = jobs_of(shared, person)[-1]
        return job if job["state"] in states and job["announced"] else None

    return await eventually(look, f"an end: {states}")


async def asks_for_all_in_parts(person: Person) -> None:
    await person.sends_photo(photo())
    note = voice_note(long_voice(SECONDS))
    voice = await person.send_file("voice", note, "voice.ogg", raw=1)
    question = await person.sees("What would you like", reply_to=voice)
    pressed = await person.presses(question, label("button-all-parts", parts=PARTS))
    assert pressed == label("answer-started")


@pytest.mark.parametrize("who", ["its maker, as the group's owner", "another account"])
async def test_a_video_that_is_stopped_by_an_objection_after_its_submission_counts(
    shared: World, who: str
) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    there = await Group.create(shared, "Faces", ada, ben)
    stopper = ben if who == "another account" else ada
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    shown = await there.member(ben).sends_photo()
    asked = await there.member(ada).commands("/talk", reply_to=shown)
    prompt = await there.sees("", reply_to=asked)
    voice = await there.member(ada).says(5.0, reply_to=prompt["message_id"])
    status = await there.sees(said("borrowed-used", owner="Ben"), reply_to=voice)
    await rendering(shared, 1)
    await there.member(stopper).presses(status, label("button-not-me"))
    await there.sees(said("job-objected"))
    await shared.tell_provider(render_seconds=0.2)
    job = await ends(shared, ada, "failed")
    billed = job["billed_milliseconds"]
    assert billed > 4_000
    assert spent(shared, ada) == (0, billed)
    charged = label("charged-all-the-same", seconds=billed / 1000)
    await there.sees(said("failed-objected", charged=charged))
    assert not [m for m in await there.heard() if "video" in m]
    left = (60_000 - billed) // 100 / 10
    quota = await there.member(ada).commands("/quota")
    assert f"{left:g} s" in text_of(await there.sees("", reply_to=quota))


async def test_a_long_voice_whose_maker_blocks_the_bot_counts_as_far_as_it_was_made(
    shared: World,
) -> None:
    ada = await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await asks_for_all_in_parts(ada)
    await tasks_are(shared, ada, "running", "ready")
    await rendering(shared, 1)
    (await shared.http.post(f"/sim/chats/{ada.user_id}/block", json={})).raise_for_status()
    await tasks_are(shared, ada, "running", "cancelled")
    await shared.tell_provider(render_seconds=0.2)
    job = await ends(shared, ada, "undeliverable")
    first = tasks_of(shared, ada)[0]
    assert job["billed_milliseconds"] == first["billed_milliseconds"] > 0
    assert spent(shared, ada) == (0, first["billed_milliseconds"])

    (await shared.http.post(f"/sim/chats/{ada.user_id}/unblock", json={})).raise_for_status()
    await ada.writes("/last")
    await ada.sees_video()
    assert spent(shared, ada) == (0, first["billed_milliseconds"])


async def test_a_long_voice_that_is_closed_off_before_it_began_costs_nothing(shared: World) -> None:
    ben, ada = await shared.person("Ben"), await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ben.sends_photo()
    await ben.says()
    await rendering(shared, 1)
    await asks_for_all_in_parts(ada)
    await tasks_are(shared, ada, *["ready"] * PARTS)
    (await shared.http.post(f"/sim/chats/{ada.user_id}/block", json={})).raise_for_status()
    await ends(shared, ada, "cancelled")
    assert spent(shared, ada) == (0, 0)
    await shared.tell_provider(render_seconds=0.2)
    await ben.sees_video()


async def test_a_long_voice_of_which_a_later_part_is_declined_says_what_it_took(
    shared: World,
) -> None:
    ada = await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await asks_for_all_in_parts(ada)
    await tasks_are(shared, ada, "running", "ready")
    declined = {"after_seconds": 0.1, "code": "DataInspectionFailed"}
    shared.faults.add("provider", "submit", "task_fails", params=declined)
    await shared.tell_provider(render_seconds=0.2)
    await ends(shared, ada, "failed")
    billed = tasks_of(shared, ada)[0]["billed_milliseconds"]
    assert spent(shared, ada) == (0, billed)
    charged = label("charged-all-the-same", seconds=billed / 1000)
    told = await ada.sees(said("failed-moderated", charged=charged))
    assert buttons_of(told) == {}
