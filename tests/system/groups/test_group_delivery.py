"""Videos in groups that make it hard: none of them is lost, whatever the group refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chats import Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_VIDEOS = said("lack-videos")
HELLO = said("introduction-hello", command="/talk@talking_photo_bot")


async def asked_for_voice(hand: Person) -> int:
    """The person's own photo, answered with /talk; the bot's message that asks for a voice."""
    shown = await hand.sends_photo()
    command = await hand.commands("/talk", reply_to=shown)
    return int((await hand.sees("", reply_to=command))["message_id"])


async def a_group(shared: World, title: str, **fields: Any) -> tuple[Group, Person]:
    """A group of one person, who is asked for a voice when the group changes its mind."""
    there = await Group.create(shared, title, await shared.person("Ada"), **fields)
    await there.sees(HELLO)
    return there, there.member(there.owner)


async def blocks(person: Person, verb: str = "block") -> None:
    """The bot is blocked, or no longer, in the person's private chat."""
    answer = await person.world.http.post(f"/sim/chats/{person.user_id}/{verb}", json={})
    answer.raise_for_status()


async def test_a_group_without_videos_gets_files_and_is_told_once(shared: World) -> None:
    there, ada = await a_group(shared, "Files")
    await there.permits(can_send_videos=False)
    for _ in range(2):
        voice = await ada.says(reply_to=await asked_for_voice(ada))

        async def file_came(voice: int = voice) -> Json | None:
            for message in await there.heard():
                replied = message.get("reply_to_message", {}).get("message_id")
                if "document" in message and replied == voice:
                    return message
            return None

        assert said("video-as-file") in text_of(await eventually(file_came, "the video as a file"))
        await there.owner.reaches("done")
    assert [text_of(m) for m in await there.heard()].count(NO_VIDEOS) == 1


async def test_a_group_without_videos_and_files_leads_to_the_private_chat(shared: World) -> None:
    there, ada = await a_group(shared, "Private")
    await there.permits(can_send_videos=False, can_send_documents=False)
    await ada.says(reply_to=await asked_for_voice(ada))
    await there.owner.sees_video()
    await there.sees(said("private-fallback-taken"))
    job = await there.owner.reaches("done")
    assert not [m for m in await there.heard() if "video" in m]
    (shown,) = shared.rows(f"SELECT chat_id FROM deliveries WHERE job_id = {job['id']}")
    assert shown["chat_id"] == there.owner.user_id


async def test_a_paid_video_waits_for_whoever_never_opened_the_private_chat(shared: World) -> None:
    there, ada = await a_group(shared, "Waiting")
    await blocks(there.owner)
    await there.permits(can_send_videos=False, can_send_documents=False)
    await ada.says(reply_to=await asked_for_voice(ada))
    waits = await there.sees(said("private-fallback-waits"))
    button = waits["reply_markup"]["inline_keyboard"][0][0]
    assert button["text"] == label("button-private-chat")
    payload = button["url"].partition("?start=")[2]
    await there.owner.reaches("undeliverable")
    await blocks(there.owner, "unblock")
    await ada.taps_link(payload)
    await there.owner.sees_video()


async def test_last_comes_in_the_private_chat_where_the_group_takes_neither_video_nor_file(
    shared: World,
) -> None:
    there, ada = await a_group(shared, "Last")
    await ada.says(reply_to=await asked_for_voice(ada))
    await there.sees_video()
    await there.owner.reaches("done")
    await there.permits(can_send_videos=False, can_send_documents=False)
    asked = await ada.commands("/last")
    said_there = await there.sees(said("private-fallback-taken"), reply_to=asked)
    (row,) = said_there["reply_markup"]["inline_keyboard"]
    assert [button["text"] for button in row] == [label("button-private-chat")]
    (again,) = await there.owner.videos()
    assert said("video-last") in text_of(again)
    assert len([m for m in await there.heard() if "video" in m]) == 1

    await blocks(there.owner)
    asked = await ada.commands("/last")
    await there.sees(said("private-fallback-waits"), reply_to=asked)
    await blocks(there.owner, "unblock")
    shown = [(row["chat_id"], row["form"]) for row in shared.rows(_SHOWN)]
    assert shown == [(there.chat_id, "video"), (there.owner.user_id, "video")]


_SHOWN = """SELECT chat_id, form FROM deliveries WHERE job_id = (SELECT MAX(id) FROM jobs)
    AND sent_at_milliseconds > 0 ORDER BY id"""


async def test_where_the_bot_may_not_write_at_all_the_video_comes_in_private(shared: World) -> None:
    there, ada = await a_group(shared, "Mute")
    asked = await asked_for_voice(ada)
    await there.permits(can_send_messages=False, can_send_videos=False, can_send_documents=False)
    await ada.says(reply_to=asked)
    await there.owner.sees_video()
    await there.owner.sees(said("lack-messages", group="Mute"))


async def test_a_topic_that_closes_leads_to_the_group_as_a_whole_with_a_word(shared: World) -> None:
    there = await Group.create(shared, "Topics", await shared.person("Ada"), forum=True)
    topic = await there.opens_topic("Faces")
    ada = there.member(there.owner, topic)
    asked = await asked_for_voice(ada)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    try:
        await ada.says(reply_to=asked)
        await there.owner.reaches("running")
        closing = {"from": ada.user_id}
        await shared.ask("POST", f"chats/{there.chat_id}/topics/{topic}/close", closing)
    finally:
        await shared.tell_provider(render_seconds=0.2)
    video = await there.sees_video()
    assert said("topic-closed", name="Ada") in text_of(video)
    assert video.get("message_thread_id") != topic


async def test_a_voice_longer_than_the_group_allows_can_be_cut(shared: World) -> None:
    there, ada = await a_group(shared, "Short")
    asked = await ada.commands("/groupsettings")
    panel = await there.sees(said("groupsettings-hint"), reply_to=asked)
    assert await ada.forges_press(panel, "gset:longest:5000") == label("answer-kept")
    voice = await ada.says(7.0, reply_to=await asked_for_voice(ada))
    explained = said("voice-too-long-here", seconds=0, limit=5.0).partition("speech")[2]
    too_long = await there.sees(explained, reply_to=voice)
    await ada.presses(too_long, label("button-beginning", seconds=5))
    await there.sees_video(reply_to=voice)
    (job,) = shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")
    assert job["held_milliseconds"] <= 5_000


async def test_resolution_and_quiet_of_the_group_hold_for_its_jobs(shared: World) -> None:
    there, ada = await a_group(shared, "Quiet")
    asked = await ada.commands("/groupsettings")
    panel = await there.sees(said("groupsettings-hint"), reply_to=asked)
    for data in ("gset:resolution:720P", "gset:quiet:yes"):
        assert await ada.forges_press(panel, data) == label("answer-kept")
    voice = await ada.says(reply_to=await asked_for_voice(ada))
    await there.sees_video(reply_to=voice)
    (job,) = shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")
    assert job["resolution"] == "720P"
    calls = await shared.bot_calls("editMessageText")
    here = [c for c in calls if str(c["params"]["chat_id"]) == str(there.chat_id)]
    assert not [c for c in here if c["params"]["text"].startswith(said("job-submitting")[:12])]
    assert not [c for c in here if "▓" in c["params"]["text"]]


async def test_only_those_whom_the_group_lets_are_served(shared: World) -> None:
    there, ada = await a_group(shared, "Few")
    ben = await there.joins(await shared.person("Ben"))
    asked = await ada.commands("/groupsettings")
    panel = await there.sees(said("groupsettings-hint"), reply_to=asked)
    assert await ada.forges_press(panel, "gset:who:list") == label("answer-kept")
    refused = await ben.commands("/talk", reply_to=await ben.sends_photo())
    await there.sees(said("group-not-for-you"), reply_to=refused)
    hello = await ben.writes("please")
    allowed = await ada.commands("/allow", reply_to=hello)
    await there.sees(said("allow-done", name="Ben"), reply_to=allowed)
    await ben.says(reply_to=await asked_for_voice(ben))
    await there.sees_video()


async def test_a_group_that_becomes_a_supergroup_keeps_its_draft_and_its_running_job(
    shared: World,
) -> None:
    there, ada = await a_group(shared, "Growing", kind="group")
    ben = await there.joins(await shared.person("Ben"))
    await asked_for_voice(ben)
    asked = await asked_for_voice(ada)
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    try:
        await ada.says(reply_to=asked)
        await there.owner.reaches("running")
        grown = await there.migrates()
    finally:
        await shared.tell_provider(render_seconds=0.2)
    await grown.sees_video()
    await there.owner.reaches("done")
    command = await grown.member(ben).commands("/talk")
    asks = await grown.sees(said("group-ask-voice", longest=19.9), reply_to=command)
    await grown.member(ben).says(reply_to=asks["message_id"])
    await grown.sees_video(2)
    await ben.reaches("done")
    jobs = shared.rows(f"SELECT * FROM jobs WHERE chat_id = {grown.chat_id}")
    assert [job["state"] for job in jobs] == ["done", "done"]
    assert not shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")
