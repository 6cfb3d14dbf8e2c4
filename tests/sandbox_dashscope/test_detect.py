"""Detection judges the picture that was really uploaded, in the documented words, and charges."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from bot.sandbox.serving import serve
from tests.sandbox_dashscope.conftest import (
    ASYNC,
    EMO,
    EMO_DETECT,
    OTHER_ACCOUNT_KEY,
    RESOLVE,
    S2V,
    S2V_DETECT,
    SECOND_KEY,
    Caller,
    Service,
)
from tests.support.clock import HOUR
from tests.support.fakes import face_at
from tests.support.media import photos

pytestmark = pytest.mark.asyncio(loop_scope="module")


def body(url: Any, model: str = S2V_DETECT) -> dict[str, Any]:
    return {"model": model, "input": {"image_url": url}}


def output(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["usage"] == {"image_count": 1}
    found: dict[str, Any] = answer.json()["output"]
    return found


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "BMP", "WEBP"])
async def test_every_documented_format_is_read(caller: Caller, image_format: str) -> None:
    photo = photos.plain(400, 400, image_format)
    assert output(await caller.detect(photo))["check_pass"] is True


def bitmap_header(width: int, height: int) -> bytes:
    """Return the first bytes of a BMP that claims these sides; its pixels are missing."""
    size = width * height * 3
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, size, 0, 0, 0, 0)
    return struct.pack("<2sIII", b"BM", 54 + size, 0, 54) + about


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "narrow": (lambda: photos.plain(399, 600), "InvalidFile.Resolution"),
    "low": (lambda: photos.plain(600, 399), "InvalidFile.Resolution"),
    "wide": (lambda: photos.plain(7001, 400), "InvalidFile.Resolution"),
    "bomb": (lambda: bitmap_header(20_000, 20_000), "InvalidFile.Resolution"),
    "gif": (lambda: photos.plain(kind="GIF"), "InvalidFile.Format"),
    "tiff": (lambda: photos.plain(kind="TIFF"), "InvalidFile.Format"),
    "cut short": (lambda: photos.PORTRAIT.read_bytes()[:9_000], "InvalidFile.Format"),
    "text": (lambda: b"not a picture", "InvalidFile.Format"),
    "empty": (lambda: b"", "InvalidFile.Format"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_an_unsuitable_file_is_refused_by_its_code(caller: Caller, kind: str) -> None:
    make, code = REFUSED[kind]
    found = output(await caller.detect(make()))
    assert (found["check_pass"], found["code"]) == (False, code)
    assert found["message"]


@pytest.mark.parametrize("side", [400, 7000])
async def test_the_documented_sides_are_still_accepted(caller: Caller, side: int) -> None:
    assert output(await caller.detect(photos.plain(side, 400)))["check_pass"] is True


async def test_nobody_and_several_people_are_refused(caller: Caller, service: Service) -> None:
    service.faces.faces = []
    nobody = output(await caller.detect(photos.plain()))
    assert nobody["code"] == "InvalidFile.NoHuman"
    assert nobody["message"] == (
        "The input image has no human body. Please upload other image with single person."
    )
    service.faces.faces = [face_at(0, 0, 100, 100), face_at(300, 0, 90, 90)]
    several = output(await caller.detect(photos.plain()))
    assert several["code"] == "InvalidFile.MultiHuman"


async def test_a_small_face_in_the_background_does_not_count(
    caller: Caller, service: Service
) -> None:
    service.faces.faces = [face_at(0, 0, 30, 30), face_at(300, 0, 100, 100)]
    assert output(await caller.detect(photos.plain()))["check_pass"] is True


async def test_a_refusal_can_come_as_http_400(caller: Caller, service: Service) -> None:
    await caller.set(detect_refusal_shape="http400")
    service.faces.faces = []
    answer = await caller.detect(photos.plain())
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message", "request_id"}
    assert answer.json()["code"] == "InvalidFile.NoHuman"


async def test_every_answered_detection_is_charged_and_an_error_is_not(
    caller: Caller, service: Service
) -> None:
    await caller.detect(photos.plain())
    service.faces.faces = []
    await caller.detect(photos.plain())
    await caller.set(detect_refusal_shape="http400")
    await caller.detect(photos.plain())
    await caller.post("/face-detect", body("oss://nothing/there.png"))
    bill = await caller.bill()
    assert (bill["detections"], bill["detection_micro_yuan"]) == (3, 12_000)
    assert bill["total_micro_yuan"] == 12_000


async def test_a_verdict_can_be_ordered(caller: Caller) -> None:
    await caller.fault("detect", "verdict", code="InvalidFile.FacePose", message="Turn.")
    refused = output(await caller.detect(photos.plain()))
    assert (refused["code"], refused["message"]) == ("InvalidFile.FacePose", "Turn.")
    assert output(await caller.detect(photos.plain()))["check_pass"] is True


@pytest.mark.parametrize(("ratio", "shape"), [("1:1", 1.0), ("3:4", 4 / 3)])
async def test_emo_gets_its_boxes(caller: Caller, ratio: str, shape: float) -> None:
    found = output(await caller.detect(photos.plain(800, 900), EMO_DETECT, ratio=ratio))
    assert found["face_bbox"] == [200, 150, 300, 270]
    left, top, right, bottom = found["ext_bbox"]
    assert 0 <= left <= 200 < 300 <= right <= 800
    assert 0 <= top <= 150 < 270 <= bottom <= 900
    assert (bottom - top) / (right - left) == pytest.approx(shape, abs=0.02)


async def test_emos_boxes_stay_inside_the_picture(caller: Caller, service: Service) -> None:
    service.faces.faces = [face_at(-10, 450, 380, 400)]
    found = output(await caller.detect(photos.plain(400, 800), EMO_DETECT))
    assert found["face_bbox"] == [0, 450, 370, 800]
    left, top, right, bottom = found["ext_bbox"]
    assert (left, right) == (0, 400)
    assert (top, bottom) == (400, 800)


async def test_emo_knows_two_ratios(caller: Caller) -> None:
    answer = await caller.detect(photos.plain(), EMO_DETECT, ratio="16:9")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_an_async_header_is_refused(caller: Caller) -> None:
    answer = await caller.post("/face-detect", body("oss://a/b"), ASYNC | RESOLVE)
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
    assert answer.json()["message"] == "Current user api does not support asynchronous calls."


async def test_without_the_resolve_header_the_file_is_not_fetched(caller: Caller) -> None:
    url = await caller.upload(photos.plain(), "p.png", S2V_DETECT)
    answer = await caller.post("/face-detect", body(url), {})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter.DataInspection")


async def test_a_file_of_another_model_or_account_or_time_is_not_fetched(
    caller: Caller, service: Service
) -> None:
    async def code(url: str, key: str | None = None) -> str | None:
        answer = await (service.as_key(key) if key else caller).post("/face-detect", body(url))
        found: str | None = answer.json().get("code")
        return found

    other_model = await caller.upload(photos.plain(), "p.png", S2V)
    mine = await caller.upload(photos.plain(), "p.png", S2V_DETECT)
    assert await code(other_model) == "InvalidParameter.DataInspection"
    assert await code(mine) is None
    assert await code(mine, SECOND_KEY) is None
    assert await code(mine, OTHER_ACCOUNT_KEY) == "InvalidParameter.DataInspection"
    service.clock.advance(48 * HOUR)
    assert await code(mine) == "InvalidParameter.DataInspection"


async def test_a_presigned_address_is_fetched(caller: Caller) -> None:
    async with serve(Response(photos.plain(), media_type="image/png")) as bucket:
        answer = await caller.post("/face-detect", body(f"{bucket}/p.png?Signature=x"), {})
    assert output(answer)["check_pass"] is True


async def test_what_cannot_be_fetched_is_named(caller: Caller) -> None:
    async def code(url: str) -> str:
        return str((await caller.post("/face-detect", body(url), {})).json()["code"])

    async with serve(Response(status_code=403)) as bucket:
        assert await code(f"{bucket}/p.png") == "InvalidFile.DownloadFailed"
    assert await code(f"{bucket}/p.png") == "InvalidURL.ConnectionRefused"
    assert await code("file:///etc/passwd") == "InvalidURL"


BAD_BODIES: list[tuple[Any, int, str]] = [
    ([], 400, "BadRequest.IllegalInput"),
    ({}, 400, "InvalidParameter"),
    ({"model": S2V_DETECT}, 400, "InvalidParameter"),
    ({"model": S2V_DETECT, "input": "x"}, 400, "InvalidParameter"),
    (body(7), 400, "InvalidParameter"),
    (body("oss://a", "no-model"), 404, "ModelNotFound"),
    (body("oss://a", EMO), 404, "ModelNotFound"),
]


@pytest.mark.parametrize(("sent", "status", "code"), BAD_BODIES)
async def test_a_wrong_body_is_refused(caller: Caller, sent: Any, status: int, code: str) -> None:
    answer = await caller.post("/face-detect", sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_retired_model_is_not_found(caller: Caller) -> None:
    await caller.set(retired_models=[EMO_DETECT])
    answer = await caller.post("/face-detect", body("oss://a", EMO_DETECT))
    assert (answer.status_code, answer.json()["code"]) == (404, "ModelNotFound")


async def test_both_spellings_of_the_path_are_served(caller: Caller) -> None:
    for path in ("/face-detect", "/face-detect/"):
        url = await caller.upload(photos.plain(), "p.png", S2V_DETECT)
        assert output(await caller.post(path, body(url)))["check_pass"] is True


async def test_a_wrong_key_is_refused_before_anything_else(service: Service) -> None:
    answer = await service.as_key("sk-wrong").post("/face-detect", [])
    assert (answer.status_code, answer.json()["code"]) == (401, "InvalidApiKey")


async def test_five_detections_a_second_for_the_account(
    caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.clock, "steady_seconds", lambda: 0.0)
    second_key = service.as_key(SECOND_KEY)
    for asker in (caller, second_key, caller, second_key, caller):
        assert (await asker.post("/face-detect", body("x:"))).status_code == 400
    answer = await second_key.post("/face-detect", body("x:"))
    assert (answer.status_code, answer.json()["code"]) == (429, "Throttling.RateQuota")
    other = await service.as_key(OTHER_ACCOUNT_KEY).post("/face-detect", body("x:"))
    assert other.status_code == 400
    monkeypatch.setattr(service.clock, "steady_seconds", lambda: 1.0)
    assert (await caller.post("/face-detect", body("x:"))).status_code == 400
