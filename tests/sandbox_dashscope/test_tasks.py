"""Tasks run one after another, can be asked for, listed and cancelled, and are forgotten."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox_dashscope.conftest import OTHER_ACCOUNT_KEY, S2V, SECOND_KEY, Caller, Service
from tests.support.clock import HOUR
from tests.support.deadlines import eventually
from tests.support.media import voices

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def statuses(caller: Caller, *ids: str) -> list[str]:
    return [(await caller.query(task_id))["output"]["task_status"] for task_id in ids]


async def test_a_task_succeeds_with_a_result_and_its_usage(caller: Caller) -> None:
    audio_url = await caller.upload(voices.tone_wav(1_234), "v.wav")
    done = await caller.until(await caller.submitted(audio_url=audio_url), "SUCCEEDED", "FAILED")
    output = done["output"]
    assert output.keys() == {
        "task_id",
        "task_status",
        "submit_time",
        "scheduled_time",
        "end_time",
        "results",
    }
    assert output["results"]["video_url"].startswith("http://")
    assert done["usage"] == {
        "duration": 1.234,
        "size": "64*48",
        "fps": 16,
        "video_count": 1,
        "SR": 480,
    }


async def test_the_bill_counts_milliseconds(caller: Caller) -> None:
    audio_url = await caller.upload(voices.tone_wav(1_234), "v.wav")
    low = await caller.submitted(audio_url=audio_url)
    high_order = await caller.order(audio_url=audio_url)
    high_order["parameters"]["resolution"] = "720P"
    high = (await caller.submit(high_order)).json()["output"]["task_id"]
    await caller.until(high, "SUCCEEDED")
    bill = await caller.bill()
    assert bill["videos"] == [
        {
            "task_id": low,
            "model": S2V,
            "milliseconds": 1_234,
            "resolution": "480P",
            "micro_yuan": 617_000,
        },
        {
            "task_id": high,
            "model": S2V,
            "milliseconds": 1_234,
            "resolution": "720P",
            "micro_yuan": 1_110_600,
        },
    ]
    assert bill["total_micro_yuan"] == 617_000 + 1_110_600


async def test_one_runs_and_the_rest_wait_in_order(caller: Caller) -> None:
    await caller.set(render_seconds=60)
    first, second, third = [await caller.submitted() for _ in range(3)]
    await caller.reached(first, "RUNNING")
    assert await statuses(caller, first, second, third) == ["RUNNING", "PENDING", "PENDING"]
    await caller.set(render_seconds=0.0)


async def test_the_next_starts_when_one_ends(caller: Caller, service: Service) -> None:
    await caller.set(render_seconds=100)
    first, second = await caller.submitted(), await caller.submitted()
    await caller.reached(first, "RUNNING")
    service.clock.advance(101)
    await caller.reached(first, "SUCCEEDED")
    await caller.reached(second, "RUNNING")


async def test_another_account_has_a_runner_of_its_own(caller: Caller, service: Service) -> None:
    await caller.set(render_seconds=60)
    same, other = service.as_key(SECOND_KEY), service.as_key(OTHER_ACCOUNT_KEY)
    mine, ours, theirs = await caller.submitted(), await same.submitted(), await other.submitted()
    await caller.reached(mine, "RUNNING")
    await caller.reached(theirs, "RUNNING")
    assert await statuses(caller, mine, ours, theirs) == ["RUNNING", "PENDING", "UNKNOWN"]
    assert await statuses(other, theirs) == ["RUNNING"]


async def test_render_seconds_is_how_long_it_takes_at_least(caller: Caller) -> None:
    await caller.set(render_seconds=0.5)
    task_id = await caller.submitted()
    await caller.until(task_id, "SUCCEEDED")
    (task,) = (await caller.http.get("/sim/tasks")).json()["tasks"]
    assert task["ended_milliseconds"] - task["started_milliseconds"] >= 500


async def test_progress_goes_to_the_journal(caller: Caller, service: Service) -> None:
    await caller.set(render_seconds=10)
    task_id = await caller.submitted()

    def under_way() -> bool:
        said = {event["progress"] for event in service.events("provider_task")}
        return len({progress for progress in said if 0 < progress < 1}) >= 2

    await eventually(under_way)
    await caller.set(render_seconds=0)
    await caller.until(task_id, "SUCCEEDED")
    events = service.events("provider_task")
    assert {event["task_id"] for event in events} == {task_id}
    assert [e["status"] for e in events[:2]] == ["PENDING", "RUNNING"]
    assert (events[-1]["status"], events[-1]["progress"]) == ("SUCCEEDED", 1.0)
    progress = [event["progress"] for event in events]
    assert progress == sorted(progress)


def now(service: Service) -> datetime:
    """By the provider's clock."""
    return datetime.fromtimestamp(service.clock.now_milliseconds() / 1000, UTC)


async def test_times_are_written_in_utc_plus_8(caller: Caller, service: Service) -> None:
    done = await caller.until(await caller.submitted(), "SUCCEEDED")
    for name in ("submit_time", "scheduled_time", "end_time"):
        text = done["output"][name]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", text)
        moment = datetime.fromisoformat(text + "+08:00")
        assert abs(moment - now(service)) < timedelta(minutes=1)


async def test_an_unknown_id_is_answered_200_unknown(caller: Caller) -> None:
    answer = await caller.query("no-such-task")
    assert answer["output"] == {"task_id": "no-such-task", "task_status": "UNKNOWN"}


async def test_a_task_is_unknown_after_24_hours(caller: Caller, service: Service) -> None:
    task_id = await caller.submitted()
    await caller.until(task_id, "SUCCEEDED")
    service.clock.advance(23.9 * HOUR)
    assert await statuses(caller, task_id) == ["SUCCEEDED"]
    service.clock.advance(0.2 * HOUR)
    assert await statuses(caller, task_id) == ["UNKNOWN"]
    assert (await listed(caller))["data"] == []


async def cancelled(caller: Caller, task_id: str, slash: str = "") -> tuple[int, dict[str, Any]]:
    answer = await caller.http.post(f"/api/v1/tasks/{task_id}/cancel{slash}", headers=caller.auth)
    return answer.status_code, answer.json()


async def test_only_a_pending_task_can_be_cancelled(caller: Caller) -> None:
    await caller.set(render_seconds=60)
    running, waiting = await caller.submitted(), await caller.submitted()
    await caller.reached(running, "RUNNING")
    status, body = await cancelled(caller, waiting)
    assert (status, set(body)) == (200, {"request_id"})
    assert await statuses(caller, waiting) == ["CANCELED"]
    for task_id in (running, waiting, "no-such-task"):
        status, body = await cancelled(caller, task_id, "/")
        assert (status, body["code"]) == (400, "UnsupportedOperation")
        assert body["message"] == (
            "Failed to cancel the task, please confirm if the task is in PENDING status."
        )


async def test_a_cancelled_task_never_runs_and_costs_nothing(
    caller: Caller, service: Service
) -> None:
    await caller.set(render_seconds=100)
    first, second = await caller.submitted(), await caller.submitted()
    third = await caller.submitted()
    await cancelled(caller, second)
    service.clock.advance(101)
    await caller.reached(third, "RUNNING")
    assert await statuses(caller, first, second) == ["SUCCEEDED", "CANCELED"]
    assert [video["task_id"] for video in (await caller.bill())["videos"]] == [first]


async def listed(caller: Caller, path: str = "/api/v1/tasks", **params: Any) -> dict[str, Any]:
    answer = await caller.http.get(path, params=params, headers=caller.auth)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_list_shows_the_tasks_of_all_keys_of_the_account(
    caller: Caller, service: Service
) -> None:
    await caller.set(render_seconds=60)
    first = await caller.submitted()
    second = await service.as_key(SECOND_KEY).submitted()
    await service.as_key(OTHER_ACCOUNT_KEY).submitted()
    await caller.reached(first, "RUNNING")
    page = await listed(caller, "/api/v1/tasks/")
    assert {row["task_id"] for row in page["data"]} == {first, second}
    assert page | {"data": 0, "request_id": 0} == {
        "total": 2,
        "total_page": 1,
        "page_no": 1,
        "page_size": 10,
        "data": 0,
        "request_id": 0,
    }
    row = next(row for row in page["data"] if row["task_id"] == first)
    assert row["status"] == "RUNNING"
    assert row["model_name"] == S2V
    assert row["user_api_unique_key"] == f"apikey:v1:aigc:image2video:video-synthesis:{S2V}"
    assert row["gmt_create"] <= row["start_time"]
    assert not any("url" in name for name in row)


async def test_the_list_has_pages(caller: Caller) -> None:
    await caller.set(render_seconds=60)
    ids = [await caller.submitted() for _ in range(5)]
    pages = [await listed(caller, page_no=number, page_size=2) for number in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [2, 2, 1, 0]
    assert {page["total_page"] for page in pages} == {3}
    assert [row["task_id"] for page in pages for row in page["data"]] == ids[::-1]


async def test_the_list_is_filtered(caller: Caller) -> None:
    await caller.set(render_seconds=60)
    running, waiting = await caller.submitted(), await caller.submitted()
    await caller.reached(running, "RUNNING")

    async def ids(**params: str) -> list[str]:
        return [row["task_id"] for row in (await listed(caller, **params))["data"]]

    assert await ids(status="PENDING") == [waiting]
    assert await ids(model_name="emo-v1") == []
    assert await ids(model_name=S2V, status="RUNNING") == [running]


@pytest.mark.parametrize("zone_hours", [8, 0])
async def test_the_list_has_a_window_in_a_zone_that_can_be_chosen(
    caller: Caller, service: Service, zone_hours: int
) -> None:
    settings = {"list_zone_hours": zone_hours}
    (await caller.http.patch("/sim/settings", json=settings)).raise_for_status()
    task_id = await caller.submitted()
    their_now = now(service) + timedelta(hours=zone_hours)

    async def ids(start: timedelta, end: timedelta) -> list[str]:
        window = {
            "start_time": f"{their_now + start:%Y%m%d%H%M%S}",
            "end_time": f"{their_now + end:%Y%m%d%H%M%S}",
        }
        return [row["task_id"] for row in (await listed(caller, **window))["data"]]

    hour = timedelta(hours=1)
    assert await ids(-hour, hour) == [task_id]
    assert await ids(-2 * hour, -hour) == []
    assert [row["task_id"] for row in (await listed(caller))["data"]] == [task_id]


async def test_a_wrong_window_or_page_is_refused(caller: Caller) -> None:
    wrong: list[dict[str, str]] = [
        {"start_time": "yesterday"},
        {"start_time": "20250101000000", "end_time": "20250102000001"},
        {"page_no": "0"},
        {"page_size": "many"},
    ]
    for params in wrong:
        answer = await caller.http.get("/api/v1/tasks", params=params, headers=caller.auth)
        assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_twenty_queries_a_second(
    caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.clock, "steady_seconds", lambda: 0.0)
    for _ in range(20):
        await caller.query("x")
    for path in ("/api/v1/tasks/x", "/api/v1/tasks/x/"):
        answer = await caller.http.get(path, headers=caller.auth)
        assert (answer.status_code, answer.json()["code"]) == (429, "Throttling.RateQuota")
    assert (await listed(caller))["total"] == 0


async def test_a_wrong_key_sees_no_tasks(caller: Caller) -> None:
    wrong = {"Authorization": "Bearer sk-wrong"}
    for path in ("/api/v1/tasks", "/api/v1/tasks/x"):
        assert (await caller.http.get(path, headers=wrong)).status_code == 401
    assert (await caller.http.post("/api/v1/tasks/x/cancel", headers=wrong)).status_code == 401
