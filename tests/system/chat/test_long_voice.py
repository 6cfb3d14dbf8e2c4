"""A voice too long for one video: its beginning, a piece of it, or all of it in parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.media.video.files import inspect_video
from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.media.photos import photo
from tests.support.media.voices import long_voice, voice_note
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

SECONDS = 21.0
PARTS = 2
THROTTLED = {"http": 429, "code": "Throttling.RateQuota", "message": "slow down"}


async def asks(person: Person, seconds: float = SECONDS) -> tuple[int, Json]:
    """A photo and a long voice; the voice, and the question about it."""
    await person.sends_photo(photo())
    note = voice_note(long_voice(seconds))
    voice = await person.send_file("voice", note, "voice.ogg", raw=1)
    return voice, await person.sees("What would you like", reply_to=voice)


async def all_in_parts(person: Person) -> int:
    voice, question = await asks(person)
    assert await person.presses(question, label("button-all-parts", parts=PARTS)) == label(
        "answer-started"
    )
    return voice


def tasks_of(there: World) -> list[Json]:
    return there.rows(
        "SELECT * FROM tasks WHERE job_id IN (SELECT job_id FROM tasks WHERE number > 1)"
        " ORDER BY job_id, number"
    )


def job_of(there: World, person: Person) -> Json:
    (row,) = there.rows(f"SELECT * FROM jobs WHERE user_id = {person.user_id}")
    return row


async def comes_to_rest(there: World, person: Person, *states: str) -> Json:
    async def rest() -> Json | None:
        try:
            row = job_of(there, person)
        except ValueError:
            return None
        return row if row["state"] in states and row["announced"] else None

    return await eventually(rest, f"a job that is {states}")


async def first_is_being_made(there: World) -> None:
    async def second_waits() -> bool:
        return [task["state"] for task in tasks_of(there)] == ["running", "ready"]

    await eventually(second_waits, "the first part is being made")


async def made_but_for_the_second(there: World) -> Json:
    """The first part, made; nothing is submitted after it until the faults are cleared."""
    await first_is_being_made(there)
    there.faults.add("provider", "submit", "code", times=None, params=THROTTLED)
    await there.tell_provider(render_seconds=0.2)

    async def one_is_fetched() -> Json | None:
        return next((task for task in tasks_of(there) if task["state"] == "fetched"), None)

    return await eventually(one_is_fetched, "the first part is made")


async def balances(there: World) -> Json:
    """Nothing is held, and the ledger spent what the provider billed; the ledger's sums."""
    (sums,) = there.rows(
        "SELECT SUM(held_micro_yuan) AS held, SUM(held_quota_milliseconds) AS quota_held,"
        " SUM(spent_micro_yuan) AS spent, SUM(spent_quota_milliseconds) AS quota_spent,"
        " SUM(kind = 'settle') AS bills FROM ledger"
    )
    videos = (await there.provider("bill"))["videos"]
    assert (sums["held"], sums["quota_held"]) == (0, 0)
    assert sums["spent"] == sum(video["micro_yuan"] for video in videos)
    return {**sums, "videos": videos}


async def test_all_of_it_becomes_one_video_with_one_bill_and_one_status(
    there: World, tmp_path: Path
) -> None:
    ada = await there.person()
    await there.tell_provider(render_seconds=HELD_SECONDS)
    voice = await all_in_parts(ada)
    progress = await ada.sees(f"part 1 of {PARTS}")
    await ada.send("text", text="/status")
    listed = await ada.sees(said("status-jobs", count=1))
    await made_but_for_the_second(there)
    await ada.sees(f"part 2 of {PARTS}")
    there.faults.clear()
    assert text_of(listed).count("21") == 1
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == voice
    job = await comes_to_rest(there, ada, "done")
    assert job["status_message_id"] == progress["message_id"]
    path = tmp_path / "delivered.mp4"
    path.write_bytes(await ada.video_bytes(video))
    facts = inspect_video(path)
    assert abs(facts.duration_milliseconds - job["held_milliseconds"]) <= 1_000 / 16
    books = await balances(there)
    assert books["bills"] == 1
    lengths = [task["length_milliseconds"] for task in tasks_of(there)]
    assert [video["milliseconds"] for video in books["videos"]] == lengths
    assert books["quota_spent"] == job["held_milliseconds"] == sum(lengths)
    left = f"{(60_000 - sum(lengths)) // 100 / 10:g} s left today"
    assert left in text_of(video)


@pytest.mark.proof
async def test_a_part_that_fails_ends_all_of_it_and_costs_the_person_nothing(there: World) -> None:
    ada = await there.person()
    await there.tell_provider(render_seconds=HELD_SECONDS)
    await all_in_parts(ada)

    await first_is_being_made(there)
    there.faults.add("provider", "submit", "task_fails", params={"after_seconds": 0.1})
    await there.tell_provider(render_seconds=0.2)
    told = await ada.sees(said("failed-service"))
    await comes_to_rest(there, ada, "failed")
    first, second = [task["state"] for task in tasks_of(there)]
    assert (first in ("fetched", "dropped"), second) == (True, "failed")
    books = await balances(there)
    assert len(books["videos"]) == 1
    assert books["quota_spent"] == 0
    there.faults.clear()
    assert await ada.presses(told, label("button-retry")) == label("answer-started")

    video = await ada.sees_video()
    assert video["video"]["duration"] >= SECONDS - 1
    (before,) = books["videos"]
    await there.ledger_balances()
    videos = (await balances(there))["videos"]
    assert [each["task_id"] for each in videos].count(before["task_id"]) == 1
    lengths = [task["length_milliseconds"] for task in tasks_of(there)[PARTS:]]
    assert [each["milliseconds"] for each in videos] == lengths, "each part is paid for once"


@pytest.mark.proof
async def test_stopped_in_the_middle_what_was_made_comes_and_counts(there: World) -> None:
    ada = await there.person()
    await there.tell_provider(render_seconds=HELD_SECONDS)
    await all_in_parts(ada)
    progress = await ada.sees(f"part 1 of {PARTS}")
    assert await ada.presses(progress, label("button-cancel")) == label("answer-stopping")
    await there.tell_provider(render_seconds=0.2)
    video = await ada.sees_video()
    assert said("video-stopped-early") in text_of(video)
    job = await comes_to_rest(there, ada, "done")
    assert [task["state"] for task in tasks_of(there)] == ["fetched", "cancelled"]
    assert job["billed_milliseconds"] == tasks_of(there)[0]["length_milliseconds"]
    assert (await balances(there))["quota_spent"] == job["billed_milliseconds"]


@pytest.mark.proof
async def test_stopped_while_it_waits_it_costs_nothing(there: World) -> None:
    bob, ada = await there.person(), await there.person()
    await there.tell_provider(render_seconds=HELD_SECONDS)
    await bob.sends_photo()
    await bob.says()
    await bob.reaches("running")
    await all_in_parts(ada)
    waiting = await ada.sees_key("job-next")
    assert await ada.presses(waiting, label("button-cancel")) == label("answer-cancelled")
    await ada.sees(said("job-cancelled"))
    assert [task["state"] for task in tasks_of(there)] == ["cancelled"] * PARTS


@pytest.mark.proof
async def test_killed_between_parts_and_with_a_part_lost_it_goes_on(there: World) -> None:
    ada = await there.person()
    await there.tell_provider(render_seconds=HELD_SECONDS)
    await all_in_parts(ada)
    first = await made_but_for_the_second(there)
    await there.kill_bot()
    there.faults.clear()
    (path,) = there.directory.rglob(f"results/{first['job_id']}.1.mp4")
    path.unlink()
    await there.start_bot()
    await ada.sees_video()
    await comes_to_rest(there, ada, "done")
    assert len([message for message in await ada.heard() if "video" in message]) == 1
    assert len((await there.provider("tasks"))["tasks"]) == PARTS
    assert (await balances(there))["bills"] == 1


@pytest.mark.proof
async def test_a_piece_that_says_what_it_takes_and_leaves_is_used_without_a_second_question(
    there: World,
) -> None:
    ada = await there.person()
    panel = await ada.sees("Your settings", reply_to=await ada.writes("/settings"))
    assert await ada.forges_press(panel, "setting:confirm:always") == label("answer-kept")
    voice, question = await asks(ada, 30.0)
    pick = label("button-pick-clip")
    assert await ada.presses(question, pick) == label("answer-clips-coming")
    assert await ada.presses(question, pick) == label("answer-clips-there")

    async def three() -> list[Json] | None:
        notes = [message for message in await ada.heard() if "voice" in message]
        return notes if len(notes) >= 3 else None

    notes = await eventually(three, "three pieces")
    assert {note["reply_to_message"]["message_id"] for note in notes} == {voice}
    assert all(10 <= note["voice"]["duration"] <= 20 for note in notes)
    assert all(text_of(note).endswith("s of the 60 s you have left.") for note in notes)
    (item,) = there.rows("SELECT * FROM media WHERE plan IS NOT NULL")
    stranger = await there.person()
    data = buttons_of(notes[1])[label("button-use-clip")]
    assert await stranger.forges_press(notes[1], data) == label("answer-not-yours")
    forged = await ada.forges_press(notes[1], f"clip:{item['id']}:9")
    assert forged == label("answer-too-late")
    assert await ada.presses(notes[1], label("button-use-clip")) == label("answer-started")
    assert await ada.presses(notes[2], label("button-use-clip")) == label("answer-too-late")
    job = await ada.reaches("preparing", "ready", "submitting", "running", "fetching")
    begin, end = json.loads(item["plan"])["clips"][1]
    assert begin > 0
    assert job["held_milliseconds"] == end - begin
    await ada.forges_press(notes[1], f"cancel:{job['id']}")


@pytest.mark.parametrize(("seconds", "text"), [(70.0, "would take 70"), (21.0, "more than this")])
async def test_what_a_cap_does_not_allow_is_said_before_anything_is_paid(
    there: World, seconds: float, text: str
) -> None:
    if seconds < 60:
        await there.stop_bot()
        await there.start_bot(BUDGET_YUAN_PER_DAY="5")
    ada = await there.person()
    voice = await ada.send_file("voice", voice_note(long_voice(seconds)), "voice.ogg", raw=1)
    question = await ada.sees(text, reply_to=voice)
    assert len(buttons_of(question)) == 2
    (item,) = there.rows("SELECT * FROM media WHERE plan IS NOT NULL")
    if seconds < 60:
        return
    await ada.sends_photo()
    await ada.forges_press(question, f"parts:{item['id']}")
    await ada.sees("70")
    assert there.rows("SELECT 1 FROM jobs") == []
    assert (await there.provider("tasks"))["tasks"] == []
