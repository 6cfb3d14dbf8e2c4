"""The control API: what can be read back and set, and by whom."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.config.service import DEMO_API_KEY
from bot.sandbox.dashscope.settings import ProviderSettings
from tests.sandbox_dashscope.conftest import S2V, Caller, Service
from tests.support.media import photos

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def get(caller: Caller, path: str) -> dict[str, Any]:
    answer = await caller.http.get(f"/sim{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


async def test_the_state_is_settings_tasks_and_uploads(caller: Caller) -> None:
    task_id = await caller.submitted()
    await caller.until(task_id, "SUCCEEDED")
    state = await get(caller, "/state")
    assert state["settings"]["detect_refusal_shape"] == "http200"
    assert [(t["task_id"], t["status"]) for t in state["tasks"]] == [(task_id, "SUCCEEDED")]
    assert [upload["model"] for upload in state["uploads"]] == [S2V, S2V]
    assert state["tasks"] == (await get(caller, "/tasks"))["tasks"]


async def test_settings_change_one_by_one(caller: Caller) -> None:
    await caller.set(render_seconds=7)
    await caller.set(queue_limit=2)
    settings = await get(caller, "/settings")
    assert (settings["render_seconds"], settings["queue_limit"]) == (7, 2)
    await caller.set(render_seconds=None)
    assert (await get(caller, "/settings"))["render_seconds"] is None


WRONG: list[Any] = [
    {"render_seconds": -1},
    {"render_seconds": True},
    {"detect_refusal_shape": "http500"},
    {"queue_limit": 1.5},
    {"retired_models": "emo-v1"},
    {"api_keys": {}},
    {"colour": "red"},
    [],
]


@pytest.mark.parametrize("body", WRONG)
async def test_a_wrong_setting_is_refused_whole(caller: Caller, body: Any) -> None:
    before = await get(caller, "/settings")
    if isinstance(body, dict):
        body = {"policy_seconds": 5, **body}
    answer = await caller.http.patch("/sim/settings", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert await get(caller, "/settings") == before


async def test_every_call_is_logged_without_key_or_signature(
    caller: Caller, service: Service
) -> None:
    await caller.until(await caller.submitted(), "SUCCEEDED")
    calls = (await get(caller, "/calls"))["calls"]
    assert [call["n"] for call in calls] == list(range(1, len(calls) + 1))
    assert [call["endpoint"] for call in calls[:5]] == [
        "get_policy",
        "upload",
        "get_policy",
        "upload",
        "submit",
    ]
    submit = calls[4]
    assert (submit["method"], submit["status"], submit["model"]) == ("POST", 200, S2V)
    assert submit["request"]["input"]["audio_url"].startswith("oss://")
    assert submit["response"]["output"]["task_status"] == "PENDING"
    assert submit["elapsed_milliseconds"] >= 0
    assert calls[1]["request"]["size_bytes"] == len(photos.plain())
    logged = [event["call"] for event in service.events("provider_call")]
    assert logged == calls
    secret = (await caller.policy())["signature"]
    assert DEMO_API_KEY not in str(calls)
    assert secret not in str((await get(caller, "/calls"))["calls"])


async def test_calls_can_be_read_on_from_a_number(caller: Caller) -> None:
    for _ in range(3):
        await caller.policy()
    assert [c["n"] for c in (await get(caller, "/calls?after=2"))["calls"]] == [3]
    assert (await caller.http.get("/sim/calls?after=x")).status_code == 400


async def test_a_dropped_call_is_logged_as_such(caller: Caller) -> None:
    await caller.fault("submit", "drop_before")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await caller.submit({})
    (call,) = (await get(caller, "/calls"))["calls"]
    assert (call["status"], call["response"]) == (None, {"dropped": True})


async def test_reset_forgets_everything_and_stops_what_runs(
    caller: Caller, service: Service
) -> None:
    await caller.set(render_seconds=60)
    await caller.fault("query", "status")
    task_id = await caller.submitted()
    await caller.reached(task_id, "RUNNING")
    assert (await caller.http.post("/sim/reset")).status_code == 200
    state = await get(caller, "/state")
    assert (state["tasks"], state["uploads"]) == ([], [])
    assert state["settings"]["render_seconds"] is None
    assert (await get(caller, "/calls"))["calls"] == []
    assert (await get(caller, "/faults"))["faults"] == []
    assert (await caller.bill())["total_micro_yuan"] == 0
    await caller.until(await caller.submitted(), "SUCCEEDED")


async def test_what_is_not_there_is_said_in_json(caller: Caller) -> None:
    missing = await caller.http.get("/sim/nothing")
    assert (missing.status_code, "error" in missing.json()) == (404, True)
    no_api = await caller.http.get("/api/v1/nothing", headers=caller.auth)
    assert (no_api.status_code, no_api.json()["code"]) == (404, "NotFound")
    assert (await caller.http.delete("/sim/faults/99")).status_code == 400


async def test_the_keys_are_in_no_representation() -> None:
    settings = ProviderSettings(api_keys={"sk-very-secret": "a"})
    assert "sk-very-secret" not in repr(settings)
    assert "sk-very-secret" not in str(settings.as_json())
