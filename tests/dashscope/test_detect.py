"""Detection refuses in two shapes; both are a verdict, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dashscope import fields
from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    InputRefused,
    Moderated,
    ServiceStopped,
    Throttled,
    Unanswered,
    Unsent,
)
from bot.dashscope.verdict import Verdict
from tests.dashscope.fault_server import (
    EMO_DETECT_MODEL,
    GARBAGE,
    IMPATIENT,
    LOST,
    S2V_DETECT_MODEL,
    Reply,
    answer,
    client_of,
    fault_server,
    refusal,
)

PASS = answer({"output": {"check_pass": True, "humanoid": True}, "usage": {"image_count": 1}})
BOXES = {"face_bbox": [10, 20, 110, 140], "ext_bbox": [0, 0, 200, 266]}

PHOTO_CODES = [
    "InvalidFile.NoHuman",
    "InvalidFile.MultiHuman",
    "InvalidPerson",
    "InvalidFile.Content",
    "InvalidFile.BodyProportion",
    "InvalidFile.FacePose",
    "InvalidFile.FullFace",
    "InvalidFile.FrontBody",
    "InvalidFile.FullBody",
    "InvalidFile.BodyPose",
    "InvalidFile.Value",
    "InvalidFile.Resolution",
    "InvalidFile.Size",
    "InvalidFile.Format",
    "InvalidImage.NoHumanFace",
]


def refused(**output: object) -> bytes:
    return answer({"output": {"check_pass": False, **output}, "usage": {"image_count": 1}})


async def detect(reply: Reply, *, url: str = "oss://a/p.jpg") -> Verdict:
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        return await client.detect(S2V_DETECT_MODEL, url)


async def test_a_photo_that_can_speak_passes() -> None:
    assert await detect(PASS) == Verdict(passed=True)


async def test_detection_is_asked_for_synchronously() -> None:
    async with fault_server(PASS) as server, client_of(server.base_url) as client:
        await client.detect(S2V_DETECT_MODEL, "oss://a/p.jpg")
        await client.detect(S2V_DETECT_MODEL, "https://a/p.jpg")
    first, second = server.requests
    assert (first.method, first.url.path) == (
        "POST",
        "/api/v1/services/aigc/image2video/face-detect",
    )
    assert json.loads(first.content) == {
        "model": "wan2.2-s2v-detect",
        "input": {"image_url": "oss://a/p.jpg"},
    }
    assert "x-dashscope-async" not in first.headers
    assert first.headers["x-dashscope-ossresourceresolve"] == "enable"
    assert "x-dashscope-ossresourceresolve" not in second.headers


@pytest.mark.parametrize("code", PHOTO_CODES)
async def test_a_refusal_is_the_same_verdict_in_both_shapes(code: str) -> None:
    expected = Verdict(passed=False, code=code, message="the reason")
    assert await detect(refused(code=code, message="the reason")) == expected
    assert await detect(refusal(400, code, "the reason")) == expected


@pytest.mark.parametrize(
    "output",
    [{}, {"humanoid": False}, {"code": "", "message": ""}, {"code": None, "message": None}],
)
async def test_a_refusal_without_a_reason_is_a_verdict_too(output: dict[str, object]) -> None:
    assert await detect(refused(**output)) == Verdict(passed=False)


async def test_a_refusal_with_an_unheard_of_code_is_a_verdict_too() -> None:
    verdict = await detect(refused(code="Brand.New", message="no"))
    assert verdict == Verdict(passed=False, code="Brand.New", message="no")


@pytest.mark.parametrize(
    ("code", "raises"),
    [
        ("InvalidFile.DownloadFailed", InputNotFetched),
        ("InvalidURL.Timeout", InputNotFetched),
        ("DataInspectionFailed", Moderated),
        ("InvalidURL", InputRefused),
        ("InternalError.Algo", Unanswered),
    ],
)
async def test_what_is_no_judgement_of_the_photo_is_no_verdict_in_either_shape(
    code: str, raises: type[DashScopeError]
) -> None:
    for reply in (refused(code=code, message="words"), refusal(400, code, "words")):
        with pytest.raises(DashScopeError) as caught:
            await detect(reply)
        assert type(caught.value) is raises
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "code", "raises"),
    [
        (400, "InvalidParameter.DataInspection", InputNotFetched),
        (401, "InvalidApiKey", ServiceStopped),
        (403, "AccessDenied", ServiceStopped),
        (429, "Throttling.RateQuota", Throttled),
        (500, "InternalError", Unanswered),
    ],
)
async def test_trouble_is_not_a_verdict(
    status: int, code: str, raises: type[DashScopeError]
) -> None:
    with pytest.raises(raises):
        await detect(refusal(status, code))


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_an_answer_that_makes_no_sense_is_to_be_tried_again(garbage: str) -> None:
    with pytest.raises(Unanswered):
        await detect(GARBAGE[garbage])


@pytest.mark.parametrize("value", ["true", 1, None])
async def test_only_true_is_a_pass(value: object) -> None:
    with pytest.raises(Unanswered):
        await detect(answer({"output": {"check_pass": value}}))


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_detection_is_to_be_tried_again_and_was_sent_once(fault: str) -> None:
    async with (
        fault_server(LOST[fault]) as server,
        client_of(server.base_url, timeouts=IMPATIENT) as client,
    ):
        with pytest.raises(Unanswered) as caught:
            await client.detect(S2V_DETECT_MODEL, "https://a/p.jpg")
    assert not isinstance(caught.value, Unsent)
    assert server.connections == 1


async def test_emo_is_asked_with_the_ratio_and_answers_with_boxes() -> None:
    reply = answer({"output": {"check_pass": True, "humanoid": True, **BOXES}})
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        verdict = await client.detect(EMO_DETECT_MODEL, "https://a/p.jpg", ratio="3:4")
    assert json.loads(server.requests[0].content) == {
        "model": "emo-detect-v1",
        "input": {"image_url": "https://a/p.jpg"},
        "parameters": {"ratio": "3:4"},
    }
    assert verdict == Verdict(passed=True, face_bbox=(10, 20, 110, 140), ext_bbox=(0, 0, 200, 266))


@pytest.mark.parametrize(
    "boxes",
    [
        {},
        {"face_bbox": [1, 2, 3, 4]},
        {**BOXES, "ext_bbox": [1, 2, 3]},
        {**BOXES, "ext_bbox": [1, 2, 3, "four"]},
        {**BOXES, "ext_bbox": [1, 2, 3, 1e300]},
        {**BOXES, "ext_bbox": [1, 2, 3, float("nan")]},
        {**BOXES, "ext_bbox": [1, 2, 3, None]},
        {**BOXES, "ext_bbox": [1, 2, 3, True]},
        {**BOXES, "face_bbox": "1,2,3,4"},
    ],
)
async def test_emo_cannot_go_on_without_both_boxes(boxes: dict[str, object]) -> None:
    reply = answer({"output": {"check_pass": True, **boxes}})
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        with pytest.raises(Unanswered):
            await client.detect(EMO_DETECT_MODEL, "https://a/p.jpg", ratio="1:1")


async def test_boxes_that_come_as_fractions_or_as_text_are_rounded_to_pixels() -> None:
    boxes = {"face_bbox": [10.4, 19.5, 110.0, "139.7"], "ext_bbox": [-0.3, 0, "200", 266.49]}
    reply = answer({"output": {"check_pass": True, "humanoid": True, **boxes}})
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        verdict = await client.detect("emo-detect-v1", "oss://a/p.jpg", ratio="1:1")
    assert verdict == Verdict(passed=True, face_bbox=(10, 20, 110, 140), ext_bbox=(0, 0, 200, 266))


@given(st.lists(st.floats(0, 7_000), min_size=4, max_size=4), st.booleans())
def test_no_side_of_a_box_moves_by_more_than_half_a_pixel(
    sides: list[float], as_text: bool
) -> None:
    written = json.dumps({"box": [str(side) if as_text else side for side in sides]})
    found = fields.box(fields.parse_object(written.encode()) or {}, "box")
    assert found is not None
    assert all(abs(pixel - side) <= 0.5 for pixel, side in zip(found, sides, strict=True))


async def test_emo_may_refuse_without_boxes() -> None:
    reply = refusal(400, "InvalidFile.FacePose")
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        verdict = await client.detect(EMO_DETECT_MODEL, "https://a/p.jpg", ratio="1:1")
    assert (verdict.passed, verdict.code) == (False, "InvalidFile.FacePose")
