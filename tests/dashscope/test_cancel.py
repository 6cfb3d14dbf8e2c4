"""Cancelling: only a waiting task can be cancelled."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import DashScopeError, NotCancellable, ServiceStopped, Unanswered
from tests.dashscope.fault_server import (
    IMPATIENT,
    KEY,
    LOST,
    answer,
    client_of,
    fault_server,
    refusal,
)

NOT_PENDING = "Failed to cancel the task, please confirm if the task is in PENDING status."


async def test_a_waiting_task_is_cancelled() -> None:
    async with (
        fault_server(answer({"request_id": "r-1"})) as server,
        client_of(server.base_url) as client,
    ):
        await client.cancel("t-1")
    (request,) = server.requests
    assert (request.method, request.url.path) == ("POST", "/api/v1/tasks/t-1/cancel")
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("reply", "raises"),
    [
        (refusal(400, "UnsupportedOperation", NOT_PENDING), NotCancellable),
        (refusal(404, "NotFound", "no such task"), NotCancellable),
        (answer(b"<html>", status=404), NotCancellable),
        (refusal(401, "InvalidApiKey"), ServiceStopped),
        (refusal(500, "InternalError"), Unanswered),
        (answer(status=302), Unanswered),
    ],
)
async def test_a_refusal_to_cancel_says_why(reply: bytes, raises: type[DashScopeError]) -> None:
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        with pytest.raises(DashScopeError) as caught:
            await client.cancel("t-1")
    assert type(caught.value) is raises


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_cancellation_may_be_tried_again(fault: str) -> None:
    async with (
        fault_server(LOST[fault]) as server,
        client_of(server.base_url, timeouts=IMPATIENT) as client,
    ):
        with pytest.raises(Unanswered):
            await client.cancel("t-1")
    assert server.connections == 1
