"""Faults on request, each as a bot meets it."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.support.credentials import TOKEN
from tests.support.local_telegram import LocalTelegram


async def test_a_fault_happens_once_and_is_then_gone(telegram: LocalTelegram) -> None:
    telegram.fault("sendMessage", "rate_limit", retry_after=7)
    answer = await telegram.ask("sendMessage", chat_id=telegram.chat_id, text="x")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 7})
    await telegram.send("x")
    assert (await telegram.sim("GET", "/faults")).json() == {"faults": []}


async def test_a_fault_without_a_number_stays_until_removed(telegram: LocalTelegram) -> None:
    body = {"match": "sendMessage", "kind": "forbidden", "times": None}
    fault = (await telegram.sim("POST", "/faults", body)).json()
    for _ in range(3):
        said = await telegram.refusal("sendMessage", chat_id=telegram.chat_id, text="x")
        assert said == "Forbidden: bot was blocked by the user"
    assert (await telegram.sim("DELETE", f"/faults/{fault['id']}")).status_code == 204
    assert (await telegram.sim("DELETE", f"/faults/{fault['id']}")).status_code == 404
    await telegram.send("x")


@pytest.mark.parametrize(("kind", "messages"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_call_was_done_or_not(
    telegram: LocalTelegram, kind: str, messages: int
) -> None:
    telegram.fault("sendMessage", kind)
    with pytest.raises(httpx.TransportError):
        await telegram.send("x")
    assert len(await telegram.views()) == messages


@pytest.mark.parametrize(("kind", "messages"), [("status", 0), ("error_after", 1)])
async def test_a_server_error_came_instead_or_afterwards(
    telegram: LocalTelegram, kind: str, messages: int
) -> None:
    telegram.fault("sendMessage", kind, code=502)
    answer = await telegram.raw("sendMessage", chat_id=telegram.chat_id, text="x")
    assert (answer.status_code, answer.json()["description"]) == (502, "Bad Gateway")
    assert len(await telegram.views()) == messages


@pytest.mark.parametrize(
    ("kind", "body"), [("malformed", '{"ok":true,"result":{'), ("empty", ""), ("html", "<html>")]
)
async def test_an_answer_may_be_unreadable(telegram: LocalTelegram, kind: str, body: str) -> None:
    telegram.fault("getMe", kind)
    assert (await telegram.raw("getMe")).text[:21].startswith(body[:6])
    assert (await telegram.call("getMe"))["id"] == 4242


async def test_a_call_may_be_slow(telegram: LocalTelegram) -> None:
    telegram.fault("getMe", "delay", seconds=0.3)
    began = time.monotonic()
    await telegram.call("getMe")
    assert time.monotonic() - began >= 0.3


async def test_a_refusal_says_what_was_asked_for(telegram: LocalTelegram) -> None:
    telegram.fault("editMessageText", "bad_request", description="message to edit not found")
    said = await telegram.refusal("editMessageText", chat_id=telegram.chat_id, text="x")
    assert said == "Bad Request: message to edit not found"
    telegram.fault("getUpdates", "conflict")
    assert (await telegram.ask("getUpdates"))["error_code"] == 409


async def test_a_download_may_fail(telegram: LocalTelegram) -> None:
    voice = (await telegram.write(kind="voice", sample="voice"))["message"]["voice"]
    path = (await telegram.call("getFile", file_id=voice["file_id"]))["file_path"]
    telegram.fault("download", "status", code=503)
    assert (await telegram.http.get(f"/file/bot{TOKEN}/{path}")).status_code == 503
    telegram.fault("download", "drop_before")
    with pytest.raises(httpx.TransportError):
        await telegram.http.get(f"/file/bot{TOKEN}/{path}")
    assert (await telegram.http.get(f"/file/bot{TOKEN}/{path}")).status_code == 200


async def test_the_outbox_says_which_fault_a_call_met(telegram: LocalTelegram) -> None:
    for kind in ("drop_before", "drop_after"):
        telegram.fault("sendMessage", kind)
        with pytest.raises(httpx.TransportError):
            await telegram.send("x")
    calls = (await telegram.sim("GET", "/outbox?method=sendMessage")).json()["calls"]
    assert [(call["fault"], call["ok"]) for call in calls] == [
        ("drop_before", False),
        ("drop_after", True),
    ]


async def test_a_fault_that_is_unknown_is_refused(telegram: LocalTelegram) -> None:
    answer = await telegram.sim("POST", "/faults", {"match": "getMe", "kind": "earthquake"})
    assert answer.status_code == 400
    assert "earthquake" in answer.json()["error"]


async def test_faults_of_the_provider_leave_telegram_alone(telegram: LocalTelegram) -> None:
    body = {"side": "provider", "match": "*", "kind": "status"}
    assert (await telegram.sim("POST", "/faults", body)).status_code == 201
    await telegram.call("getMe")
    assert (await telegram.sim("DELETE", "/faults")).status_code == 204
    assert telegram.faults.active() == []
