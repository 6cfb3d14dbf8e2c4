"""A submission is checked field by field and becomes a task."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dashscope.conftest import ASYNC, EMO, RESOLVE, S2V, S2V_DETECT, Caller, Service
from tests.support.media import photos, voices

pytestmark = pytest.mark.asyncio(loop_scope="module")

INPUT = {"image_url": "oss://a/photo.png", "audio_url": "oss://a/voice.wav"}
BOXES = {"face_bbox": [10, 10, 90, 90], "ext_bbox": [0, 0, 100, 100]}


@pytest.mark.parametrize("path", ["/video-synthesis", "/video-synthesis/"])
async def test_an_accepted_task_is_pending(caller: Caller, path: str) -> None:
    answer = await caller.post(path, {"model": S2V, "input": INPUT}, ASYNC | RESOLVE)
    assert answer.status_code == 200
    assert answer.json().keys() == {"output", "request_id"}
    assert answer.json()["output"]["task_status"] == "PENDING"
    assert len(answer.json()["output"]["task_id"]) == 36


@pytest.mark.parametrize("header", [{}, {"X-DashScope-Async": "disable"}])
async def test_without_the_async_header_it_is_refused(
    caller: Caller, header: dict[str, str]
) -> None:
    answer = await caller.submit({"model": S2V, "input": INPUT}, header)
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
    assert answer.json()["message"] == "Current user api does not support synchronous calls."


async def test_fields_that_are_not_documented_are_ignored(caller: Caller) -> None:
    inputs = INPUT | {"prompt": None, "function": "video-synthesis", "extend_prompt": True}
    body = {"model": S2V, "input": inputs, "parameters": {"watermark": True}, "resources": []}
    assert (await caller.submit(body)).status_code == 200


@pytest.mark.parametrize("style", ["speech", "singing", "performance"])
async def test_the_style_of_the_overviews_sample_is_taken(caller: Caller, style: str) -> None:
    body = {"model": S2V, "input": INPUT, "parameters": {"style": style, "resolution": "720P"}}
    assert (await caller.submit(body)).status_code == 200


def s2v(inputs: Any, **parameters: Any) -> dict[str, Any]:
    return {"model": S2V, "input": inputs, "parameters": parameters}


def emo(inputs: Any, **parameters: Any) -> dict[str, Any]:
    return {"model": EMO, "input": INPUT | inputs, "parameters": parameters}


BAD: list[tuple[dict[str, Any], int, str, str]] = [
    ({"input": INPUT}, 400, "InvalidParameter", "model"),
    ({"model": S2V_DETECT, "input": INPUT}, 404, "ModelNotFound", S2V_DETECT),
    (s2v(None), 400, "InvalidParameter", "input.image_url"),
    (s2v({"image_url": "oss://a"}), 400, "InvalidParameter", "input.audio_url"),
    (s2v(INPUT | {"audio_url": ""}), 400, "InvalidParameter", "input.audio_url"),
    (s2v(INPUT | {"image_url": ["oss://a"]}), 400, "InvalidParameter", "input.image_url"),
    (s2v(INPUT, resolution="1080P"), 400, "InvalidParameter", "resolution"),
    (s2v(INPUT, resolution=480), 400, "InvalidParameter", "resolution"),
    (s2v(INPUT, style="whisper"), 400, "InvalidParameter", "style"),
    (emo({}), 400, "InvalidParameter", "face_bbox"),
    (emo({"face_bbox": [1, 1, 9, 9]}), 400, "InvalidParameter", "ext_bbox"),
    (emo(BOXES | {"face_bbox": [9, 1, 1, 9]}), 400, "InvalidParameter", "face_bbox"),
    (emo(BOXES | {"face_bbox": [1, 2, 3]}), 400, "InvalidParameter", "face_bbox"),
    (emo(BOXES | {"ext_bbox": [0, 0, 1.5, 2]}), 400, "InvalidParameter", "ext_bbox"),
    (emo(BOXES, style_level="wild"), 400, "InvalidParameter", "style_level"),
]


@pytest.mark.parametrize(("body", "status", "code", "named"), BAD)
async def test_a_wrong_field_is_named(
    caller: Caller, body: dict[str, Any], status: int, code: str, named: str
) -> None:
    answer = await caller.submit(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert named in answer.json()["message"]
    assert (await caller.http.get("/sim/tasks")).json() == {"tasks": []}


async def test_a_retired_model_is_not_found(caller: Caller) -> None:
    await caller.set(retired_models=[EMO])
    answer = await caller.submit(emo(BOXES))
    assert (answer.status_code, answer.json()["code"]) == (404, "ModelNotFound")


async def test_a_wrong_key_submits_nothing(service: Service, caller: Caller) -> None:
    answer = await service.as_key("sk-wrong").submit(s2v(INPUT))
    assert (answer.status_code, answer.json()["code"]) == (401, "InvalidApiKey")
    assert (await caller.http.get("/sim/tasks")).json() == {"tasks": []}


async def test_five_submissions_a_second(
    caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.clock, "steady_seconds", lambda: 0.0)
    answers = [await caller.submit(s2v(INPUT)) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].json()["code"] == "Throttling.RateQuota"


async def test_a_full_queue_can_be_answered_429(caller: Caller) -> None:
    await caller.set(render_seconds=60, queue_limit=1)
    first, _ = await caller.submitted(), await caller.submitted()
    await caller.reached(first, "RUNNING")
    answer = await caller.submit(s2v(INPUT))
    assert (answer.status_code, answer.json()["code"]) == (429, "Throttling.RateQuota")


async def test_an_emo_task_makes_the_part_of_the_picture_that_was_asked_for(
    caller: Caller, service: Service
) -> None:
    image_url = await caller.upload(photos.plain(), "p.png", EMO)
    audio_url = await caller.upload(voices.tone_wav(1_500), "v.wav", EMO)
    boxes = {"face_bbox": [210, 210, 290, 290], "ext_bbox": [200, 200, 350, 400]}
    body = {"model": EMO, "input": {"image_url": image_url, "audio_url": audio_url} | boxes}
    answer = await caller.submit(body)
    done = await caller.until(answer.json()["output"]["task_id"], "SUCCEEDED", "FAILED")
    assert done["usage"] == {"video_duration": 1.5, "video_ratio": "3:4"}
    assert (await caller.bill())["videos"][0]["micro_yuan"] == 240_000
    from bot.sandbox.dashscope.inputs.pictures import read_picture

    drawn = read_picture(service.renderer.photo)
    assert (drawn.width, drawn.height) == (512, 704)


async def test_emo_boxes_outside_the_picture_fail_the_task(caller: Caller) -> None:
    image_url = await caller.upload(photos.plain(), "p.png", EMO)
    audio_url = await caller.upload(voices.tone_wav(), "v.wav", EMO)
    boxes = {"face_bbox": [10, 10, 90, 90], "ext_bbox": [0, 0, 601, 601]}
    body = {"model": EMO, "input": {"image_url": image_url, "audio_url": audio_url} | boxes}
    answer = await caller.submit(body)
    failed = await caller.until(answer.json()["output"]["task_id"], "SUCCEEDED", "FAILED")
    assert failed["output"]["code"] == "InvalidParameter"
