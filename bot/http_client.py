"""The HTTP client of everything here: whatever the network does is one of httpx's exceptions.

httpx names the failures that it expects and lets the others through: a garbled TLS record is an
`ssl.SSLError`, a connection that ends within a TLS write an `anyio.EndOfStream`, a redirection to
nonsense a ValueError. Whoever handles `httpx.HTTPError` would be ended by one.

Requests that carry a name are counted, with their errors and how long they took.
"""

from __future__ import annotations

import asyncio
import bisect
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import anyio
import httpx

from bot.network import Proxies, proxy, tls

_UNNAMED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    RecursionError,
    httpx.InvalidURL,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
)
"""What sockets, TLS and the parsers under httpx raise; `ssl.SSLError` is an OSError."""


NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Raised before the first byte of the request: no connection, no TLS, no tunnel, no free place.

A reset or a write error is not among them: on a connection kept alive from an earlier call it
mostly means that nothing arrived, but it cannot be told from a request that was acted upon.
"""

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class HttpClient(httpx.AsyncClient):
    """`httpx.AsyncClient`, whose requests and answers raise `httpx.HTTPError` and nothing else.

    Without `trust_env` it knows no proxy and no authority that the environment names.
    """

    def __init__(self, *, trust_env: bool = True, **options: Any) -> None:
        self._made_with = {"trust_env": trust_env, **options}
        if trust_env and options.get("transport") is None:
            options["transport"] = _Ways(options.get("limits"))
        super().__init__(trust_env=False, **{"timeout": _TIMEOUT, **options})
        self._cookies = _NoCookies()

    @asynccontextmanager
    async def on_fresh_connections(self) -> AsyncIterator[HttpClient]:
        """One like it that opens a connection for each request; itself where somebody else's
        transport is used, which is not ours to close.
        """
        if self._made_with.get("transport") is not None:
            yield self
            return
        limits = httpx.Limits(max_keepalive_connections=0)
        async with HttpClient(**{**self._made_with, "limits": limits}) as fresh:
            yield fresh

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """See httpx: every request goes this way, and is counted if it has a name."""
        now, status = asyncio.get_running_loop().time, None
        begun = now()
        try:
            with _named(request):
                response = await super().send(request, stream=stream, **options)
            status = response.status_code
        finally:
            _count(request.extensions, now() - begun, status)
        if stream:
            response.stream = _Body(response)
        return response


class _Ways(httpx.AsyncBaseTransport):
    """Directly, or through the proxy that the environment names for an address."""

    def __init__(self, limits: httpx.Limits | None) -> None:
        self._limits = limits or httpx.Limits(max_connections=100, max_keepalive_connections=20)
        self._proxies = Proxies.read()
        self._ways: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        written = self._proxies.of(request.url)
        if written not in self._ways:
            self._ways[written] = self._way(None if written is None else proxy(written))
        return await self._ways[written].handle_async_request(request)

    def _way(self, through: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=tls(), proxy=through, limits=self._limits)

    async def aclose(self) -> None:
        """See httpx."""
        for way in self._ways.values():
            await way.aclose()


class _NoCookies(httpx.Cookies):
    """Nobody here sets any; to look for them in each answer takes a tenth of its time."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """See httpx."""

    def set_cookie_header(self, request: httpx.Request) -> None:
        """See httpx."""


async def read_bounded(response: httpx.Response, most_bytes: int) -> bytes:
    """The body; of a longer one at least a byte more than that."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most_bytes:
            break
    return bytes(body)


_PART_BYTES = 64 * 1024


async def join_small_parts(request: httpx.Request) -> None:
    """The fields of a form go together: each would be written to the network by itself."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101
        request.stream = _Joined(request.stream)


class _Joined(httpx.AsyncByteStream):
    """The same bytes in larger parts."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        waiting = bytearray()
        async for part in self._stream:
            waiting += part
            if len(waiting) >= _PART_BYTES:
                yield bytes(waiting)
                waiting.clear()
        if waiting:
            yield bytes(waiting)


class _Body(httpx.AsyncByteStream):
    """What is left of an answer to be read."""

    def __init__(self, response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101
        self._stream = response.stream
        self._request = response.request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _named(self._request):
            async for chunk in self._stream:
                yield chunk

    async def aclose(self) -> None:
        with _named(self._request):
            await self._stream.aclose()


@contextmanager
def _named(request: httpx.Request) -> Iterator[None]:
    """A NetworkError, which says nothing of the phase.

    Failures to connect have names of their own: bytes of the request may have been sent.
    """
    try:
        yield
    except _UNNAMED as error:
        raise httpx.NetworkError(f"{type(error).__name__}: {error}", request=request) from error


BUCKETS = (1.0, 5.0, 30.0)
"""In which calls are counted: up to so many seconds until their answer began."""

OTHER = "other"
METHODS = {
    "telegram": frozenset(
        {
            *("getUpdates", "sendMessage", "sendVideo", "sendDocument", "editMessageText"),
            *("editMessageMedia", "deleteMessage", "answerCallbackQuery", "getFile", "download"),
            OTHER,
        }
    ),
    "provider": frozenset(
        {
            *("get_policy", "upload", "detect", "submit", "query", "list", "cancel", "download"),
            OTHER,
        }
    ),
}
"""All that is told apart, by service."""

REFUSED, LIMITED, FAILED = "refused", "limited", "failed"
ERRORS = (REFUSED, LIMITED, FAILED)
"""Answered with 4xx; with 429, too many; with 5xx, or not at all."""

_NAME = "call"


@dataclass(slots=True)
class CallTimes:
    """Of all calls of one method."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    """By bucket; the last one has no end."""
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


counted: dict[tuple[str, str], CallTimes] = {}
"""By service and method, since this process began."""


def named(service: str, method: str) -> dict[str, Any]:
    """The extensions of a request that is to be counted so."""
    return {_NAME: (service, method if method in METHODS[service] else OTHER)}


def _count(extensions: dict[str, Any], seconds: float, status: int | None) -> None:
    """A request that took so long was answered with that status, or not at all."""
    name = extensions.get(_NAME)
    if name is None:
        return
    times = counted.setdefault(name, CallTimes())
    times.counts[bisect.bisect_left(BUCKETS, seconds)] += 1
    times.seconds += seconds
    error = _error(status)
    if error is not None:
        times.errors[error] += 1


def _error(status: int | None) -> str | None:
    if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FAILED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return LIMITED
    return REFUSED if status >= HTTPStatus.BAD_REQUEST else None
