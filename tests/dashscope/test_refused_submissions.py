"""Whatever a 4xx says, a submission that was refused is certain: there is no task."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Throttled,
    Unanswered,
)
from bot.dashscope.http import ProviderAnswer
from bot.dashscope.tasks import submitted_task
from tests.dashscope.test_codes import ROWS

WAITED_NO_LONGER = (408, 499)
CODES = sorted({code for _, code, *_ in ROWS} | {"InternalError.Algo.Unknown"})
WORDS = sorted({message for *_, message, _, _, _ in ROWS})

codes = st.none() | st.text(max_size=40) | st.sampled_from(CODES)
messages = st.none() | st.text(max_size=40) | st.sampled_from(WORDS)


def answer(status: int, code: str | None, message: str | None) -> ProviderAnswer:
    said = {"code": code, "message": message, "request_id": "r-1"}
    body = json.dumps({key: value for key, value in said.items() if value is not None})
    return ProviderAnswer("submit", status, body.encode(), received_at_milliseconds=0)


def refusal(status: int, code: str | None, message: str | None) -> DashScopeError:
    with pytest.raises(DashScopeError) as caught:
        submitted_task(answer(status, code, message))
    return caught.value


@given(st.integers(400, 499).filter(lambda status: status not in WAITED_NO_LONGER), codes, messages)
def test_a_refused_submission_is_never_of_unknown_fate(
    status: int, code: str | None, message: str | None
) -> None:
    error = refusal(status, code, message)
    assert not isinstance(error, SubmitUnknown)
    assert not isinstance(error, Unanswered) or isinstance(error, Throttled | Declined)


@given(st.sampled_from(WAITED_NO_LONGER), codes, messages)
def test_a_gateway_that_waited_no_longer_is_no_refusal_unless_it_passes_one_on(
    status: int, code: str | None, message: str | None
) -> None:
    elsewhere = refusal(400, code, message)
    error = refusal(status, code, message)
    assert type(error) in (type(elsewhere), SubmitUnknown, type(refusal(400, code, None)))


STOPPING = {code for _, code, _, _, raises, _ in ROWS if raises is ServiceStopped}


@given(codes, messages)
def test_a_429_stops_the_service_only_with_a_code_that_is_known_to(
    code: str | None, message: str | None
) -> None:
    error = refusal(429, code, message)
    if code not in STOPPING and message not in WORDS:
        assert type(error) is Throttled
    assert isinstance(error, Throttled | ServiceStopped)


@pytest.mark.parametrize("code", ["LimitRequests", "Limit.Requests", "limit_requests", "x", None])
def test_unknown_429s_are_throttling(code: str | None) -> None:
    assert type(refusal(429, code, None)) is Throttled


def test_an_address_that_answers_without_a_word_of_the_services_is_a_wrong_address() -> None:
    with pytest.raises(ServiceStopped) as bare:
        submitted_task(
            ProviderAnswer("submit", 404, b"404 page not found", received_at_milliseconds=0)
        )
    assert bare.value.cause is StopCause.ADDRESS
