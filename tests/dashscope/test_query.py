"""What a query says about a task."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dashscope.errors import DashScopeError, ServiceStopped, Throttled, Unanswered
from bot.dashscope.tasks import ProviderTask, TaskStatus
from tests.dashscope.fault_server import (
    GARBAGE,
    IMPATIENT,
    KEY,
    LOST,
    Reply,
    answer,
    client_of,
    fault_server,
    refusal,
)

# 2025-09-01 09:37:27.468 in UTC+8
SUBMITTED = 1_756_690_647_468


def described(status: str, usage: object = None, **output: object) -> bytes:
    body = {"output": {"task_id": "t-1", "task_status": status, **output}, "request_id": "r-1"}
    return answer(body if usage is None else {**body, "usage": usage})


async def query(reply: Reply) -> ProviderTask:
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        return await client.query("t-1")


async def test_a_finished_task_has_a_result_a_bill_and_times() -> None:
    task = await query(
        described(
            "SUCCEEDED",
            {"duration": 18.13, "size": "512*640", "fps": 16, "video_count": 1, "SR": 480},
            results={"video_url": "https://a/v.mp4"},
            submit_time="2025-09-01 09:37:27.468",
            scheduled_time="2025-09-01 09:37:28",
            end_time="2025-09-01 09:40:00.5",
        )
    )
    assert task == ProviderTask(
        task_id="t-1",
        status=TaskStatus.SUCCEEDED,
        video_url="https://a/v.mp4",
        billed_milliseconds=18_130,
        scheduled_at_milliseconds=SUBMITTED + 532,
        took_milliseconds=153_032,
    )


async def test_the_key_is_sent_and_the_id_cannot_leave_its_place_in_the_address() -> None:
    running = answer({"output": {"task_status": "RUNNING"}})
    async with fault_server(running) as server, client_of(server.base_url) as client:
        await client.query("../t?1")
    (request,) = server.requests
    assert (request.method, request.url.raw_path.decode()) == ("GET", "/api/v1/tasks/..%2Ft%3F1")
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("name", "status", "final"),
    [
        ("PENDING", TaskStatus.PENDING, False),
        ("RUNNING", TaskStatus.RUNNING, False),
        ("SUCCEEDED", TaskStatus.SUCCEEDED, True),
        ("FAILED", TaskStatus.FAILED, True),
        ("CANCELED", TaskStatus.CANCELED, True),
        ("UNKNOWN", TaskStatus.UNKNOWN, True),
        ("PRE-PROCESSING", TaskStatus.RUNNING, False),
        ("POST-PROCESSING", TaskStatus.RUNNING, False),
        ("SUSPENDED", TaskStatus.RUNNING, False),
        ("succeeded", TaskStatus.SUCCEEDED, True),
        (" Failed ", TaskStatus.FAILED, True),
        ("pending", TaskStatus.PENDING, False),
    ],
)
async def test_a_state_that_is_not_documented_means_that_the_task_still_runs(
    name: str, status: TaskStatus, final: bool
) -> None:
    task = await query(described(name))
    assert (task.status, task.status.final) == (status, final)


@pytest.mark.parametrize(
    ("output", "url"),
    [
        ({"results": {"video_url": "https://a/n.mp4"}}, "https://a/n.mp4"),
        ({"video_url": "https://a/o.mp4"}, "https://a/o.mp4"),
        ({"results": {"video_url": ""}, "video_url": "https://a/o.mp4"}, "https://a/o.mp4"),
        ({"results": [], "video_url": None}, None),
        ({"results": [{"video_url": "https://a/l.mp4"}]}, "https://a/l.mp4"),
        ({"results": ["odd", {"video_url": "https://a/l.mp4"}]}, "https://a/l.mp4"),
        ({}, None),
    ],
)
async def test_the_result_is_found_in_either_place(
    output: dict[str, object], url: str | None
) -> None:
    assert (await query(described("SUCCEEDED", **output))).video_url == url


@pytest.mark.parametrize(
    ("usage", "milliseconds"),
    [
        ({"duration": 18.13}, 18_130),
        ({"video_duration": 5}, 5_000),
        ({"duration": 3.2, "video_duration": 9}, 3_200),
        ({"duration": None, "video_duration": 9}, 9_000),
        ({"duration": "4.25"}, 4_250),
        ({"duration": 1.0005}, 1_001),
        ({"duration": 1.0004999}, 1_000),
        ({"duration": 0.2895}, 290),  # 289.49999… as a float
        ({"duration": 0}, 0),
        ({"duration": True}, None),
        ({"duration": -1}, None),
        ({"duration": float("nan")}, None),
        ({"duration": float("inf")}, None),
        ({"duration": "NaN"}, None),
        ({"duration": "long"}, None),
        ({"duration": 10**30}, None),
        ({"duration": [1]}, None),
        ({}, None),
        ([], None),
    ],
)
async def test_the_billed_length_is_exact_to_the_millisecond_or_missing(
    usage: object, milliseconds: int | None
) -> None:
    assert (await query(described("SUCCEEDED", usage))).billed_milliseconds == milliseconds


async def test_a_task_that_failed_says_why_if_it_can() -> None:
    task = await query(described("FAILED", code="InvalidURL", message="The input audio is long"))
    assert (task.code, task.message) == ("InvalidURL", "The input audio is long")
    silent = await query(described("FAILED"))
    assert (silent.code, silent.message) == (None, None)


@pytest.mark.parametrize("time", ["", "yesterday", "2025-13-01 00:00:00", None, [], {}])
async def test_a_time_that_cannot_be_read_is_missing(time: object) -> None:
    task = await query(described("RUNNING", submit_time=time))
    assert task.scheduled_at_milliseconds is None


async def test_the_answer_about_another_task_is_not_taken_for_ours() -> None:
    async with fault_server(described("SUCCEEDED")) as server, client_of(server.base_url) as client:
        with pytest.raises(Unanswered):
            await client.query("t-2")


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_an_answer_that_makes_no_sense_is_to_be_tried_again(garbage: str) -> None:
    with pytest.raises(Unanswered):
        await query(GARBAGE[garbage])


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_query_is_to_be_tried_again_and_was_sent_once(fault: str) -> None:
    async with (
        fault_server(LOST[fault]) as server,
        client_of(server.base_url, timeouts=IMPATIENT) as client,
    ):
        with pytest.raises(Unanswered):
            await client.query("t-1")
    assert server.connections == 1


@pytest.mark.parametrize(
    ("reply", "raises"),
    [
        (refusal(500, "InternalError"), Unanswered),
        (refusal(429, "Throttling"), Throttled),
        (refusal(401, "InvalidApiKey"), ServiceStopped),
        (refusal(404, "NotFound"), Unanswered),
        (answer(b"<html>", status=404), Unanswered),
    ],
)
async def test_not_found_speaks_of_the_task_and_does_not_stop_the_service(
    reply: bytes, raises: type[DashScopeError]
) -> None:
    with pytest.raises(DashScopeError) as caught:
        await query(reply)
    assert type(caught.value) is raises


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    endless = answer(b"[" + b" " * (9 * 1024 * 1024))
    with pytest.raises(Unanswered, match="endless"):
        await query(endless)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    status=JSON | st.sampled_from([status.value for status in TaskStatus]),
    results=JSON | st.fixed_dictionaries({"video_url": JSON}),
    usage=JSON | st.fixed_dictionaries({"duration": JSON, "size": JSON, "fps": JSON}),
    time=JSON,
)
def test_whatever_the_fields_hold_a_task_is_read_or_refused(
    status: object, results: object, usage: object, time: object
) -> None:
    output = {"task_status": status, "results": results, "end_time": time, "code": time}
    task = ProviderTask.read("t-1", {"output": output, "usage": usage})
    assert task is None or task.billed_milliseconds is None or task.billed_milliseconds >= 0
