"""The wire: one HTTP request, one answer, and exact names for the ways of getting none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.dashscope.answer import Answer
from bot.dashscope.errors import NotSent, TryAgain
from bot.dashscope.provider_clock import ProviderClock
from bot.dashscope.timeouts import Timeout
from bot.http_client import HttpClient

logger = logging.getLogger(__name__)

ANSWER_LIMIT_BYTES = 8 * 1024 * 1024
"""No answer in JSON is anywhere near as long; what is longer is not read."""

NOTHING_SENT = (
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

LOST = (httpx.RequestError, TimeoutError)
"""All other failures of a call; the TimeoutError is that of the whole call."""


@contextmanager
def named_failures(call: str) -> Iterator[None]:
    """Turn httpx's exceptions into `NotSent` and `TryAgain`."""
    try:
        yield
    except NOTHING_SENT as error:
        raise NotSent(f"{call}: no connection ({_described(error)})") from error
    except LOST as error:
        raise TryAgain(f"{call}: no answer ({_described(error)})") from error


class Wire:
    """Sends requests with one HTTP client; never repeats one, never follows a redirection."""

    def __init__(
        self, http: HttpClient, *, clock: Clock, provider_clock: ProviderClock, api_key: SecretStr
    ) -> None:
        self._http = http
        self._clock = clock
        self._provider_clock = provider_clock
        self._api_key = api_key

    async def ask(
        self,
        call: str,
        method: str,
        url: str | httpx.URL,
        *,
        timeout: Timeout,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Answer:
        """Make one request and read its answer, whatever its status.

        Raises `NotSent` when no byte left, `TryAgain` when no complete answer came.
        """
        request = self._http.build_request(
            method,
            url,
            headers=headers,
            params=params,
            json=json,
            data=data,
            files=files,
            timeout=timeout.as_httpx(),
        )
        with named_failures(call):
            async with asyncio.timeout(timeout.total_seconds):
                return await self._answer(call, request)

    async def _answer(self, call: str, request: httpx.Request) -> Answer:
        started = self._clock.steady_seconds()
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            body = await _bounded(call, response)
        finally:
            await response.aclose()
        milliseconds = round((self._clock.steady_seconds() - started) * 1000)
        logger.debug("dashscope %s: %d in %d ms", call, response.status_code, milliseconds)
        answer = Answer(
            call=call,
            status=response.status_code,
            body=body,
            received_at_milliseconds=self._provider_clock.now_milliseconds(),
            retry_after=response.headers.get("retry-after"),
            secret=self._api_key.get_secret_value(),
        )
        if answer.request_id is not None:  # the provider's own, not that of a proxy in between
            self._provider_clock.hear(response.headers.get("date"))
        return answer


async def _bounded(call: str, response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise TryAgain(f"{call}: {response.status_code} with an endless answer")
    return bytes(body)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
