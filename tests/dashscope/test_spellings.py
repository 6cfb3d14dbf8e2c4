"""One meaning under many spellings: the rows of the two tables, written as gateways write them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.provider_texts import failure_detail, failure_text, photo_text
from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    InputNotFetched,
    InputRefused,
    Moderated,
    RequestRejected,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Throttled,
)
from bot.dashscope.http import ProviderAnswer
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of, submitted_task
from bot.dashscope.verdict import verdict_of

Meaning = type[DashScopeError] | StopCause

CODES: dict[str, Meaning] = {
    "DataInspectionFailed": Moderated,
    "IPInfringementSuspect": Moderated,
    "FaqRuleBlocked": Moderated,
    "CustomRoleBlocked": Moderated,
    "InvalidParameter.DataInspection": InputNotFetched,
    "InvalidParameter.FileDownload": InputNotFetched,
    "InvalidURL.Timeout": InputNotFetched,
    "InvalidURL.ConnectionRefused": InputNotFetched,
    "InvalidURL.Anything": InputNotFetched,
    "InvalidFile.DownloadFailed": InputNotFetched,
    "BadRequest.InputDownloadFailed": InputNotFetched,
    "invalid_parameter_error": InputNotFetched,
    "InvalidFile.NoHuman": InputRefused,
    "InvalidFile.Anything": InputRefused,
    "InvalidPerson": InputRefused,
    "InvalidImage.NoHumanFace": InputRefused,
    "InvalidParameter.ImageFormat": InputRefused,
    "InvalidParameter.ImageContent": InputRefused,
    "InvalidApiKey": StopCause.KEY,
    "Arrearage": StopCause.UNPAID,
    "CommodityNotPurchased": StopCause.UNPAID,
    "PrepaidBillOverdue": StopCause.UNPAID,
    "PostpaidBillOverdue": StopCause.UNPAID,
    "AccessDenied": StopCause.NOT_ENABLED,
    "AccessDenied.Unpurchased": StopCause.NOT_ENABLED,
    "Model.AccessDenied": StopCause.NOT_ENABLED,
    "Workspace.AccessDenied": StopCause.NOT_ENABLED,
    "WorkSpaceNotFound": StopCause.NOT_ENABLED,
    "isv.OUT_OF_SERVICE": StopCause.NOT_ENABLED,
    "Endpoint.AccessDenied": StopCause.MODEL_RETIRED,
    "ModelNotFound": StopCause.MODEL_RETIRED,
    "Model not exist.": StopCause.MODEL_RETIRED,
    "AllocationQuota.FreeTierOnly": StopCause.QUOTA,
    "InternalError.Algo": Declined,
    "InternalError.Algo.InvalidParameter": Declined,
    "SystemError": Declined,
    "ModelServiceFailed": Declined,
    "RequestTimeOut": Declined,
    "ModelServingError": Declined,
    "ModelUnavailable": Declined,
    "BadRequest.EmptyInput": RequestRejected,
}
THROTTLING = (
    "Throttling",
    "Throttling.RateQuota",
    "Throttling.BurstRate",
    "Throttling.AllocationQuota",
    "AllocationQuota",
    "insufficient_quota",
    "LimitRequests",
    "limit_requests",
    "limit_burst_rate",
    "ResourceExhausted",
    "Too many requests",
)
NO_HUMAN = "The input image has no human body. Please upload other image with single person."
MESSAGES: dict[str, Meaning] = {
    "Model not exist.": StopCause.MODEL_RETIRED,
    "The model wan2.2-s2v does not exist or you do not have access to it.": StopCause.MODEL_RETIRED,
    "url error, please check url!": StopCause.ADDRESS,
    "Unable to download the media resource during the data inspection process.": InputNotFetched,
    "Failed to download the file.": InputNotFetched,
    "Download file timed out.": InputNotFetched,
    "Required URL is missing or invalid, please check the request URL.": InputNotFetched,
    "Rejected by green network verification": Moderated,
    "Input data may contain inappropriate content.": Moderated,
    NO_HUMAN: InputRefused,
    "The pose of the detected face is invalid, please upload other image.": InputRefused,
    "The input audio is longer than 20s": InputRefused,
    "File size is larger than 15MB.": InputRefused,
    "File type is not supported. Allowed types are: .wav, .mp3.": InputRefused,
}
WITH_ANY_MESSAGE = ("InvalidParameter", "BadRequest", "InvalidURL", "Brand.New", "", None)
VERDICTS = {
    "InvalidFile.NoHuman": "photo-no-human",
    "InvalidFile.MultiHuman": "photo-several-people",
    "InvalidPerson": "photo-not-one-person",
    "InvalidFile.BodyProportion": "photo-proportion",
    "InvalidFile.FacePose": "photo-face-pose",
    "InvalidFile.FrontBody": "photo-front",
    "InvalidFile.FullBody": "photo-whole-body",
    "InvalidFile.Value": "photo-unclear",
    "InvalidFile.Resolution": "photo-resolution",
    "InvalidImage.NoHumanFace": "photo-no-face",
}
CERTAIN = (400, 402, 403, 404, 409, 422)


FORMS: list[Callable[[str], str]] = [str.lower, str.upper, str.title, str.swapcase, str]


@st.composite
def spelled(draw: st.DrawFn, codes: list[str], *, around: bool = True) -> tuple[str, str]:
    """A code as it is documented, and as some gateway may write it."""
    code = draw(st.sampled_from(codes))
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", code)
    form = draw(st.sampled_from(FORMS))
    written = draw(st.sampled_from([".", "_", " ", "-", ""])).join(map(form, words))
    if around:
        written = draw(st.sampled_from(["", "isv.", "DashScope.", "error ", "client_"])) + written
        written += draw(st.sampled_from(["", ".", "Exception", "_occurred", ".v1"]))
    return code, written


def answer(status: int, code: str | None, message: str | None, **more: object) -> ProviderAnswer:
    body = {"code": code, "message": message, "request_id": "r", **more}
    return ProviderAnswer("submit", status, json.dumps(body).encode(), received_at_milliseconds=0)


def refusal_of(said: ProviderAnswer) -> DashScopeError:
    with pytest.raises(DashScopeError) as caught:
        submitted_task(said)
    return caught.value


def means(error: DashScopeError, meaning: Meaning) -> bool:
    if isinstance(meaning, StopCause):
        return isinstance(error, ServiceStopped) and error.cause is meaning
    return type(error) is meaning


@given(spelled(list(CODES)), st.sampled_from(CERTAIN), st.booleans())
def test_a_code_means_the_same_however_it_is_spelled(
    spelling: tuple[str, str], status: int, nested: bool
) -> None:
    code, written = spelling
    said = answer(status, written, "words")
    if nested:
        said = answer(status, None, None, error={"code": written, "message": "words"})
    assert means(refusal_of(said), CODES[code])


@given(spelled(list(THROTTLING)), st.sampled_from([400, 429]))
def test_throttling_passes_however_it_is_spelled(spelling: tuple[str, str], status: int) -> None:
    assert type(refusal_of(answer(status, spelling[1], "words"))) is Throttled
    said = answer(status, spelling[1], "Free allocated quota exceeded.")
    assert means(refusal_of(said), StopCause.QUOTA)


@given(spelled(list(CODES)), st.sampled_from([None, "words"]))
def test_a_failed_task_means_the_same_as_a_refusal(
    spelling: tuple[str, str], message: str | None
) -> None:
    code, written = spelling
    task = ProviderTask("t-1", TaskStatus.FAILED, code=written, message=message)
    assert means(failure_of(task), CODES[code])


@given(spelled(list(THROTTLING)))
def test_a_task_that_was_too_fast_is_submitted_again(spelling: tuple[str, str]) -> None:
    task = ProviderTask("t-1", TaskStatus.FAILED, code=spelling[1])
    assert type(failure_of(task)) is Declined


@given(
    st.sampled_from(sorted(MESSAGES)),
    st.sampled_from(WITH_ANY_MESSAGE),
    st.sampled_from([str, str.upper, str.lower]),
)
def test_a_message_says_what_a_vague_code_does_not(
    message: str, code: str | None, form: Callable[[str], str]
) -> None:
    said = form(message)
    assert means(refusal_of(answer(400, code, said)), MESSAGES[message])
    task = ProviderTask("t-1", TaskStatus.FAILED, code=code, message=said)
    assert means(failure_of(task), MESSAGES[message])


@given(spelled(list(VERDICTS)), st.sampled_from([200, 400]))
def test_a_verdict_reaches_the_person_however_it_is_spelled(
    spelling: tuple[str, str], status: int
) -> None:
    code, written = spelling
    said = answer(status, written, "words")
    if status == 200:
        output = {"check_pass": False, "code": written, "message": "words"}
        said = answer(200, None, None, output=output)
    verdict = verdict_of(said, boxes_wanted=False)
    assert photo_text(verdict.code) == VERDICTS[code]
    failure = failure_of(ProviderTask("t-1", TaskStatus.FAILED, code=written))
    assert (failure_text(failure), photo_text(failure_detail(failure))) == (
        "failed-refused",
        VERDICTS[code],
    )


@pytest.mark.parametrize("code", ["InvalidParameter", "BadRequest.X", "InvalidFile", None])
def test_a_verdict_without_its_code_is_known_by_its_words(code: str | None) -> None:
    verdict = verdict_of(answer(400, code, NO_HUMAN), boxes_wanted=False)
    assert photo_text(verdict.code) == "photo-no-human"


def test_a_refusal_that_is_called_a_success_is_believed_where_nothing_is_repeated() -> None:
    assert type(refusal_of(answer(200, "data_inspection_failed", "words"))) is Moderated
    assert type(refusal_of(answer(200, "Throttling", "words"))) is SubmitUnknown
    assert type(refusal_of(answer(200, None, None))) is SubmitUnknown


@pytest.mark.parametrize("body", [b"", b"404 page not found", b"<html>", b'{"error":"Not Found"}'])
def test_a_404_in_which_the_service_says_nothing_speaks_of_the_address(body: bytes) -> None:
    bare = replace(answer(404, None, None), body=body)
    assert means(refusal_of(bare), StopCause.ADDRESS)
    assert means(refusal_of(answer(404, None, "no such thing")), StopCause.MODEL_RETIRED)
