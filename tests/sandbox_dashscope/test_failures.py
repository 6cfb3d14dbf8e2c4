"""Tasks fail in the documented ways, cost nothing, and let the next one run."""

from __future__ import annotations

from typing import Any

import pytest

from bot.media.errors import NoFaceFound
from bot.media.worker.client import MediaWorkerDied
from tests.sandbox_dashscope.conftest import ASYNC, EMO, OTHER_ACCOUNT_KEY, Caller, Service
from tests.support.clock import HOUR
from tests.support.media import photos, voices

pytestmark = pytest.mark.asyncio(loop_scope="module")

DATA_INSPECTION = "InvalidParameter.DataInspection"


async def failure(caller: Caller, task_id: str) -> tuple[str | None, str | None]:
    failed = await caller.until(task_id, "FAILED", "SUCCEEDED")
    output = failed["output"]
    assert output["task_status"] == "FAILED"
    assert "usage" not in failed
    assert "results" not in output
    assert output["end_time"]
    assert (await caller.bill())["total_micro_yuan"] == 0
    return output.get("code"), output.get("message")


async def with_sound(caller: Caller, data: bytes, name: str = "voice.wav") -> str:
    return await caller.submitted(audio_url=await caller.upload(data, name))


async def test_sound_of_twenty_seconds_fails_after_a_while(
    caller: Caller, service: Service
) -> None:
    await caller.set(refuse_seconds=60)
    task_id = await with_sound(caller, voices.tone_wav(20_000))
    await caller.reached(task_id, "RUNNING")
    service.clock.advance(61)
    assert await failure(caller, task_id) == ("InvalidURL", "The input audio is longer than 20s")


async def test_sound_just_under_twenty_seconds_is_made(caller: Caller) -> None:
    done = await caller.until(await with_sound(caller, voices.tone_wav(19_999)), "SUCCEEDED")
    assert done["usage"]["duration"] == 19.999


WRONG_SOUNDS = {
    "large": (b"RIFF" + bytes(15 * 1024 * 1024), "v.wav", "File size is larger than 15MB."),
    "text": (b"hello", "v.wav", "File type is not supported. Allowed types are: .wav, .mp3."),
    "name": (
        voices.tone_wav(),
        "v.ogg",
        "File type is not supported. Allowed types are: .wav, .mp3.",
    ),
}


@pytest.mark.parametrize("kind", WRONG_SOUNDS)
async def test_a_wrong_sound_file_is_named(caller: Caller, kind: str) -> None:
    data, name, message = WRONG_SOUNDS[kind]
    assert await failure(caller, await with_sound(caller, data, name)) == ("InvalidURL", message)


async def test_a_missing_resolve_header_fails_the_task(caller: Caller) -> None:
    answer = await caller.submit(await caller.order(), ASYNC)
    assert answer.status_code == 200
    code, _ = await failure(caller, answer.json()["output"]["task_id"])
    assert code == DATA_INSPECTION


async def test_files_of_another_model_or_account_fail_the_task(
    caller: Caller, service: Service
) -> None:
    for_emo = await caller.upload(voices.tone_wav(), "v.wav", EMO)
    assert (await failure(caller, await caller.submitted(audio_url=for_emo)))[0] == DATA_INSPECTION
    order = await caller.order()
    other = service.as_key(OTHER_ACCOUNT_KEY)
    task_id = (await other.submit(order)).json()["output"]["task_id"]
    assert (await failure(other, task_id))[0] == DATA_INSPECTION


BAD_ADDRESSES: list[tuple[dict[str, Any], str]] = [
    ({"image_url": "ftp://example.org/a.png"}, "InvalidURL"),
    ({"audio_url": "no address"}, "InvalidURL"),
    ({"audio_url": "oss://never/uploaded.wav"}, DATA_INSPECTION),
]


@pytest.mark.parametrize(("changed", "code"), BAD_ADDRESSES)
async def test_a_bad_address_fails_the_task(
    caller: Caller, changed: dict[str, Any], code: str
) -> None:
    assert (await failure(caller, await caller.submitted(**changed)))[0] == code


async def test_a_small_picture_fails_the_task(caller: Caller) -> None:
    small = await caller.upload(photos.plain(399, 399), "p.png")
    code, _ = await failure(caller, await caller.submitted(image_url=small))
    assert code == "InvalidFile.Resolution"


async def test_a_picture_without_a_face_fails_the_task(caller: Caller, service: Service) -> None:
    service.renderer.refuse = NoFaceFound()
    code, message = await failure(caller, await caller.submitted())
    assert (code, message) == ("InvalidImage.NoHumanFace", "No human face detected.")


async def test_a_broken_renderer_is_an_internal_error(caller: Caller, service: Service) -> None:
    service.renderer.refuse = MediaWorkerDied("on request")
    assert (await failure(caller, await caller.submitted()))[0] == "InternalError"
    service.renderer.refuse = None
    await caller.until(await caller.submitted(), "SUCCEEDED")


async def test_the_service_gives_up_after_three_hours(caller: Caller, service: Service) -> None:
    await caller.set(render_seconds=4 * 3600)
    task_id = await caller.submitted()
    await caller.reached(task_id, "RUNNING")
    service.clock.advance(2.9 * HOUR)
    assert (await caller.query(task_id))["output"]["task_status"] == "RUNNING"
    service.clock.advance(0.2 * HOUR)
    assert (await failure(caller, task_id))[0] == "InternalError.Timeout"


async def test_a_failure_can_be_ordered(caller: Caller) -> None:
    await caller.fault("submit", "task_fails", code="DataInspectionFailed", message="No.")
    assert await failure(caller, await caller.submitted()) == ("DataInspectionFailed", "No.")
    await caller.fault("submit", "task_fails", after_seconds=0)
    assert await failure(caller, await caller.submitted()) == (None, None)
