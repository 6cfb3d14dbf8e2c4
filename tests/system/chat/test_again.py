"""A video once more: as a round note, in 720P, from the history; nothing is sent again for it."""

from __future__ import annotations

import sqlite3
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "600", "BUDGET_YUAN_PER_DAY": "500"}

_UNDER_WAY = "SELECT 1 FROM outbox WHERE state = 'open'"


async def test_a_round_note_comes_where_it_is_wished_with_its_receipt_as_a_text(
    shared: World, tmp_path: Path
) -> None:
    ada = await shared.person()
    await chooses(ada, "reply", "note")
    await ada.sends_photo()
    voice = await ada.says()
    (note,) = await sees_notes(ada, 1)
    assert note["reply_to_message"]["message_id"] == voice
    assert note["video_note"]["length"] <= 640
    receipt = await ada.sees(said("video-caption", seconds=0.87, left=599.1))
    assert "video" not in receipt
    assert set(buttons_of(receipt)) == {label("button-finer"), label("button-as-video")}
    job = await ada.reaches("done")
    (shown,) = shared.rows(f"SELECT form FROM deliveries WHERE job_id = {job['id']}")
    assert shown["form"] == "round"
    path = tmp_path / "note.mp4"
    path.write_bytes(await file_of(shared, note["video_note"]["file_id"]))
    with av.open(str(path)) as container:
        assert '"Label":"1"' in container.metadata["AIGC"]
        assert container.streams.video[0].width == container.streams.video[0].height == 480

    asked = await ada.writes("/last")
    (_, again) = await sees_notes(ada, 2)
    assert again["reply_to_message"]["message_id"] == asked
    assert again["video_note"]["file_unique_id"] == note["video_note"]["file_unique_id"]

    assert await ada.presses(receipt, label("button-as-video")) == label("answer-coming")
    video = await ada.sees_video()
    assert text_of(video) == said("video-again")
    assert len((await shared.provider("tasks"))["tasks"]) == 1


async def test_a_delivered_video_becomes_a_round_note_for_nothing(shared: World) -> None:
    ada = await shared.person()
    video = await has_video(ada)
    before = await spent(shared, ada)
    assert await ada.presses(video, label("button-as-note")) == label("answer-coming")
    (note,) = await sees_notes(ada, 1)
    assert note["reply_to_message"]["message_id"] == video["message_id"]
    await eventually(lambda: not shared.rows(_UNDER_WAY), "it is on record that it came")

    for kept in (shared.directory / "bot-data" / "results").glob("*.mp4"):
        kept.unlink()
    await forgets_notes(shared)
    await ada.presses(video, label("button-as-note"))
    await sees_notes(ada, 2)
    assert await spent(shared, ada) == before


async def test_again_in_720p_is_a_job_of_its_own_once(shared: World) -> None:
    ada = await shared.person()
    video = await has_video(ada)
    assert "Again in 720P · 1.6 s" in str(video["reply_markup"])
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    assert await ada.presses(video, label("button-finer")) == label("answer-started")
    assert await ada.presses(video, label("button-finer")) == label("answer-started")
    await shared.tell_provider(render_seconds=QUICK_SECONDS)
    finer = await ada.sees_video(2)
    assert finer["video"]["width"] > video["video"]["width"]
    assert set(buttons_of(finer)) == {label("button-as-note")}
    await ada.reaches("done")
    assert await ada.presses(video, label("button-finer")) == label("answer-too-late")
    jobs = shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id} ORDER BY id")
    assert [job["resolution"] for job in jobs] == ["480P", "720P"]
    assert await spent(shared, ada) == 870 + 1566
    assert await open_holds(shared) == 0


async def test_again_in_720p_asks_whoever_wants_to_be_asked(shared: World) -> None:
    ada = await shared.person()
    video = await has_video(ada)
    await chooses(ada, "confirm", "always")
    assert await ada.presses(video, label("button-finer")) == label("answer-asked")
    question = await ada.sees(said("finer-confirm", needed=1.566, left=599.1))
    assert await ada.presses(question, label("button-go-on")) == label("answer-started")
    await ada.sees_video(2)


async def test_the_buttons_under_a_video_are_its_owners(shared: World) -> None:
    ada, eve = await shared.person(), await shared.person("Eve")
    video = await has_video(ada)
    job = (await ada.reaches("done"))["id"]
    for data in (f"finer:{job}", f"note:{job}", f"video:{job}", f"resend:{job}"):
        assert await eve.forges_press(video, data) == label("answer-not-yours")
        assert await ada.forges_press(video, data.replace(str(job), "999")) == label(
            "answer-too-late"
        )
    assert await ada.forges_press(video, f"finer:{job}:x") == label("answer-too-late")
    assert await ada.forges_press(video, "history:0") == label("answer-too-late")
    assert await eve.forges_press(video, "history:1") == label("answer-not-yours")
    assert len(shared.rows("SELECT * FROM jobs WHERE resolution = '720P'")) <= 2


async def test_the_history_is_a_picture_with_pages_that_turn_in_place(shared: World) -> None:
    ada = await shared.person()
    await ada.writes("/history")
    await ada.sees(said("history-none"))
    video = await has_video(ada)
    repeat_job(shared, ada, 6)

    asked = await ada.writes("/history")
    page = await ada.sees(said("history-title", page=1, pages=2), reply_to=asked)
    assert len(text_of(page).splitlines()) == 6
    assert list(buttons_of(page)) == ["1", "2", "3", "4", "5", f"{label('button-older')} ›"]
    with Image.open(BytesIO(await file_of(shared, page["photo"][-1]["file_id"]))) as sheet:
        assert sheet.size == (948, 636)

    assert await ada.presses(page, label("button-older")) == label("answer-coming")
    last = await reads(ada, page, said("history-title", page=2, pages=2))
    assert list(buttons_of(last)) == ["1", "2", f"‹ {label('button-newer')}"]
    assert await ada.presses(last, "2") == label("answer-coming")
    again = await ada.sees(said("video-again"), reply_to=page["message_id"])
    assert again["video"]["file_unique_id"] == video["video"]["file_unique_id"]
    await ada.presses(last, label("button-newer"))
    await reads(ada, page, said("history-title", page=1, pages=2))


async def test_a_video_that_nobody_has_any_more_is_said_to_be_gone(shared: World) -> None:
    ada = await shared.person()
    await has_video(ada)
    change(shared, f"UPDATE deliveries SET file_id = NULL WHERE chat_id = {ada.user_id}")
    for kept in (shared.directory / "bot-data" / "results").glob("*.mp4"):
        kept.unlink()
    await ada.writes("/start history")
    page = await ada.sees(said("history-title", page=1, pages=1))
    assert "no longer there" in text_of(page)
    assert buttons_of(page) == {}


async def has_video(person: Person) -> Json:
    await person.sends_photo()
    await person.says()
    video = await person.sees_video()
    await person.reaches("done")
    return video


async def chooses(person: Person, setting: str, choice: str) -> None:
    await person.writes("/settings")
    menu = await person.sees(said("settings-title"))
    await person.forges_press(menu, f"setting:{setting}:{choice}")


async def sees_notes(person: Person, count: int) -> list[Json]:
    async def look() -> list[Json] | None:
        notes = [message for message in await person.heard() if "video_note" in message]
        return notes if len(notes) >= count else None

    return await eventually(look, f"{count} round notes")


async def reads(person: Person, page: Json, text: str) -> Json:
    async def look() -> Json | None:
        for message in await person.heard():
            if message["message_id"] == page["message_id"] and text in text_of(message):
                return message
        return None

    return await eventually(look, f"the page with {text!r}")


async def file_of(shared: World, file_id: str) -> bytes:
    answer = await shared.http.get(f"/sim/files/{file_id}")
    return answer.raise_for_status().content


async def spent(shared: World, person: Person) -> int:
    async def settled() -> list[Json] | None:
        return shared.rows(
            "SELECT SUM(spent_quota_milliseconds) AS spent FROM ledger"
            f" WHERE user_id = {person.user_id} HAVING SUM(held_quota_milliseconds) = 0"
        )

    return int((await eventually(settled, "everything is settled"))[0]["spent"])


async def open_holds(shared: World) -> int:
    return int(shared.rows("SELECT SUM(held_quota_milliseconds) AS held FROM ledger")[0]["held"])


async def forgets_notes(shared: World) -> None:
    """Telegram does, the next time it is asked."""
    description = "Bad Request: wrong file identifier/HTTP URL specified"
    shared.faults.add(
        "telegram", "sendVideoNote", "bad_request", times=1, params={"description": description}
    )


def change(shared: World, sql: str) -> None:
    connection = sqlite3.connect(shared.database, timeout=30)
    with connection:
        connection.execute(sql)
    connection.close()


def repeat_job(shared: World, person: Person, times: int) -> None:
    """The person's video so many times more, as if all had been made."""
    connection = sqlite3.connect(shared.database, timeout=30)
    connection.row_factory = sqlite3.Row
    with connection:
        job = dict(
            connection.execute(f"SELECT * FROM jobs WHERE user_id = {person.user_id}").fetchone()
        )
        for number in range(times):
            row = {**job, "request": f"copy:{job['id']}:{number}"}
            del row["id"]
            names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            copy = connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", row)
            connection.execute(
                "INSERT INTO deliveries (job_id, cause, chat_id, message_id, form, file_id,"
                " sending_at_milliseconds, sent_at_milliseconds) SELECT ?, 'first:' || ?, chat_id,"
                " message_id, form, file_id, 1, 1 FROM deliveries WHERE job_id = ?",
                (copy.lastrowid, copy.lastrowid, job["id"]),
            )
    connection.close()
