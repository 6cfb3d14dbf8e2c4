"""Faults on request: what breaks, and whether the work was done before it broke."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

import httpx
import pytest

from tests.sandbox_dashscope.conftest import MODELS, Caller, Service
from tests.sandbox_dashscope.test_submit import INPUT, s2v
from tests.support.deadlines import in_time
from tests.support.media import voices

pytestmark = pytest.mark.asyncio(loop_scope="module")

BROKEN = (httpx.RemoteProtocolError, httpx.ReadError)


async def number_of_tasks(caller: Caller) -> int:
    return len((await caller.http.get("/sim/tasks")).json()["tasks"])


async def test_a_connection_dropped_before_leaves_nothing_done(caller: Caller) -> None:
    await caller.fault("submit", "drop_before")
    with pytest.raises(BROKEN):
        await caller.submit(s2v(INPUT))
    assert await number_of_tasks(caller) == 0


async def test_a_connection_dropped_after_leaves_the_task(caller: Caller) -> None:
    await caller.fault("submit", "drop_after")
    with pytest.raises(BROKEN):
        await caller.submit(s2v(INPUT))
    assert await number_of_tasks(caller) == 1


async def test_an_error_after_leaves_the_task(caller: Caller) -> None:
    await caller.fault("submit", "error_after", code=503)
    assert (await caller.submit(s2v(INPUT))).status_code == 503
    assert await number_of_tasks(caller) == 1


@pytest.mark.parametrize("kind", ["malformed", "html", "empty"])
async def test_garbage_is_answered_with_200_though_the_work_is_done(
    caller: Caller, kind: str
) -> None:
    await caller.fault("submit", kind)
    answer = await caller.submit(s2v(INPUT))
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert await number_of_tasks(caller) == 1


async def test_a_documented_error_can_be_ordered(caller: Caller) -> None:
    await caller.fault("submit", "code", http=400, code="Arrearage", message="Pay.")
    answer = await caller.submit(s2v(INPUT))
    assert answer.status_code == 400
    assert answer.json() | {"request_id": ""} == {
        "code": "Arrearage",
        "message": "Pay.",
        "request_id": "",
    }
    assert await number_of_tasks(caller) == 0


@pytest.mark.parametrize(("body", "text"), [(None, ""), ("oops", "oops"), ({"a": 1}, '{"a":1}')])
async def test_a_bare_status_can_be_ordered(caller: Caller, body: Any, text: str) -> None:
    await caller.fault("query", "status", code=502, body=body)
    answer = await caller.http.get("/api/v1/tasks/x", headers=caller.auth)
    assert (answer.status_code, answer.text) == (502, text)


async def test_a_slow_answer_is_still_the_right_one(caller: Caller) -> None:
    await caller.fault("list", "delay", seconds=0.3)
    since = time.monotonic()
    answer = await caller.http.get("/api/v1/tasks", headers=caller.auth)
    assert answer.json()["total"] == 0
    assert time.monotonic() - since >= 0.3


async def test_an_unlisted_state_can_be_ordered(caller: Caller) -> None:
    task_id = await caller.submitted()
    await caller.fault("query", "unknown_state", state="PRE-PROCESSING")
    assert (await caller.query(task_id))["output"]["task_status"] == "PRE-PROCESSING"
    assert (await caller.query(task_id))["output"]["task_status"] != "PRE-PROCESSING"


async def test_usage_can_be_left_out_of_a_finished_task(caller: Caller) -> None:
    await caller.fault("query", "usage_missing")
    task_id = await caller.submitted()
    done = await caller.until(task_id, "SUCCEEDED")
    assert "usage" not in done
    assert "usage" in await caller.query(task_id)


async def test_a_fault_of_every_endpoint_hits_the_next_call_whatever_it_is(caller: Caller) -> None:
    await caller.fault("*", "status", times=2, code=500)
    assert (await caller.http.get("/api/v1/tasks", headers=caller.auth)).status_code == 500
    assert (await caller.submit(s2v(INPUT))).status_code == 500
    assert (await caller.submit(s2v(INPUT))).status_code == 200


async def test_a_fault_without_an_end_stays_until_removed(caller: Caller) -> None:
    await caller.fault("upload", "status", times=None, code=500)
    policy = await caller.policy()
    for _ in range(3):
        assert (await caller.post_form(policy, voices.tone_wav())).status_code == 500
    (fault,) = (await caller.http.get("/sim/faults")).json()["faults"]
    await caller.http.delete(f"/sim/faults/{fault['id']}")
    assert (await caller.post_form(policy, voices.tone_wav())).status_code == 200


async def test_the_journal_tells_which_faults_are_on(caller: Caller, service: Service) -> None:
    await caller.fault("query", "status", code=500)
    await caller.http.get("/api/v1/tasks/x", headers=caller.auth)
    events = service.events("faults_changed")
    assert [[fault["kind"] for fault in event["faults"]] for event in events] == [["status"], []]


async def _next_call(service: Service) -> dict[str, Any]:
    """The first that the journal gets during this test."""
    async for event in service.journal.follow(service.seen):
        if event["type"] == "provider_call":
            return event
    raise AssertionError("a journal never ends")


@pytest.mark.parametrize("path", ["/upload", f"{MODELS}/video-synthesis"])
async def test_a_caller_who_leaves_in_the_middle_does_no_harm(
    caller: Caller, service: Service, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = httpx.URL(service.base_url)
    _, writer = await asyncio.open_connection(address.host, address.port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: 1000\r\n"
        f"Authorization: {caller.auth['Authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    event = await in_time(_next_call(service))
    assert event["call"]["response"] == {"dropped": True}
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


WRONG: list[Any] = [
    {"match": "nowhere", "kind": "status"},
    {"match": "query", "kind": "rate_limit"},
    {"match": "query"},
    {"match": "query", "kind": "status", "times": 0},
    {"match": "query", "kind": "status", "params": []},
    {"match": "query", "kind": "status", "params": {"code": "teapot"}},
    {"match": "query", "kind": "delay", "params": {"seconds": "long"}},
    [],
]


@pytest.mark.parametrize("body", WRONG)
async def test_a_fault_that_means_nothing_is_refused(caller: Caller, body: Any) -> None:
    answer = await caller.http.post("/sim/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
