"""Uploading to the temporary space."""

from __future__ import annotations

import re
from contextlib import suppress
from email.parser import BytesParser
from email.policy import HTTP

import httpx
import pytest

from bot.dashscope.errors import DashScopeError, RequestRejected, ServiceStopped, Unanswered
from bot.dashscope.upload import object_name
from bot.http_client import join_small_parts
from tests.dashscope.fault_server import (
    GARBAGE,
    IMPATIENT,
    KEY,
    LOST,
    FaultServer,
    Reply,
    answer,
    client_of,
    fault_server,
)
from tests.support.clock import FakeClock

STORED = answer(b"")
EXPIRED = answer(
    b"<Error><Code>AccessDenied</Code>"
    b"<Message>Invalid according to Policy: Policy expired.</Message></Error>",
    status=403,
)
PHOTO = b"\xff\xd8\xff jpeg \r\n--bytes\r\n"


def policy(server: FaultServer, **changes: object) -> bytes:
    data = {
        "policy": "cG9saWN5",
        "signature": "c2ln",
        "upload_dir": "space/2026-11-22/u-1",
        "upload_host": f"{server.origin}/upload",
        "expire_in_seconds": 300,
        "max_file_size_mb": 1024,
        "oss_access_key_id": "LTAI-key-id",
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
        **changes,
    }
    return answer({"data": data, "request_id": "r-1"})


def parts(request: httpx.Request) -> list[tuple[str, str | None, str, bytes]]:
    """Name, file name, content type and content of each part, in order."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        found.append((name, part.get_filename(), part.get_content_type(), content))
    return found


async def test_the_file_goes_last_under_the_policy_and_without_the_key() -> None:
    clock = FakeClock(1_000)
    async with fault_server() as server, client_of(server.base_url, clock=clock) as client:
        server.script = [policy(server), STORED]
        uploaded = await client.upload("wan2.2-s2v", "me & my cat.jpg", PHOTO)
    asked, sent = server.requests
    assert (asked.method, asked.url.path) == ("GET", "/api/v1/uploads")
    assert dict(asked.url.params) == {"action": "getPolicy", "model": "wan2.2-s2v"}
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert (sent.method, sent.url.path) == ("POST", "/upload")
    assert "authorization" not in sent.headers
    form = parts(sent)
    assert form[-1] == ("file", "me & my cat.jpg", "image/jpeg", PHOTO)
    fields = {name: content.decode() for name, _, _, content in form[:-1]}
    key = fields.pop("key")
    assert fields == {
        "OSSAccessKeyId": "LTAI-key-id",
        "policy": "cG9saWN5",
        "Signature": "c2ln",
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
        "success_action_status": "200",
    }
    assert uploaded.url == f"oss://{key}"
    assert key.startswith("space/2026-11-22/u-1/")
    assert uploaded.expires_at_milliseconds == 1_000 + 48 * 3600 * 1000


@pytest.mark.parametrize(
    ("file_name", "suffix"),
    [
        ("me & my cat.jpg", ".jpg"),
        ("voice.wav", ".wav"),
        ("照片.PNG", ".PNG"),
        ("no suffix", ""),
        ("../../etc/passwd", ""),
        ("a.b/c", ""),
        ("trailing.", ""),
    ],
)
def test_the_name_in_the_space_is_new_every_time_and_keeps_only_the_suffix(
    file_name: str, suffix: str
) -> None:
    first, second = object_name(file_name), object_name(file_name)
    assert first != second
    assert re.fullmatch(rf"[0-9a-f]{{32}}{re.escape(suffix)}", first)


async def test_a_form_is_sent_in_as_few_parts_as_its_size_needs() -> None:
    form = {str(number): "field" for number in range(20)}
    files = {"file": ("voice.wav", b"0123456789" * 20_000)}
    request = httpx.Request("POST", "http://storage", data=form, files=files)
    assert isinstance(request.stream, httpx.AsyncByteStream)
    parts = [part async for part in request.stream]
    await join_small_parts(request)
    joined = [part async for part in request.stream]
    assert b"".join(joined) == b"".join(parts)
    assert len(joined) == 2 < len(parts)


async def test_an_expired_policy_is_renewed_once() -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server), EXPIRED, policy(server, signature="bmV3"), STORED]
        await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    paths = [request.url.path for request in server.requests]
    assert paths == ["/api/v1/uploads", "/upload", "/api/v1/uploads", "/upload"]
    assert ("Signature", None, "text/plain", b"bmV3") in parts(server.requests[3])


async def test_a_policy_serves_one_model_for_as_long_as_it_lasts() -> None:
    clock = FakeClock(1_000)
    asked = ("/api/v1/uploads", "/upload")
    async with fault_server() as server, client_of(server.base_url, clock=clock) as client:
        server.script = [policy(server), *[STORED] * 2, policy(server), STORED]
        for model in ("wan2.2-s2v", "wan2.2-s2v", "wan2.2-s2v-detect"):
            await client.upload(model, "p.jpg", PHOTO)
        clock.advance(250)
        server.script = [policy(server), STORED]
        await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    paths = [request.url.path for request in server.requests]
    assert paths == [*asked, "/upload", *asked, *asked]


@pytest.mark.parametrize("refused", [EXPIRED, answer(b"", status=503), answer(b"", status=400)])
async def test_a_policy_that_did_not_serve_once_is_used_no_more(refused: bytes) -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server), STORED, refused, policy(server), STORED]
        for _ in range(3):
            with suppress(DashScopeError):
                await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    assert [request.url.path for request in server.requests].count("/api/v1/uploads") == 2


async def test_no_kept_policy_is_used_for_an_account_that_is_given_none_any_more() -> None:
    refusal = answer({"code": "InvalidApiKey", "request_id": "r"}, status=401)
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server), STORED, refusal, refusal]
        await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
        for model in ("wan2.2-s2v-detect", "wan2.2-s2v"):
            with pytest.raises(ServiceStopped):
                await client.upload(model, "p.jpg", PHOTO)


async def test_a_policy_that_expires_twice_is_for_the_caller_to_try_again() -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server), EXPIRED, policy(server), EXPIRED]
        with pytest.raises(Unanswered, match="clock"):
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("reply", "raises"),
    [
        (answer(b"<Error><Code>SignatureDoesNotMatch</Code></Error>", status=403), RequestRejected),
        (answer(b"<Error><Code>EntityTooLarge</Code></Error>", status=400), RequestRejected),
        (answer(b"", status=503), Unanswered),
        (answer(b"", status=500), Unanswered),
        (answer(b"", status=429), Unanswered),
        (answer(b"", status=302), Unanswered),
    ],
)
async def test_what_the_storage_answers_is_permanent_or_passing(
    reply: bytes, raises: type[DashScopeError]
) -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server), reply]
        with pytest.raises(DashScopeError) as caught:
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    assert type(caught.value) is raises
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("at_the_policy", [True, False])
async def test_a_lost_upload_may_be_tried_again(fault: str, at_the_policy: bool) -> None:
    async with fault_server() as server, client_of(server.base_url, timeouts=IMPATIENT) as client:
        close_policy = policy(server).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        before: list[Reply] = [] if at_the_policy else [close_policy]
        server.script = [*before, LOST[fault]]
        with pytest.raises(Unanswered):
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    assert server.connections == 1 + len(before)


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_policy_that_makes_no_sense_is_to_be_asked_for_again(garbage: str) -> None:
    async with fault_server(GARBAGE[garbage]) as server, client_of(server.base_url) as client:
        with pytest.raises(Unanswered):
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "missing", ["upload_host", "upload_dir", "oss_access_key_id", "policy", "signature"]
)
async def test_a_policy_without_one_of_its_parts_makes_no_sense(missing: str) -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server, **{missing: None})]
        with pytest.raises(Unanswered):
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)


async def test_a_file_the_space_would_refuse_is_not_sent() -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server, max_file_size_mb=1)]
        with pytest.raises(RequestRejected, match="1048576"):
            await client.upload("wan2.2-s2v", "p.jpg", b"x" * 1_048_577)
    assert len(server.requests) == 1


@pytest.mark.parametrize("host", ["http://10.0.0.1/upload", "ftp://a/b", "not an address"])
async def test_a_photo_is_not_sent_to_an_unsafe_address(host: str) -> None:
    async with fault_server() as server, client_of(server.base_url) as client:
        server.script = [policy(server, upload_host=host)]
        with pytest.raises(RequestRejected, match="unsafe"):
            await client.upload("wan2.2-s2v", "p.jpg", PHOTO)
