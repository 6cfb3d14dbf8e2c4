"""Whatever a network does, a call ends in the one typed failure of its kind."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.dashscope.client import DashScope
from bot.dashscope.errors import (
    DashScopeError,
    NotCancellable,
    RequestRejected,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Unanswered,
)
from bot.dashscope.http import TIMEOUTS
from bot.http_client import HttpClient
from bot.telegram.api_calls import CallPolicy, Calls
from bot.telegram.connection import build_bot
from bot.telegram.errors import SendUnknown, TryAgain
from bot.telegram.files import Files
from bot.telegram.polling import Poller, PollFailed
from bot.telegram.rate_limits import RateLimiter
from tests.dashscope.fault_server import (
    ABSURDLY_SHORT,
    GARBAGE,
    KEY,
    LOST,
    S2V,
    Reply,
    answer,
    fault_server,
)
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.deadlines import in_time

_HTML = b"<html><title>Please sign in to this network</title></html>"


def page(status: int, **headers: str) -> bytes:
    return answer(_HTML, status=status, headers={"Content-Type": "text/html", **headers})


def stated(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode("latin-1") + body


PAGES: dict[str, Reply] = {
    f"a page with {status}": page(status)
    for status in (*range(200, 206), *range(400, 430), *range(500, 513), 599)
}
PLACES = (
    *("https://portal.test/login", "//", "http://[::1", "http://x:99999999/", "\xff\xfe", ""),
    *("file:///etc/passwd", "http://" + "a" * 300 + "/", "http://\xad/"),
)
REDIRECTIONS: dict[str, Reply] = {
    f"a redirection to {place!r}": page(302, Location=place) for place in PLACES
}
OTHERS: tuple[object, ...] = (
    *({"error": "forbidden"}, {"ok": False}, {"ok": True}, [], "no", None, 7),
    {"ok": False, "description": None, "error_code": "403"},
    {"ok": False, "description": "x", "error_code": 429, "parameters": [1]},
    {"ok": False, "description": "x", "error_code": 429, "parameters": {"retry_after": "soon"}},
)
STRANGERS: dict[str, Reply] = {
    f"another service's {status} for {body}": answer(body, status=status)
    for status in (200, 400, 401, 403, 404, 409, 429, 502)
    for body in OTHERS
}
BODIES: dict[str, Reply] = {
    "bytes that are no UTF-8": answer(b'{"ok": true, "result": "\xff\xfe\xfa'),
    "a number without end": answer(b'{"ok": true, "result": ' + b"9" * 10_000 + b"}"),
    "objects nested without end": answer(b'{"a":' * 100_000),
    "no gzip": answer(b"not compressed", headers={"Content-Encoding": "gzip"}),
    "half a gzip": answer(zlib.compress(_HTML)[:9], headers={"Content-Encoding": "deflate"}),
    "an unknown encoding": answer(b"\x00\x01", headers={"Content-Encoding": "br, zstd, x"}),
    "a wrong length": stated("200 OK\r\nContent-Length: 500", b"{}"),
    "two lengths": stated("200 OK\r\nContent-Length: 5\r\nContent-Length: 7", b"{}"),
    "no length at all": stated("200 OK\r\nContent-Length: many", b"{}"),
    "a chunk of no size": stated("200 OK\r\nTransfer-Encoding: chunked", b"zz\r\n{}\r\n"),
    "half a chunk": stated("200 OK\r\nTransfer-Encoding: chunked", b"ff\r\n{}"),
    "a header that is none": stated("200 OK\r\nno colon here"),
    "a header of nonsense": stated("200 OK\r\n\x00\x01: \x02"),
    "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    "a status that is none": stated("abc OK"),
    "other protocols": stated("101 Switching Protocols\r\nUpgrade: websocket"),
    "nothing but promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    "another version": b"HTTP/9.9 200 OK\r\nconnection: close\r\n\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x46\r\nconnection: close",
}
ANSWERS = {**GARBAGE, **LOST, **PAGES, **REDIRECTIONS, **STRANGERS, **BODIES}

SENDING = CallPolicy(None)
ASKING = CallPolicy(None, repeatable=True)


class TelegramSide:
    """Each kind of call to Telegram, and what it may fail with."""

    def __init__(self, origin: str, *, read_seconds: float) -> None:
        clock = FakeClock()
        self.http = HttpClient()
        self.http.timeout = read_seconds
        self.bot = build_bot(SECRET_TOKEN, origin, read_seconds=read_seconds)
        self.calls = Calls(RateLimiter(clock), clock)
        self.poller = Poller(self.bot, self.http)
        self.files = Files(bot=self.bot, http=self.http, clock=clock)

    @property
    def ways(self) -> dict[str, tuple[Callable[[], Awaitable[Any]], type[Exception]]]:
        bot, make = self.bot, self.calls.make
        return {
            "poll": (lambda: self.poller.fetch(None), PollFailed),
            "ask": (lambda: make(bot.get_me, None, ASKING), TryAgain),
            "send": (lambda: make(partial(bot.send_message, 7, "hi"), None, SENDING), Exception),
            "download": (lambda: self.files.download("AgAD"), TryAgain),
        }

    async def close(self) -> None:
        await self.http.aclose()
        await self.bot.request.shutdown()


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
async def test_what_telegram_did_not_say_is_never_taken_for_its_refusal(
    reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling._ANSWER_MARGIN_SECONDS", 0.05)
    async with fault_server(reply) as server:
        side = TelegramSide(server.origin, read_seconds=0.05)
        for name, (call, failure) in side.ways.items():
            with pytest.raises(failure) as caught:
                await in_time(call())
            assert name != "send" or isinstance(caught.value, SendUnknown | TryAgain)
            assert SECRET_TOKEN.get_secret_value() not in str(caught.value)
        await side.close()


PASSING = (Unanswered, SubmitUnknown, NotCancellable)


def is_elsewhere(said: DashScopeError) -> bool:
    if isinstance(said, ServiceStopped):
        return said.cause is StopCause.ADDRESS
    return isinstance(said, RequestRejected) and " 413 " in str(said)


def bytes_of(reply: Reply) -> bytes:
    return reply if isinstance(reply, bytes) else b""


ODD = {name: reply for name, reply in ANSWERS.items() if b"request_id" not in bytes_of(reply)}


@pytest.mark.parametrize("reply", ODD.values(), ids=ODD)
async def test_what_the_provider_did_not_say_is_never_taken_for_its_refusal(
    reply: Reply, tmp_path: Path
) -> None:
    async with fault_server(reply) as server, HttpClient() as http:
        client = DashScope(
            http,
            base_url=server.base_url,
            api_key=SecretStr(KEY),
            clock=SystemClock(),
            timeouts=dict.fromkeys(TIMEOUTS, ABSURDLY_SHORT),
        )
        for call in (
            lambda: client.submit(S2V),
            lambda: client.query("t-1"),
            lambda: client.list_tasks("wan2.2-s2v"),
            lambda: client.cancel("t-1"),
            lambda: client.detect("wan2.2-s2v-detect", "https://x/"),
            lambda: client.upload("wan2.2-s2v", "photo.jpg", b"photo"),
        ):
            with pytest.raises(DashScopeError) as caught:
                await in_time(call())
            said = caught.value
            assert isinstance(said, PASSING) or is_elsewhere(said), (reply, said)
        with suppress(DashScopeError):
            await in_time(client.download(server.base_url + "/v.mp4", tmp_path / "v.mp4"))
