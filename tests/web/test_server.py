"""The bot's port."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack, closing, suppress

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import http_server
from bot.config.sentences import SettingsInvalid
from bot.web import server
from bot.web.server import serving
from tests.support.deadlines import deadline, in_time


async def _caller(request: Request) -> Response:
    assert request.client is not None
    return PlainTextResponse(request.client.host)


ROUTES = [Route("/caller", _caller)]


async def test_what_is_served_is_gone_afterwards(port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(timeout=deadline()) as http:
        async with serving(ROUTES, port):
            assert (await http.get(f"{url}/caller")).status_code == 200
            assert (await http.get(url)).status_code == 404
        with pytest.raises(httpx.ConnectError):
            await http.get(f"{url}/caller")


async def test_a_caller_is_who_is_at_the_other_end_whatever_a_header_says(port: int) -> None:
    said = {"X-Forwarded-For": "10.1.1.1", "Forwarded": "for=10.1.1.1"}
    async with serving(ROUTES, port), httpx.AsyncClient(timeout=deadline()) as http:
        answer = await http.get(f"http://127.0.0.1:{port}/caller", headers=said)
    assert answer.text == "127.0.0.1"


async def test_who_connects_and_asks_for_nothing_keeps_nobody_out(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "MOST_CONNECTIONS", 3)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        asked.set()
        await go_on.wait()
        return PlainTextResponse("done")

    async with serving([*ROUTES, Route("/slow", slow)], port), AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=deadline()))
        answer = asyncio.create_task(http.get(f"http://127.0.0.1:{port}/slow"))
        await in_time(asked.wait())
        readers = []
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.enter_context(closing(writer))
            writer.write(b"GET /caller HTT")
            readers.append(reader)
        for reader in readers[:18]:
            with suppress(ConnectionResetError):
                assert await in_time(reader.read()) == b""
        assert not readers[-1].at_eof()
        assert (await http.get(f"http://127.0.0.1:{port}/caller")).status_code == 200
        go_on.set()
        assert (await in_time(answer)).text == "done"


async def test_what_is_no_request_cannot_fill_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(ROUTES, port):
        for said in (b"\x16\x03\x01\r\n\r\n", b"GET /caller HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with closing(writer):
                writer.write(said)
                assert b" 400 " in await in_time(reader.readline())
    assert [one for one in caplog.records if one.levelno > logging.INFO] == []


async def test_a_port_that_is_taken_is_said_with_what_to_do(taken_port: int) -> None:
    with pytest.raises(
        SettingsInvalid, match=rf"^Port {taken_port} .* stop what listens there, or"
    ):
        async with serving(ROUTES, taken_port):
            pass


async def test_a_port_without_the_right_to_it_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_host: str, _port: int) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(server, "listener_on", refuse)
    with pytest.raises(SettingsInvalid, match="set HTTP_PORT to one from 1024 up"):
        async with serving(ROUTES, 80):
            pass
