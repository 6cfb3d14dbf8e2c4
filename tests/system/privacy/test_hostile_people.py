"""People who are in the way of it all: names, captions, repetitions, deletions, blocks, forgery."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.chats import buttons_of
from tests.support.deadlines import eventually
from tests.support.media.photos import photo, two_people
from tests.support.media.voices import voice
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = 7002
SETTINGS = {"ADMIN_IDS": str(OPERATOR)}
READY = said("photo-ready", longest=LONGEST_SECONDS)


async def test_a_name_made_of_html_is_only_a_name(shared: World) -> None:
    ada = await shared.person('<b>A&da</a> <script>alert("1")</script> {0} %s')
    greeting = await ada.writes("/start")
    await ada.sees("Hello!", reply_to=greeting)
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()


async def test_a_caption_of_a_thousand_emoji_is_passed_over(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(caption="😀" * 512)
    await ada.sees(READY, reply_to=sent)
    longer = await ada.sends_photo(caption="❤" * 1024)
    await ada.sees(READY, reply_to=longer)


async def test_the_same_update_twice_is_one_photo_one_voice_and_one_video(shared: World) -> None:
    ada = await shared.person()
    for kind, data in (("photo", photo()), ("voice", voice())):
        answer = await shared.http.post(
            f"/sim/chats/{ada.user_id}/messages",
            data={"kind": kind, "raw": "1"},
            files={"file": ("x", data)},
        )
        update_id = answer.raise_for_status().json()["update_id"]
        repeated = await shared.http.post(f"/sim/updates/{update_id}/repeat")
        repeated.raise_for_status()
    await ada.sees_video()
    assert len(shared.rows(f"SELECT 1 FROM media WHERE user_id = {ada.user_id}")) == 2
    assert len(shared.rows(f"SELECT 1 FROM jobs WHERE user_id = {ada.user_id}")) == 1


async def test_a_button_belongs_to_the_one_it_was_made_for(shared: World) -> None:
    ada, eve = await shared.person(), await shared.person("Eve")
    sent = await ada.sends_photo(two_people())
    doubt = await ada.sees(said("photo-ask-several", faces=2), reply_to=sent)
    ((button, data),) = buttons_of(doubt).items()
    assert await eve.forges_press(doubt, data) == label("answer-not-yours")
    assert await ada.presses(doubt, button) == label("answer-started")
    await ada.sees(said("photo-several-people"), reply_to=sent)


async def test_forged_buttons_change_nothing(shared: World) -> None:
    ada, eve = await shared.person(), await shared.person("Eve")
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_photo()
    await ada.says()
    job = await ada.reaches("running")
    status = (await ada.heard())[-1]
    forged = {
        f"cancel:{job['id']}": "answer-not-yours",
        f"retry:{job['id']}": "answer-not-yours",
        f"cut:{job['voice_id']}:1000": "answer-not-yours",
        f"check:{job['photo_id']}": "answer-not-yours",
        f"again:{job['photo_id']}:{job['voice_id']}": "answer-not-yours",
        "cancel:999999999999999999": "answer-too-late",
        f"cancel:{job['id']}'; DROP TABLE jobs": "answer-too-late",
        "cancel:-1": "answer-too-late",
        "settle:1": "answer-too-late",
        "": "answer-too-late",
        "😀" * 16: "answer-too-late",
    }
    for data, key in forged.items():
        assert await eve.forges_press(status, data) == label(key), data
    own = {
        f"cut:{job['voice_id']}:1": "answer-too-late",
        f"cut:{job['voice_id']}": "answer-too-late",
        f"cut:{job['photo_id']}:1000": "answer-too-late",
        f"retry:{job['id']}": "answer-too-late",
        f"reopen:{job['voice_id']}": "answer-too-late",
        f"again:{job['voice_id']}:{job['photo_id']}": "answer-too-late",
    }
    for data, key in own.items():
        assert await ada.forges_press(status, data) == label(key), data
    (now,) = shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id}")
    assert now == {name: job[name] for name in now} | {"tries": now["tries"], "state": "making"}
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video()


async def test_a_status_message_that_was_deleted_takes_no_video_with_it(shared: World) -> None:
    ada = await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_photo()
    await ada.says()
    job = await ada.reaches("running")
    path = f"/sim/chats/{ada.user_id}/messages/{job['status_message_id']}"
    (await shared.http.delete(path)).raise_for_status()
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video()


async def test_a_voice_note_that_was_deleted_gets_its_video_all_the_same(shared: World) -> None:
    ada = await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_photo()
    sent = await ada.says()
    await ada.reaches("running")
    (await shared.http.delete(f"/sim/chats/{ada.user_id}/messages/{sent}")).raise_for_status()
    await shared.tell_provider(render_seconds=0.2)
    assert "reply_to_message" not in await ada.sees_video()


async def test_who_blocks_the_bot_during_a_job_gets_nothing_and_the_money_is_booked(
    shared: World,
) -> None:
    ada = await shared.person()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.sends_photo()
    await ada.says()
    await ada.reaches("running")
    (await shared.http.post(f"/sim/chats/{ada.user_id}/block")).raise_for_status()
    await shared.tell_provider(render_seconds=0.2)
    await ada.reaches("undeliverable")
    (ledger,) = shared.rows(
        "SELECT SUM(held_micro_yuan) AS held, SUM(spent_micro_yuan) AS spent "
        f"FROM ledger WHERE user_id = {ada.user_id}"
    )
    assert ledger["held"] == 0
    assert ledger["spent"] > 0
    (await shared.http.post(f"/sim/chats/{ada.user_id}/unblock")).raise_for_status()
    back = await ada.writes("/start")
    await ada.sees("Hello!", reply_to=back)


async def test_an_edited_message_is_no_new_one(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(caption="me")
    await ada.sees(READY, reply_to=sent)
    edit = await shared.http.patch(
        f"/sim/chats/{ada.user_id}/messages/{sent}", json={"caption": "me!"}
    )
    edit.raise_for_status()
    asked = await ada.writes("and now?")
    await ada.sees(said("hint-text-photo-kept"), reply_to=asked)
    assert len(await ada.heard()) == 2


MALFORMED = (
    {"message": {"message_id": 1}},
    {"message": "text"},
    {"something_new": {"x": 1}},
    {"callback_query": {"id": "x"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "mystery"}, "photo": []}},
)


async def test_malformed_updates_stop_nobody(shared: World) -> None:
    ada = await shared.person()
    for update in MALFORMED:
        (await shared.http.post("/sim/updates", json=update)).raise_for_status()
    greeting = await ada.writes("/start")
    await ada.sees("Hello!", reply_to=greeting)


async def test_many_people_at_once_each_get_their_own_video(shared: World) -> None:
    people: list[Person] = await asyncio.gather(*(shared.person() for _ in range(5)))
    voices = {}
    for person in people:
        await person.sends_photo()
        voices[person.user_id] = await person.says(0.8)
    for person in people:
        video = await person.sees_video()
        assert video["reply_to_message"]["message_id"] == voices[person.user_id]

    async def rest() -> bool:
        return not shared.rows("SELECT 1 FROM jobs WHERE announced = 0 AND state = 'done'")

    await eventually(rest, "every job is at rest")
    for person in people:
        assert len([message for message in await person.heard() if "video" in message]) == 1
