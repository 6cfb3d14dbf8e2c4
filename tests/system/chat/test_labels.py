"""Every video that goes out says that AI made it: to read where there is a caption, and inside."""

from __future__ import annotations

import io
import json

import av
import pytest

from tests.support.chats import Json
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = 900_002
SETTINGS = {"ADMIN_IDS": str(ADMIN), "QUOTA_SECONDS_PER_DAY": "600"}

SENDING = ("sendVideo", "sendDocument", "sendVideoNote", "editMessageMedia")
LABEL = "AI-generated video."


@pytest.mark.proof
async def test_whatever_way_a_video_goes_it_carries_the_label(shared: World) -> None:
    """New, once more, from the disk, as a file, as a round note, into a message, to an operator."""
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    video = await ada.sees_video()
    await ada.reaches("done")
    assert await ada.presses(video, label("button-as-note")) == label("answer-coming")
    await eventually(lambda: _kinds(ada, "video_note"), "a round note")
    await ada.writes("/last")
    await ada.sees_video(2)
    shared.faults.add("telegram", "sendVideo", "bad_request", params=_UNKNOWN_ID)
    await ada.writes("/last")
    await ada.sees_video(3)

    shared.faults.add("telegram", "sendVideo", "bad_request", times=2, params=_REFUSED)
    await ada.says()
    await eventually(lambda: _kinds(ada, "document"), "a video as a file")
    shared.faults.add("telegram", "sendVideo", "drop_after")
    await ada.says()
    await eventually(lambda: shared.bot_calls("editMessageMedia"), "an edit into the video")
    await ada.sees_video(4)
    await _report(shared, ada, video)

    calls = [call for method in SENDING for call in await shared.bot_calls(method)]
    accepted = [call for call in calls if call["ok"]]
    assert {call["method"] for call in accepted} == set(SENDING)
    for call in accepted:
        await _is_labelled(shared, call)


_UNKNOWN_ID = {"description": "Bad Request: wrong file identifier/HTTP URL specified"}
_REFUSED = {"description": "Bad Request: VIDEO_CONTENT_TYPE_INVALID"}


async def _is_labelled(shared: World, call: Json) -> None:
    caption = call["params"].get("caption") or _in_media(call["params"].get("media", "{}"))
    if call["method"] != "sendVideoNote":  # it has no caption: its label is in the picture
        assert str(caption).startswith(LABEL), call
    result = call["result"]
    file = result.get("video") or result.get("video_note") or result["document"]
    answer = await shared.http.get(f"/sim/files/{file['file_id']}")
    with av.open(io.BytesIO(answer.raise_for_status().content)) as container:
        assert '"Label":"1"' in container.metadata["AIGC"], call["method"]


def _in_media(media: str | Json) -> str:
    described: Json = json.loads(media) if isinstance(media, str) else media
    return str(described.get("caption", ""))


async def _kinds(person: Person, kind: str) -> list[Json]:
    return [message for message in await person.heard() if kind in message]


async def _report(shared: World, ada: Person, video: Json) -> None:
    await shared.http.post("/sim/people", json={"first_name": "Olga", "user_id": ADMIN})
    sent = await ada.writes("/report", reply_to_message_id=video["message_id"])
    question = await ada.sees(said("report-ask"), reply_to=sent)
    await ada.presses(question, label("report-reason-other"))
    await Person(shared, ADMIN).sees("It was reported")
