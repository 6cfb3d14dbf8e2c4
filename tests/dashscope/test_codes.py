"""Every documented error code leads to the action the documentation asks for."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    InputNotFetched,
    InputRefused,
    Moderated,
    NotCancellable,
    RequestRejected,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Throttled,
    Unanswered,
    Unavailable,
)
from tests.dashscope.fault_server import HTML, S2V, answer, client_of, fault_server, refusal

FREE_QUOTA = "Free allocated quota exceeded."

# HTTP status, code, message, what a read raises, what submitting raises, cause.
Row = tuple[int, str, str, type[DashScopeError], type[DashScopeError], StopCause | None]


def row(
    status: int,
    code: str,
    raises: type[DashScopeError],
    *,
    cause: StopCause | None = None,
    message: str = "said the provider",
    submit: type[DashScopeError] | None = None,
) -> Row:
    return status, code, message, raises, submit or raises, cause


ROWS = [
    row(400, "InvalidParameter", RequestRejected),
    row(400, "InvalidParameter.Anything", RequestRejected),
    row(400, "BadRequest.EmptyInput", RequestRejected),
    row(400, "Arrearage", ServiceStopped, cause=StopCause.UNPAID),
    row(400, "DataInspectionFailed", Moderated),
    row(400, "InvalidParameter.DataInspection", InputNotFetched),
    row(400, "IPInfringementSuspect", Moderated),
    row(400, "FaqRuleBlocked", Moderated),
    row(400, "CustomRoleBlocked", Moderated),
    row(400, "InvalidURL.Timeout", InputNotFetched),
    row(400, "InvalidURL.ConnectionRefused", InputNotFetched),
    row(400, "InvalidFile.DownloadFailed", InputNotFetched),
    row(400, "BadRequest.InputDownloadFailed", InputNotFetched),
    row(400, "InvalidURL", InputRefused, message="The input audio is longer than 20s"),
    row(
        400,
        "InvalidURL",
        InputNotFetched,
        message="Required URL is missing or invalid, please check the request URL.",
    ),
    row(400, "InvalidFile.NoHuman", InputRefused),
    row(400, "UnsupportedOperation", NotCancellable),
    row(401, "InvalidApiKey", ServiceStopped, cause=StopCause.KEY),
    row(403, "AccessDenied", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(403, "AccessDenied.Unpurchased", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(403, "Model.AccessDenied", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(403, "Workspace.AccessDenied", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(403, "Endpoint.AccessDenied", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(403, "AllocationQuota.FreeTierOnly", ServiceStopped, cause=StopCause.QUOTA),
    row(404, "ModelNotFound", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(404, "WorkSpaceNotFound", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(404, "NotFound", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(429, "Throttling", Throttled),
    row(429, "Throttling.RateQuota", Throttled),
    row(429, "Throttling.BurstRate", Throttled),
    row(429, "Throttling.AllocationQuota", Throttled),
    row(
        429, "Throttling.AllocationQuota", ServiceStopped, cause=StopCause.QUOTA, message=FREE_QUOTA
    ),
    row(429, "CommodityNotPurchased", ServiceStopped, cause=StopCause.UNPAID),
    row(429, "PrepaidBillOverdue", ServiceStopped, cause=StopCause.UNPAID),
    row(429, "PostpaidBillOverdue", ServiceStopped, cause=StopCause.UNPAID),
    row(500, "InternalError", Unanswered, submit=SubmitUnknown),
    row(500, "InternalError.Timeout", Unanswered, submit=SubmitUnknown),
    row(500, "InternalErrorOfAnotherKind", Unanswered, submit=SubmitUnknown),
    row(500, "SystemError", Unanswered, submit=SubmitUnknown),
    row(500, "ModelServiceFailed", Unanswered, submit=SubmitUnknown),
    row(500, "RequestTimeOut", Unanswered, submit=SubmitUnknown),
    row(503, "ModelServingError", Unavailable, submit=SubmitUnknown),
    row(503, "ModelUnavailable", Unavailable, submit=SubmitUnknown),
    # The service's own fault, said with a 4xx: to a submission that is a refusal.
    row(400, "InternalError.Algo", Unanswered, submit=Declined),
    row(400, "InternalError.Algo.InvalidParameter", Unanswered, submit=Declined),
    row(400, "SystemError", Unanswered, submit=Declined),
    # The same meaning under other codes and in other spellings.
    row(404, "model_not_found", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(404, "Model.NotFound", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(400, "Model not exist.", ServiceStopped, cause=StopCause.MODEL_RETIRED),
    row(
        400,
        "InvalidParameter",
        ServiceStopped,
        cause=StopCause.MODEL_RETIRED,
        message="Model not exist.",
    ),
    row(
        400,
        "InvalidParameter",
        ServiceStopped,
        cause=StopCause.ADDRESS,
        message="url error, please check url!",
    ),
    row(400, "InvalidParameter.FileDownload", InputNotFetched),
    row(400, "InvalidParameter", InputNotFetched, message="Unable to download the media."),
    row(400, "InvalidURL", InputNotFetched, message="The request timed out."),
    row(400, "invalid_parameter_error", InputNotFetched),
    row(400, "data_inspection_failed", Moderated),
    row(400, "InvalidParameter.X", Moderated, message="Rejected by green network verification"),
    row(400, "InvalidParameter.ImageFormat", InputRefused),
    row(400, "InvalidParameter.ImageContent", InputRefused),
    row(403, "access_denied", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(403, "isv.OUT_OF_SERVICE", ServiceStopped, cause=StopCause.NOT_ENABLED),
    row(429, "LimitRequests", Throttled),
    row(429, "limit_requests", Throttled),
    row(429, "limit_burst_rate", Throttled),
    row(429, "ResourceExhausted", Throttled),
    row(429, "RESOURCE_EXHAUSTED", Throttled),
    row(429, "Too many requests", Throttled),
    row(429, "insufficient_quota", Throttled),
    row(429, "insufficient_quota", ServiceStopped, cause=StopCause.QUOTA, message=FREE_QUOTA),
    row(429, "AllocationQuota", Throttled),
    row(429, "allocation_quota", ServiceStopped, cause=StopCause.QUOTA, message=FREE_QUOTA),
    row(429, "InternalError", Throttled),
    row(429, "InvalidParameter", Throttled),
    # A gateway that waited no longer knows nothing of the order, unless it passes a refusal on.
    row(408, "Brand.New", Unanswered, submit=SubmitUnknown),
    row(499, "RequestTimeOut", Unanswered, submit=SubmitUnknown),
    row(408, "InvalidApiKey", ServiceStopped, cause=StopCause.KEY),
    row(409, "Brand.New", RequestRejected),
    # Codes that no page lists: the status decides.
    row(400, "Brand.New", RequestRejected),
    row(429, "Brand.New", Throttled),
    row(502, "Brand.New", Unanswered, submit=SubmitUnknown),
    # A server error is never a definite answer to submitting, whatever its code says.
    row(500, "InvalidParameter", RequestRejected, submit=SubmitUnknown),
]
NAMES = [f"{status} {code} ({message[:20]})" for status, code, message, *_ in ROWS]


@pytest.mark.parametrize(("status", "code", "message", "raises", "_", "cause"), ROWS, ids=NAMES)
async def test_a_read_that_is_refused_raises_what_the_code_asks_for(
    status: int,
    code: str,
    message: str,
    raises: type[DashScopeError],
    _: object,
    cause: StopCause | None,
) -> None:
    async with (
        fault_server(refusal(status, code, message)) as server,
        client_of(server.base_url) as client,
    ):
        with pytest.raises(DashScopeError) as caught:
            await client.upload("wan2.2-s2v", "photo.jpg", b"jpeg")
    assert type(caught.value) is raises
    assert (caught.value.code, caught.value.message) == (code, message)
    assert caught.value.request_id == "r-1"
    assert getattr(caught.value, "cause", None) is cause


@pytest.mark.parametrize(("status", "code", "message", "_", "raises", "cause"), ROWS, ids=NAMES)
async def test_a_submission_that_is_refused_raises_what_the_code_asks_for_and_is_sent_once(
    status: int,
    code: str,
    message: str,
    _: object,
    raises: type[DashScopeError],
    cause: StopCause | None,
) -> None:
    async with (
        fault_server(refusal(status, code, message)) as server,
        client_of(server.base_url) as client,
    ):
        with pytest.raises(DashScopeError) as caught:
            await client.submit(S2V)
    assert type(caught.value) is raises
    assert (caught.value.code, caught.value.message) == (code, message)
    if raises is not SubmitUnknown:
        assert getattr(caught.value, "cause", None) is cause
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "raises", "submit_raises"),
    [
        (400, ServiceStopped, ServiceStopped),
        (401, ServiceStopped, ServiceStopped),
        (403, ServiceStopped, ServiceStopped),
        (404, ServiceStopped, ServiceStopped),
        (408, Unanswered, SubmitUnknown),
        (499, Unanswered, SubmitUnknown),
        (413, RequestRejected, RequestRejected),
        (429, Throttled, Throttled),
        (302, Unanswered, SubmitUnknown),
        (500, Unanswered, SubmitUnknown),
        (502, Unanswered, SubmitUnknown),
        (503, Unavailable, SubmitUnknown),
        (504, Unanswered, SubmitUnknown),
    ],
)
async def test_an_error_page_without_a_code_is_judged_by_its_status(
    status: int, raises: type[DashScopeError], submit_raises: type[DashScopeError]
) -> None:
    page = HTML.replace(b" 200 ", f" {status} ".encode())
    async with fault_server(page) as server, client_of(server.base_url) as client:
        with pytest.raises(DashScopeError) as read:
            await client.upload("wan2.2-s2v", "photo.jpg", b"jpeg")
        with pytest.raises(DashScopeError) as submitted:
            await client.submit(S2V)
    assert type(read.value) is raises
    assert type(submitted.value) is submit_raises
    assert "Bad Gateway" in str(read.value)


async def test_a_redirection_of_a_submission_is_not_followed() -> None:
    moved = answer(status=307, headers={"Location": "/elsewhere"})
    async with fault_server(moved) as server, client_of(server.base_url) as client:
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
    assert len(server.requests) == 1


async def test_a_long_answer_is_quoted_only_at_its_beginning() -> None:
    page = answer(b"<p>" + b"x" * 5_000, status=500)
    async with fault_server(page) as server, client_of(server.base_url) as client:
        with pytest.raises(Unanswered) as caught:
            await client.query("t-1")
    assert len(str(caught.value)) < 350
