"""The temporary space takes a file the way OSS does, and refuses it the way OSS does."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.space.policy import Grant, PolicyDesk
from tests.sandbox_dashscope.conftest import S2V, Caller, Service, form_fields

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_policy_has_the_documented_fields(caller: Caller, service: Service) -> None:
    policy = await caller.policy()
    assert policy["expire_in_seconds"] == 300
    assert policy["max_file_size_mb"] == 1024
    assert (policy["x_oss_object_acl"], policy["x_oss_forbid_overwrite"]) == ("private", "true")
    assert policy["upload_host"] == f"{service.base_url}/upload"
    assert {"policy", "signature", "upload_dir", "oss_access_key_id"} <= policy.keys()


@pytest.mark.parametrize("path", ["/api/v1/uploads", "/api/v1/uploads/"])
async def test_a_policy_is_for_a_known_model_and_action(caller: Caller, path: str) -> None:
    async def ask(**params: str) -> tuple[int, str]:
        answer = await caller.http.get(path, params=params, headers=caller.auth)
        return answer.status_code, answer.json().get("code", "")

    assert await ask(action="getPolicy", model=S2V) == (200, "")
    assert await ask(action="getPolicy", model="no-such-model") == (404, "ModelNotFound")
    assert await ask(action="getPolicy") == (400, "InvalidParameter")
    assert await ask(action="other", model=S2V) == (400, "InvalidParameter")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer sk-wrong"}])
async def test_a_wrong_key_gets_no_policy(caller: Caller, header: dict[str, str]) -> None:
    params = {"action": "getPolicy", "model": S2V}
    answer = await caller.http.get("/api/v1/uploads", params=params, headers=header)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["code"] == "InvalidApiKey"
    assert answer.json()["request_id"]


async def test_unknown_form_fields_are_ignored(caller: Caller) -> None:
    policy = await caller.policy()
    extra = {"x-oss-content-type": "audio/wav", "anything": "else"}
    assert (await caller.post_form(policy, b"sound", **extra)).status_code == 200


async def test_without_a_success_status_the_answer_is_204(caller: Caller) -> None:
    answer = await caller.post_form(await caller.policy(), b"x", success_action_status=None)
    assert answer.status_code == 204


async def test_one_policy_serves_several_files_of_its_directory(caller: Caller) -> None:
    policy = await caller.policy()
    assert (await caller.post_form(policy, b"1", "a.png")).status_code == 200
    assert (await caller.post_form(policy, b"2", "b.wav")).status_code == 200


async def test_the_same_key_twice_is_forbidden(caller: Caller) -> None:
    policy = await caller.policy()
    await caller.post_form(policy, b"first")
    answer = await caller.post_form(policy, b"second")
    assert answer.status_code == 409
    assert "FileAlreadyExists" in answer.text


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"Signature": "AAAA"}, 403, "SignatureDoesNotMatch"),
    ({"Signature": None}, 403, "SignatureDoesNotMatch"),
    ({"OSSAccessKeyId": "LTAI-other"}, 403, "InvalidAccessKeyId"),
    ({"policy": None}, 403, "AccessDenied"),
    ({"key": "somewhere/else.bin"}, 403, "Policy Condition failed"),
    ({"x-oss-object-acl": "public-read"}, 403, "Policy Condition failed"),
    ({"x-oss-forbid-overwrite": "false"}, 403, "Policy Condition failed"),
    ({"x-oss-object-acl": None}, 403, "Policy Condition failed"),
    ({"key": None}, 400, "field named &apos;key&apos;"),
]


@pytest.mark.parametrize(("changed", "status", "words"), REFUSED)
async def test_a_form_that_breaks_its_policy_is_refused(
    caller: Caller, changed: dict[str, Any], status: int, words: str
) -> None:
    answer = await caller.post_form(await caller.policy(), b"x", **changed)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/xml")
    assert words.replace("&apos;", "'") in answer.text


async def test_a_policy_rewritten_by_the_client_is_refused(caller: Caller) -> None:
    policy = await caller.policy()
    document = json.loads(base64.b64decode(policy["policy"]))
    document["expiration"] = "2099-01-01T00:00:00.000Z"
    forged = base64.b64encode(json.dumps(document).encode()).decode()
    answer = await caller.post_form(policy, b"x", policy=forged)
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)


async def test_an_expired_policy_is_refused_with_the_words_of_oss(
    caller: Caller, service: Service
) -> None:
    policy = await caller.policy()
    service.clock.advance(299)
    assert (await caller.post_form(policy, b"x", "in-time")).status_code == 200
    service.clock.advance(2)
    answer = await caller.post_form(policy, b"x", "too-late")
    assert answer.status_code == 403
    assert "Invalid according to Policy: Policy expired." in answer.text


async def test_the_file_must_be_the_last_field(caller: Caller) -> None:
    policy = await caller.policy()
    fields = [(name, (None, text)) for name, text in form_fields(policy, "a.bin").items()]
    file_first: list[Any] = [("file", ("a.bin", b"x")), *fields]
    answer = await caller.http.post(policy["upload_host"], files=file_first)
    assert answer.status_code == 400
    assert "check the order of the fields" in answer.text


async def test_a_field_after_the_file_does_not_count(caller: Caller) -> None:
    policy = await caller.policy()
    fields = form_fields(policy, "a.bin")
    late = ("x-oss-object-acl", (None, fields.pop("x-oss-object-acl")))
    form: list[Any] = [*((n, (None, t)) for n, t in fields.items()), ("file", ("a", b"x")), late]
    answer = await caller.http.post(policy["upload_host"], files=form)
    assert (answer.status_code, "Policy Condition failed" in answer.text) == (403, True)


async def test_a_form_without_a_file_or_not_a_form_is_refused(caller: Caller) -> None:
    policy = await caller.policy()
    fields: list[Any] = [(n, (None, t)) for n, t in form_fields(policy, "a").items()]
    no_file = await caller.http.post(policy["upload_host"], files=fields)
    assert (no_file.status_code, "field named 'file'" in no_file.text) == (400, True)
    no_form = await caller.http.post(policy["upload_host"], json={})
    assert (no_form.status_code, "MalformedPOSTRequest" in no_form.text) == (412, True)


async def test_a_file_above_the_policys_size_is_refused() -> None:
    services = PolicyDesk()
    policy = services.issue(Grant("demo", S2V), 0, 300)
    fields = {name: text or "" for name, text in form_fields(policy, "a").items()}
    assert services.check(fields, 1024**3, 1) == Grant("demo", S2V)
    with pytest.raises(Refused, match="EntityTooLarge"):
        services.check(fields, 1024**3 + 1, 1)


async def test_a_hundred_policies_a_second_and_no_more(
    caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.clock, "steady_seconds", lambda: 0.0)
    for _ in range(100):
        await caller.policy()
    params = {"action": "getPolicy", "model": S2V}
    answer = await caller.http.get("/api/v1/uploads", params=params, headers=caller.auth)
    assert (answer.status_code, answer.json()["code"]) == (429, "Throttling.RateQuota")
