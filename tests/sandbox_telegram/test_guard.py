"""No other website reaches a local server, whatever it asks for and however it asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from bot.clock import SystemClock
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.faults import FaultBoard
from bot.sandbox.guard import FILE_POLICY, PAGE_POLICY
from bot.sandbox.journal import Journal
from bot.sandbox.telegram.app import create_telegram_app
from tests.support.local_telegram import LocalTelegram

Headers = dict[str, str]
Answer = tuple[int, Headers]

HOSTS = ("127.0.0.1:8081", "localhost", "evil.example", "127.0.0.1.evil.example:8081", "")
STRANGE_HOSTS = ("localhost:80@evil.example", "127.0.0.1:8081:80", "[::1]:8081", "localhost.", "0")
ORIGINS = (
    None,
    "http://127.0.0.1:8081",
    "http://localhost",
    "https://localhost",
    "http://localhost:3000",
    "https://evil.example",
    "null",
)
SITES = (None, "same-origin", "none", "same-site", "cross-site", "new")


def ours(headers: Headers) -> bool:
    host, origin = headers["host"], headers.get("origin")
    return (
        host in HOSTS[:2]
        and origin in (None, f"http://{host}")
        and headers.get("sec-fetch-site") in (None, "same-origin", "none")
    )


def requests() -> Iterator[Headers]:
    for host, origin, site in itertools.product((*HOSTS, *STRANGE_HOSTS), ORIGINS, SITES):
        said = {"host": host, "origin": origin, "sec-fetch-site": site}
        yield {name: value for name, value in said.items() if value is not None}


def ways(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Each verb and path that is served; WS for a stream of events."""
    for route in routes:
        path = before + re.sub(r"\{.*?\}", "1", getattr(route, "path", ""))
        if isinstance(route, Mount):
            yield from ways(route.routes, path) if route.routes else [("GET", f"{path}/")]
        elif isinstance(route, WebSocketRoute):
            yield "WS", path
        elif isinstance(route, Route):
            yield from ((method, path) for method in sorted(route.methods or ()))


async def asked(app: ASGIApp, method: str, path: str, headers: Headers) -> Answer:
    """The status (403 also for a refused WebSocket) and the headers of the answer."""
    kind = "websocket" if method == "WS" else "http"
    arriving = iter([{"type": f"{kind}.{'connect' if kind == 'websocket' else 'request'}"}])
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "root_path": "", "query_string": b""}
    scope |= {"headers": raw, "scheme": "ws" if kind == "websocket" else "http"}
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(arriving, {"type": f"{kind}.disconnect"})

    async def send(message: Any) -> None:
        told.append(message)

    await app(scope, receive, send)
    first = told[0]
    if kind == "websocket":
        return (101 if first["type"] == "websocket.accept" else 403), {}
    return first["status"], {k.decode(): v.decode() for k, v in first.get("headers", ())}


@pytest.fixture
async def servers() -> AsyncIterator[dict[str, Any]]:
    clock = SystemClock()
    journal, faults = Journal(clock), FaultBoard()
    provider = create_dashscope_app(journal, faults, clock=clock, find_faces=lambda _: [])
    telegram = create_telegram_app(journal, faults, clock=clock, provider_control=provider.control)
    yield {"telegram": telegram, "provider": provider.app}
    await telegram.state.world.close()
    await provider.provider.close()


@pytest.mark.parametrize("which", ["telegram", "provider"])
async def test_no_route_answers_another_origin(servers: dict[str, Any], which: str) -> None:
    app = servers[which]
    foreign = [headers for headers in requests() if not ours(headers)]
    served = list(ways(app.routes))
    assert len(served) > 20
    for (method, path), headers in itertools.product(served, foreign):
        status, said = await asked(app, method, path, headers)
        assert status == 403, (method, path, headers)
        assert method == "WS" or said["content-security-policy"] == FILE_POLICY


@pytest.mark.parametrize("which", ["telegram", "provider"])
async def test_every_answer_says_what_it_may_do_in_a_browser(
    servers: dict[str, Any], which: str
) -> None:
    for method, path in ways(servers[which].routes):
        status, said = await asked(servers[which], method, path, {"host": "localhost:8081"})
        assert status != 403 or path.startswith(("/api/", "/results/")), path
        if method != "WS":
            policy = PAGE_POLICY if path == "/" else FILE_POLICY
            assert said["x-content-type-options"] == "nosniff", path
            assert said["content-security-policy"] == policy, path


async def test_our_own_page_and_programs_are_let_in(servers: dict[str, Any]) -> None:
    for headers in filter(ours, requests()):
        for method, path in (("GET", "/sim/state"), ("GET", "/"), ("WS", "/sim/events")):
            status, _ = await asked(servers["telegram"], method, path, headers)
            assert status in (101, 200), (path, headers)


async def test_a_web_page_that_was_sent_as_a_file_runs_nothing(telegram: LocalTelegram) -> None:
    body = {"kind": "document", "mime_type": "text/html", "file_name": "page.html"}
    file = {"file": ("page.html", b"<script>alert(1)</script>")}
    path = f"/sim/chats/{telegram.chat_id}/messages"
    sent = (await telegram.http.post(path, data=body, files=file)).json()["message"]
    shown = await telegram.http.get(f"/sim/files/{sent['document']['file_id']}")
    assert shown.headers["content-security-policy"] == FILE_POLICY
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "script-src" not in FILE_POLICY


def test_the_page_needs_nothing_that_its_policy_forbids() -> None:
    page = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
    source = (page / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?! type=\"module\" src=)|<style|\sstyle=|\son\w+=", source)
