"""A photo and a voice message become a video, in the real process, over real sockets."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from tests.preview.test_lips import assert_lips_follow
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.texts import key_of, label
from tests.support.world import World

SETTINGS = {"LOG_FORMAT": "json"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_photo_first_then_voice_brings_a_video_on_the_voice_note(shared: World) -> None:
    ada = await shared.person()
    photo = await ada.send("photo", sample="portrait")
    await ada.sees_key("photo-ready", reply_to=photo)
    voice = await ada.send("voice", sample="voice")
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == voice
    assert key_of(text_of(video)) == "ai-label-video"
    assert "52.9 s left today" in text_of(video)
    assert video["video"]["width"] > 400
    assert video["video"]["duration"] == 7
    assert video["video"]["thumbnail"]["width"] > 0


async def test_all_that_comes_of_a_voice_message_is_logged_with_one_number(shared: World) -> None:
    """That of its update: the job, its task, and the message that the video is in."""
    ada = await shared.person()
    await ada.sends_photo()
    voice = await ada.says()
    video = await ada.sees_video()
    job = await ada.reaches("done")
    (source,) = shared.rows(
        f"SELECT source FROM media WHERE chat_id = {ada.user_id} AND message_id = {voice}"
    )
    number = int(source["source"].removeprefix("update:"))
    lines = [json.loads(line) for line in shared.log().splitlines()]
    ours = [line for line in lines if line.get("update") == number]
    assert {line["job"] for line in ours if "job" in line} == {job["id"]}
    assert {line["task"] for line in ours if "task" in line} == {f"{job['id']}.1"}
    assert {line["update"] for line in lines if line.get("job") == job["id"]} == {number}
    said = [line["message"] for line in ours]
    for what in ("is handled", "ms of video", "is rendered", f"as message {video['message_id']} "):
        assert any(what in each for each in said), (what, said)


async def test_voice_first_then_photo_brings_a_video_too(shared: World) -> None:
    ada = await shared.person()
    voice = await ada.says()
    await ada.sees_key("voice-ready*", reply_to=voice)
    await ada.sends_photo()
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == voice


async def test_the_bill_of_the_provider_is_what_the_ledger_settled(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()

    async def settled() -> list[dict[str, int]] | None:
        return shared.rows(
            f"SELECT * FROM ledger WHERE kind = 'settle' AND user_id = {ada.user_id}"
        )

    (entry,) = await eventually(settled, "the job is settled")
    bill = await shared.provider("bill")
    assert bill["videos"][-1]["milliseconds"] == entry["video_milliseconds"]
    assert bill["videos"][-1]["micro_yuan"] == entry["spent_micro_yuan"]
    assert bill["detections"] == len(shared.rows("SELECT * FROM detections"))
    (balance,) = shared.rows("SELECT SUM(held_quota_milliseconds) AS held FROM ledger")
    assert balance["held"] == 0


async def test_the_lips_follow_the_voice_in_the_delivered_video(
    shared: World, tmp_path: Path
) -> None:
    ada = await shared.person()
    await ada.send("photo", sample="portrait")
    await ada.send("voice", sample="voice")
    path = tmp_path / "delivered.mp4"
    path.write_bytes(await ada.video_bytes(await ada.sees_video()))
    assert_lips_follow(path)
    with av.open(str(path)) as container:
        assert '"Label":"1"' in container.metadata["AIGC"]


async def test_another_voice_note_uses_the_same_face(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    second = await ada.says()
    video = await ada.sees_video(2)
    assert video["reply_to_message"]["message_id"] == second
    assert len(shared.rows(f"SELECT * FROM detections WHERE user_id = {ada.user_id}")) == 1


async def test_another_photo_offers_the_same_voice_again(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    photo = await ada.sends_photo()
    offer = await ada.sees("use your last one again", reply_to=photo)
    assert await ada.presses(offer, "Same voice again") == label("answer-started")
    await ada.sees_video(2)


async def test_only_one_message_shows_the_job_and_it_goes_when_the_video_comes(
    shared: World,
) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()

    async def tidy() -> bool:
        return len(await ada.heard()) == 2

    await eventually(tidy, "the photo's message and the video are all that is left")
