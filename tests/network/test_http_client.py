"""Whatever is raised below httpx, a client raises `httpx.HTTPError`."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from bot.http_client import HttpClient

FAULTS = (
    ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]"),
    ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
    ConnectionResetError(104, "Connection reset by peer"),
    OSError(113, "No route to host"),
    TimeoutError(),
    anyio.BrokenResourceError(),
    anyio.ClosedResourceError(),
    anyio.EndOfStream(),
)


class Body(httpx.AsyncByteStream):
    """Some bytes, then a fault; or a fault when it is closed."""

    def __init__(self, reading: Exception | None = None, closing: Exception | None = None) -> None:
        self._reading = reading
        self._closing = closing

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"some"
        if self._reading is not None:
            raise self._reading

    async def aclose(self) -> None:
        if self._closing is not None:
            raise self._closing


def client(answer: Exception | Body) -> HttpClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, stream=answer)

    return HttpClient(transport=httpx.MockTransport(handle))


def named(fault: Exception) -> str:
    return type(fault).__name__


async def all_of(http: HttpClient, *, streamed: bool) -> bytes:
    if not streamed:
        return (await http.get("https://x/")).content
    async with http.stream("GET", "https://x/") as response:
        return await response.aread()


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_fault_at_any_time_is_one_of_httpx(fault: Exception, streamed: bool) -> None:
    for answer in (fault, Body(reading=fault), Body(closing=fault)):
        async with client(answer) as http:
            with pytest.raises(httpx.NetworkError) as caught:
                await all_of(http, streamed=streamed)
        assert caught.value.request.url == "https://x/"
        assert caught.value.__cause__ is fault


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_httpx_names_keeps_its_name(streamed: bool) -> None:
    """A failure to connect is proof that nothing was sent."""
    async with client(httpx.ConnectError("refused")) as http:
        with pytest.raises(httpx.ConnectError):
            await all_of(http, streamed=streamed)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_good_answer_is_read_whole(streamed: bool) -> None:
    async with client(Body()) as http:
        assert await all_of(http, streamed=streamed) == b"some"


class SomebodyElses(httpx.MockTransport):
    """Notes when it is closed."""

    is_closed = False

    async def aclose(self) -> None:
        self.is_closed = True


async def test_a_transport_that_was_handed_in_is_not_closed_with_fresh_connections() -> None:
    transport = SomebodyElses(lambda _: httpx.Response(200))
    async with HttpClient(transport=transport) as http:
        async with http.on_fresh_connections() as fresh:
            await fresh.get("https://x/")
        assert not transport.is_closed
        await http.get("https://x/")
