"""The list of tasks: every page, or an exception; reconciling relies on nothing being left out."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import DashScopeError, Throttled, Unanswered
from bot.dashscope.tasks import TaskStatus, TaskSummary
from tests.dashscope.fault_server import (
    GARBAGE,
    IMPATIENT,
    LOST,
    Reply,
    answer,
    client_of,
    fault_server,
    refusal,
)

MODEL = "wan2.2-s2v"
NOON = 1_756_699_200_000  # 2025-09-01 12:00:00 in UTC+8


def row(number: int, **changes: object) -> dict[str, object]:
    return {
        "task_id": f"t-{number}",
        "status": "SUCCEEDED",
        "model_name": MODEL,
        "gmt_create": NOON + number,
        "start_time": NOON + number + 5,
        "end_time": NOON + number + 9,
        "request_id": f"r-{number}",
        "api_key_id": "1",
        "region": "cn-beijing",
        **changes,
    }


def page(rows: list[dict[str, object]], **counts: object) -> bytes:
    return answer({"data": rows, "request_id": "r", **counts})


async def listed(*script: Reply) -> tuple[list[TaskSummary], list[dict[str, str]]]:
    async with fault_server(*script) as server, client_of(server.base_url) as client:
        tasks = await client.list_tasks(MODEL)
    return tasks, [dict(request.url.params) for request in server.requests]


async def test_one_page_is_read_with_its_times() -> None:
    tasks, (query,) = await listed(page([row(1)], total=1, total_page=1, page_no=1))
    assert tasks == [
        TaskSummary(
            task_id="t-1",
            status=TaskStatus.SUCCEEDED,
            model=MODEL,
            created_at_milliseconds=NOON + 1,
        )
    ]
    assert query == {"model_name": MODEL, "page_no": "1", "page_size": "50"}


@pytest.mark.parametrize(
    "empty",
    [
        page([], total=0, total_page=0),
        answer({"total": 0, "total_page": 0, "page_no": 1, "request_id": "r"}),
        answer({"total": "0", "data": None, "request_id": "r"}),
        answer({"request_id": "r"}),
    ],
)
async def test_an_empty_list_is_a_list(empty: bytes) -> None:
    tasks, queries = await listed(empty)
    assert tasks == []
    assert len(queries) == 1


async def test_all_pages_are_read_and_sorted_by_age() -> None:
    tasks, queries = await listed(
        page([row(5), row(4)], total=5, total_page=3),
        page([row(3), row(2)], total=5, total_page=3),
        page([row(1)], total=5, total_page=3),
    )
    assert [task.task_id for task in tasks] == ["t-1", "t-2", "t-3", "t-4", "t-5"]
    assert [query["page_no"] for query in queries] == ["1", "2", "3"]


async def test_a_row_that_moved_to_the_next_page_meanwhile_counts_once() -> None:
    tasks, _ = await listed(
        page([row(3), row(2)], total=3, total_page=2), page([row(2), row(1)], total=3, total_page=2)
    )
    assert len(tasks) == 3


async def test_without_counts_pages_are_read_until_one_brings_nothing_new() -> None:
    tasks, queries = await listed(page([row(1)]), page([row(2)]), page([]))
    assert len(tasks) == 2
    assert len(queries) == 3


async def test_a_server_that_ignores_the_page_number_does_not_hold_us_for_ever() -> None:
    tasks, queries = await listed(page([row(1)], total_page=9))
    assert len(tasks) == 1
    assert len(queries) == 9


async def test_a_page_of_rows_that_are_known_is_not_the_last_one() -> None:
    tasks, queries = await listed(
        page([row(3), row(2)], total_page=3),
        page([row(3), row(2)], total_page=3),
        page([row(1)], total_page=3),
    )
    assert [task.task_id for task in tasks] == ["t-1", "t-2", "t-3"]
    assert len(queries) == 3


async def test_counts_and_times_may_be_written_as_text() -> None:
    tasks, queries = await listed(
        page([row(2, gmt_create=str(NOON))], total="2", total_page="2", page_no="1", page_size="1"),
        page([row(1)], total="2", total_page="2", page_no="2", page_size="1"),
    )
    assert [task.created_at_milliseconds for task in tasks] == [NOON, NOON + 1]
    assert len(queries) == 2
    with pytest.raises(Unanswered):
        await listed(page([row(1)], total="3", total_page="1"))


@pytest.mark.parametrize(
    "script",
    [
        [page([row(1)], total=3, total_page=1)],
        [page([row(1)], total=3, total_page=2), page([], total=3, total_page=2)],
        [page([row(1), {"status": "RUNNING"}], total=2, total_page=1)],
        [page([row(1), row(2, status=None)], total=2, total_page=1)],
        [page([row(1), {"status": "RUNNING"}], total_page=1)],
        [answer({"data": ["t-1"], "total": 1, "total_page": 1})],
        [page([row(1)], total=2, total_page=2), answer({"data": None})],
        [page([row(1)], total=2, total_page=2), answer({"request_id": "r"})],
        [answer({"total": 1, "request_id": "r"})],
        [answer({"data": None, "request_id": "r"})],
        [answer({"code": "Busy", "request_id": "r"})],
        [answer({})],
    ],
)
async def test_a_list_that_is_not_whole_is_to_be_tried_again(script: list[Reply]) -> None:
    with pytest.raises(Unanswered):
        await listed(*script)


async def test_tasks_of_other_models_are_left_out_even_if_the_provider_sends_them() -> None:
    rows = [row(1), row(2, model_name="wanx-v1"), row(3, model_name=None)]
    tasks, _ = await listed(page(rows, total=3, total_page=1))
    assert [task.task_id for task in tasks] == ["t-1", "t-3"]


async def test_a_waiting_task_has_not_started() -> None:
    waiting = row(1, status="PENDING", start_time=None, end_time=None)
    (task,), _ = await listed(page([waiting], total=1, total_page=1))
    assert task.status is TaskStatus.PENDING


@pytest.mark.parametrize(
    "wrong", [answer(b"<html>", status=404), answer(status=307, headers={"Location": "/x"})]
)
async def test_either_spelling_of_the_address_will_do(wrong: bytes) -> None:
    script = [wrong, page([row(1)], total=1, total_page=1)]
    async with fault_server(*script) as server, client_of(server.base_url) as client:
        tasks = await client.list_tasks(MODEL)
    assert [request.url.path for request in server.requests] == ["/api/v1/tasks/", "/api/v1/tasks"]
    assert len(tasks) == 1


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_an_answer_that_makes_no_sense_is_to_be_tried_again(garbage: str) -> None:
    with pytest.raises(Unanswered):
        await listed(GARBAGE[garbage])


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_list_is_to_be_tried_again(fault: str) -> None:
    async with (
        fault_server(LOST[fault]) as server,
        client_of(server.base_url, timeouts=IMPATIENT) as client,
    ):
        with pytest.raises(Unanswered):
            await client.list_tasks(MODEL)


@pytest.mark.parametrize(
    ("reply", "raises"),
    [(refusal(500, "InternalError"), Unanswered), (refusal(429, "Throttling"), Throttled)],
)
async def test_an_error_on_a_later_page_fails_the_list(
    reply: bytes, raises: type[DashScopeError]
) -> None:
    with pytest.raises(raises):
        await listed(page([row(1)], total=2, total_page=2), reply)
