"""Submitting costs money: one request at most, and every outcome named for what it is."""

from __future__ import annotations

import asyncio
import json
import socket

import httpx
import pytest

from bot.config.engines import ENGINES
from bot.dashscope.errors import (
    DashScopeError,
    RequestRejected,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Unsent,
)
from bot.dashscope.fields import VideoRequest
from bot.dashscope.http import TIMEOUTS, Timeout
from bot.engines.base import Ticket
from bot.engines.dashscope import ServiceEngine
from bot.http_client import HttpClient
from tests.dashscope.fault_server import (
    ABSURDLY_SHORT,
    CLOSE_UNREAD,
    DROP,
    GARBAGE,
    IMPATIENT,
    KEY,
    LOST,
    RESET,
    S2V,
    S2V_MODEL,
    SILENCE,
    TLS,
    Reply,
    answer,
    client_of,
    fault_server,
    refusal,
)
from tests.support.deadlines import eventually, in_time

ACCEPTED = answer({"output": {"task_status": "PENDING", "task_id": "t-1"}, "request_id": "r-9"})
HTTPS = VideoRequest(
    S2V_MODEL, "https://bucket/photo.jpg", "https://bucket/voice.wav", {"resolution": "480P"}
)


async def test_an_accepted_submission_returns_the_task() -> None:
    async with fault_server(ACCEPTED) as server, client_of(server.base_url + "/") as client:
        task_id = await client.submit(HTTPS)
    (request,) = server.requests
    assert task_id == "t-1"
    assert (request.method, request.url.path) == (
        "POST",
        "/api/v1/services/aigc/image2video/video-synthesis",
    )
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-dashscope-async"] == "enable"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "model": "wan2.2-s2v",
        "input": {"image_url": "https://bucket/photo.jpg", "audio_url": "https://bucket/voice.wav"},
        "parameters": {"resolution": "480P"},
    }


@pytest.mark.parametrize(
    ("message", "is_named"),
    [("parameters.style must be one of speech, singing", True), ("Field required: model", False)],
)
async def test_a_style_that_the_provider_refuses_is_named(message: str, is_named: bool) -> None:
    reply = refusal(400, "InvalidParameter", message)
    async with fault_server(reply) as server, client_of(server.base_url) as client:
        engine = ServiceEngine(client, ENGINES["wan2.2-s2v"], style="shouting")
        with pytest.raises((RequestRejected, ServiceStopped)) as caught:
            await engine.submit(
                Ticket("1.1", "https://a/p.jpg", "https://a/v.wav", "480P", None, None)
            )
    assert ("STYLE=shouting is refused" in str(caught.value)) is is_named
    assert (getattr(caught.value, "cause", None) is StopCause.STYLE) is is_named, "all others wait"
    assert message in str(caught.value)
    assert len(server.requests) == 1


async def test_a_style_is_sent_only_when_the_operator_chose_one() -> None:
    parameters = []
    for style in ("speech", None):
        async with fault_server(ACCEPTED) as server, client_of(server.base_url) as client:
            engine = ServiceEngine(client, ENGINES["wan2.2-s2v"], style=style)
            await engine.submit(
                Ticket("1.1", "https://a/p.jpg", "https://a/v.wav", "720P", None, None)
            )
        body = json.loads(server.requests[0].content)
        assert isinstance(body, dict)
        parameters.append(body["parameters"])
    assert parameters == [{"resolution": "720P", "style": "speech"}, {"resolution": "720P"}]


async def test_emo_gets_the_boxes_of_its_detection() -> None:
    boxes = (1, 2, 3, 4), (5, 6, 7, 8)
    async with fault_server(ACCEPTED) as server, client_of(server.base_url) as client:
        engine = ServiceEngine(client, ENGINES["emo"])
        await engine.submit(Ticket("1.1", "https://a/p.jpg", "https://a/v.wav", "480P", *boxes))
    assert json.loads(server.requests[0].content) == {
        "model": "emo-v1",
        "input": {
            "image_url": "https://a/p.jpg",
            "audio_url": "https://a/v.wav",
            "face_bbox": [1, 2, 3, 4],
            "ext_bbox": [5, 6, 7, 8],
        },
        "parameters": {"style_level": "normal"},
    }


@pytest.mark.parametrize(
    ("image_url", "audio_url", "resolved"),
    [
        ("oss://a/p.jpg", "oss://a/v.wav", True),
        ("oss://a/p.jpg", "https://a/v.wav", True),
        ("https://a/p.jpg", "oss://a/v.wav", True),
        ("https://a/p.jpg", "https://a/v.wav", False),
    ],
)
async def test_the_resolve_header_goes_with_oss_addresses_only(
    image_url: str, audio_url: str, resolved: bool
) -> None:
    async with fault_server(ACCEPTED) as server, client_of(server.base_url) as client:
        await client.submit(VideoRequest(S2V_MODEL, image_url, audio_url, {}))
    header = server.requests[0].headers.get("x-dashscope-ossresourceresolve")
    assert header == ("enable" if resolved else None)


@pytest.mark.parametrize("fault", LOST)
async def test_a_submission_without_an_answer_is_of_unknown_fate_and_is_sent_once(
    fault: str,
) -> None:
    async with (
        fault_server(LOST[fault], ACCEPTED) as server,
        client_of(server.base_url, timeouts=IMPATIENT) as client,
    ):
        if LOST[fault] == CLOSE_UNREAD:
            server.script = [CLOSE_UNREAD]
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
        await eventually(lambda: server.requests or LOST[fault] == CLOSE_UNREAD)
    assert server.connections == 1
    assert len(server.requests) == (0 if LOST[fault] == CLOSE_UNREAD else 1)


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_submission_answered_without_a_task_id_is_of_unknown_fate(garbage: str) -> None:
    async with (
        fault_server(GARBAGE[garbage], ACCEPTED) as server,
        client_of(server.base_url) as client,
    ):
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [DROP, RESET, answer({"code": "InternalError"}, status=500)])
async def test_one_lost_connection_or_one_500_means_exactly_one_request(fault: Reply) -> None:
    async with fault_server(fault, ACCEPTED) as server, client_of(server.base_url) as client:
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
        assert len(server.requests) == 1
        assert await client.submit(S2V) == "t-1"
    assert len(server.requests) == 2


async def test_an_answer_that_drips_for_ever_is_given_up_at_the_total_timeout() -> None:
    patient = Timeout(connect_seconds=10, silence_seconds=10, total_seconds=1)
    async with (
        fault_server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") as server,
        client_of(server.base_url, timeouts={**TIMEOUTS, "submit": patient}) as client,
    ):
        with pytest.raises(SubmitUnknown, match="TimeoutError"):
            await client.submit(S2V)
        await in_time(server.reached.wait())
    assert len(server.requests) == 1


async def test_a_refused_connection_is_certainly_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1"
        async with client_of(base_url) as client:
            with pytest.raises(Unsent):
                await client.submit(S2V)


async def test_a_connection_that_does_not_come_about_in_time_is_certainly_not_sent() -> None:
    with socket.socket() as listener, socket.socket() as filler:
        # Nobody accepts: once the queue is full, the kernel leaves further callers waiting.
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filler.connect(listener.getsockname())
        hasty = {**TIMEOUTS, "submit": Timeout(0.05, 5, 5)}
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        async with client_of(base_url, timeouts=hasty) as client:
            with pytest.raises(Unsent, match="ConnectTimeout"):
                await client.submit(S2V)


class _Failing(httpx.AsyncBaseTransport):
    def __init__(self, error: Exception) -> None:
        self._error = error
        self.requests = 0

    async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
        self.requests += 1
        raise self._error


@pytest.mark.parametrize(
    ("error", "raises"),
    [
        (httpx.ConnectError("refused"), Unsent),
        (httpx.ConnectTimeout("slow"), Unsent),
        (httpx.PoolTimeout("busy"), Unsent),
        (httpx.ProxyError("no tunnel"), Unsent),
        (httpx.UnsupportedProtocol("gopher"), Unsent),
        (httpx.WriteError("broken pipe"), SubmitUnknown),
        (httpx.WriteTimeout("slow"), SubmitUnknown),
        (httpx.ReadError("reset"), SubmitUnknown),
        (httpx.ReadTimeout("slow"), SubmitUnknown),
        (httpx.CloseError("close"), SubmitUnknown),
        (httpx.RemoteProtocolError("disconnected"), SubmitUnknown),
        (httpx.LocalProtocolError("odd"), SubmitUnknown),
        (httpx.DecodingError("not gzip"), SubmitUnknown),
        (ConnectionResetError("raw"), SubmitUnknown),
        (OSError("raw"), SubmitUnknown),
        (TimeoutError(), SubmitUnknown),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_each_failure_of_the_network_is_certain_or_unknown(
    error: Exception, raises: type[DashScopeError]
) -> None:
    transport = _Failing(error)
    async with client_of("http://provider.invalid/api/v1", transport=transport) as client:
        with pytest.raises(raises):
            await client.submit(S2V)
    assert transport.requests == 1


def test_no_failure_that_httpx_knows_is_forgotten_above() -> None:
    (mark,) = test_each_failure_of_the_network_is_certain_or_unknown.pytestmark  # type: ignore[attr-defined]
    tested = {type(error) for error, _ in mark.args[1]}

    def leaves(kind: type[Exception]) -> set[type[Exception]]:
        below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
        return set(below) or {kind}

    known = {kind for kind in leaves(httpx.TransportError) if kind.__module__ == "httpx"}
    assert len(known) > 8
    assert known <= tested


async def test_every_submission_opens_a_connection_of_its_own() -> None:
    async with fault_server(ACCEPTED) as server, client_of(server.base_url) as client:
        await client.submit(S2V)
        await client.submit(S2V)
    assert [request.extensions["connection"] for request in server.requests] == [1, 2]


async def test_a_kept_connection_that_died_meanwhile_cannot_blur_a_submission() -> None:
    status = answer({"output": {"task_id": "t-1", "task_status": "RUNNING"}})
    dying = status.replace(b"\r\n", b"\r\nConnection: keep-alive\r\n", 1)
    async with fault_server(dying) as server, client_of(server.base_url) as client:
        await client.query("t-1")
        server.script = [ACCEPTED]
        assert await client.submit(S2V) == "t-1"
    query, submit = server.requests
    assert query.extensions["connection"] != submit.extensions["connection"]


async def test_fresh_connections_are_closed_after_each_answer() -> None:
    async with (
        fault_server(ACCEPTED) as server,
        HttpClient(verify=TLS) as kept,
        kept.on_fresh_connections() as http,
    ):
        for _ in range(3):
            await http.get(server.origin)
    assert server.connections == 3


async def test_a_cancelled_submission_is_not_repeated() -> None:
    slow = {**TIMEOUTS, "submit": Timeout(2, 10, 10)}
    async with fault_server(SILENCE) as server, client_of(server.base_url, timeouts=slow) as client:
        submitting = asyncio.create_task(client.submit(S2V))
        await in_time(server.reached.wait())
        submitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitting
    assert len(server.requests) == 1


async def test_the_absurd_timeouts_of_these_tests_are_long_enough_for_a_good_answer() -> None:
    async with (
        fault_server(ACCEPTED) as server,
        client_of(server.base_url, timeouts={**TIMEOUTS, "submit": ABSURDLY_SHORT}) as client,
    ):
        assert await client.submit(S2V) == "t-1"
