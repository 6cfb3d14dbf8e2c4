"""Serving on loopback: any port, quick ends, dropped connections."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot import http_server
from bot.dashscope.provider_clock import http_date
from bot.sandbox.serving import Dropped, serve
from tests.support.clock import NOON_MILLISECONDS, FakeClock
from tests.support.deadlines import deadline, eventually


async def _hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def _never(request: Request) -> Response:
    request.app.state.waiting = True
    await asyncio.Event().wait()
    return PlainTextResponse("late")


async def _dropped(_request: Request) -> Response:
    return Dropped()


async def _listens(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("ready")
    await websocket.receive()


async def _poll_waits() -> bool:
    return bool(getattr(APP.state, "waiting", False))


APP = Starlette(
    routes=[
        Route("/", _hello),
        Route("/never", _never),
        Route("/dropped", _dropped, methods=["POST"]),
        WebSocketRoute("/listens", _listens),
    ]
)


async def test_an_app_is_served_on_a_free_port_and_gone_afterwards() -> None:
    async with serve(APP) as url, httpx.AsyncClient(timeout=deadline()) as http:
        assert (await http.get(url)).text == "hello"
    async with httpx.AsyncClient(timeout=deadline()) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


async def test_every_answer_carries_the_date_of_the_servers_clock() -> None:
    async with serve(APP, clock=FakeClock()) as url, httpx.AsyncClient(timeout=deadline()) as http:
        for path in ("/", "/unknown"):
            answer = await http.get(f"{url}{path}")
            assert http_date(answer.headers["date"]) == NOON_MILLISECONDS


async def test_a_given_port_is_used_and_free_again_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for _ in range(2):
        async with serve(APP, port=port) as url, httpx.AsyncClient(timeout=deadline()) as http:
            assert url == f"http://127.0.0.1:{port}"
            assert (await http.get(url)).status_code == 200


async def test_a_taken_port_is_an_os_error() -> None:
    async with serve(APP) as url:
        with pytest.raises(OSError, match="in use"):
            async with serve(APP, port=int(url.rpartition(":")[2])):
                pass


async def test_open_long_polls_and_web_sockets_do_not_hold_up_the_end() -> None:
    async with httpx.AsyncClient(timeout=deadline()) as http:
        async with serve(APP) as url:
            poll = asyncio.create_task(http.get(f"{url}/never"))
            await eventually(_poll_waits)
            listener = await websockets.connect(url.replace("http", "ws") + "/listens")
            assert await listener.recv() == "ready"
            began = time.monotonic()
        assert time.monotonic() - began < deadline()
        assert (await poll).status_code == 503
        await listener.close()


async def test_a_dropped_connection_is_closed_without_an_answer() -> None:
    async with serve(APP) as url, httpx.AsyncClient(timeout=deadline()) as http:
        with pytest.raises(httpx.TransportError):
            await http.post(f"{url}/dropped", content=b"x" * 1000)
        assert (await http.get(url)).text == "hello"


async def test_an_app_that_does_not_start_is_said_so() -> None:
    @contextlib.asynccontextmanager
    async def broken(_app: Starlette) -> AsyncIterator[None]:
        raise ValueError("no disk")
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(Starlette(lifespan=broken)):
            pass


async def test_answers_do_not_wait_for_delayed_acknowledgements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent_at_once, connected = list[int](), H11Protocol.connection_made

    def look(protocol: H11Protocol, transport: Any) -> None:
        line = transport.get_extra_info("socket")
        sent_at_once.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        connected(protocol, transport)

    monkeypatch.setattr(H11Protocol, "connection_made", look)
    async with serve(APP) as url, httpx.AsyncClient(timeout=deadline()) as http:
        await http.get(url)
    assert sent_at_once == [1]


@pytest.mark.sampled(every=5)
@pytest.mark.parametrize("turns", range(6))
async def test_who_arrives_while_it_ends_is_let_go_as_well(turns: int) -> None:
    with socket.socket() as caller:
        async with serve(APP) as address:
            caller.connect(("127.0.0.1", int(address.rpartition(":")[2])))
            for _ in range(turns):
                await asyncio.sleep(0)
        gc.collect()
        await asyncio.sleep(0)
        caller.setblocking(False)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.get_running_loop().sock_recv(caller, 1) == b""


def test_a_connection_is_kept_longer_than_a_client_uses_it_again() -> None:
    kept_seconds = httpx.Limits().keepalive_expiry
    assert kept_seconds is not None
    assert 2 * kept_seconds < http_server.KEEP_ALIVE_SECONDS
