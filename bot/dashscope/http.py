"""One HTTP request and its answer: timeouts, headers, exact names for the ways to get none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.dashscope import fields
from bot.dashscope.error_codes import raising_for
from bot.dashscope.errors import DashScopeError, Throttled, Unanswered, Unsent
from bot.dashscope.provider_clock import ProviderClock, http_date
from bot.http_client import NEVER_LEFT, HttpClient, join_small_parts, named, read_bounded

logger = logging.getLogger(__name__)

ANSWER_LIMIT_BYTES = 8 * 1024 * 1024
"""No answer in JSON is anywhere near as long; what is longer is not read."""


@contextmanager
def named_failures(call: str) -> Iterator[None]:
    """Turn httpx's exceptions, and the TimeoutError of a whole call, into `Unsent` and
    `Unanswered`.
    """
    try:
        yield
    except NEVER_LEFT as error:
        raise Unsent(f"{call}: no connection ({_described(error)})") from error
    except (httpx.RequestError, TimeoutError) as error:
        raise Unanswered(f"{call}: no answer ({_described(error)})") from error


@dataclass(frozen=True, kw_only=True)
class Wire:
    """Sends requests with one HTTP client; never repeats one, never follows a redirection."""

    http: HttpClient
    clock: Clock
    provider_clock: ProviderClock
    api_key: SecretStr

    async def ask(
        self, call: str, method: str, url: str | httpx.URL, timeout: Timeout, **content: Any
    ) -> ProviderAnswer:
        """Make one request and read its answer, whatever its status; `content` is as httpx has it.

        Raises `Unsent` when no byte left, `Unanswered` when no complete answer came.
        """
        request = self.http.build_request(method, url, timeout=timeout.as_httpx(), **content)
        request.extensions |= named("provider", call)
        await join_small_parts(request)
        with named_failures(call):
            async with asyncio.timeout(timeout.total_seconds):
                return await self._answer(call, request)

    async def _answer(self, call: str, request: httpx.Request) -> ProviderAnswer:
        started = self.clock.steady_seconds()
        response = await self.http.send(request, stream=True, follow_redirects=False)
        try:
            body = await read_bounded(response, ANSWER_LIMIT_BYTES)
        finally:
            await response.aclose()
        if len(body) > ANSWER_LIMIT_BYTES:
            raise Unanswered(f"{call}: {response.status_code} with an endless answer")
        milliseconds = round((self.clock.steady_seconds() - started) * 1000)
        logger.debug("dashscope %s: %d in %d ms", call, response.status_code, milliseconds)
        answer = ProviderAnswer(
            call=call,
            status=response.status_code,
            body=body,
            received_at_milliseconds=self.provider_clock.now_milliseconds(),
            retry_after=response.headers.get("retry-after"),
            secret=self.api_key.get_secret_value(),
        )
        if answer.request_id is not None:  # the provider's own, not that of a proxy in between
            self.provider_clock.hear(response.headers.get("date"))
        return answer


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


LONGEST_WAIT_SECONDS = 3600.0
"""A longer wait that an answer asks for is absurd, and is ignored."""
CLIP_ID_CHARACTERS = 300
"""How much of a foreign body an exception may quote."""


@dataclass(frozen=True)
class ProviderAnswer:
    """One HTTP answer, read whole.

    `call` names what was asked, for exceptions and logs. `received_at_milliseconds` is by the
    provider's clock, as far as that is known. `secret` is cut out of every quotation: a
    proxy's error page may echo the request.
    """

    call: str
    status: int
    body: bytes
    received_at_milliseconds: int
    retry_after: str | None = None
    secret: str = field(default="", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Mapping[str, object] | None:
        """The JSON object; None when the body is anything else."""
        return fields.parse_object(self.body)

    @property
    def output(self) -> Mapping[str, object]:
        """The object at `output`, empty when there is none."""
        return fields.mapping(self.json or fields.EMPTY, "output")

    @property
    def request_id(self) -> str | None:
        """The provider's name for the call."""
        return self._text("request_id")

    @property
    def code(self) -> str | None:
        """The error code; gateways nest it, with the message."""
        return self._text("code") or self._text("code", "error")

    @property
    def message(self) -> str | None:
        """What the provider says about the error."""
        return self._text("message") or self._text("message", "error")

    def error(self) -> DashScopeError:
        """The exception that this answer, which is not `ok`, stands for."""
        spoken = bool(self.code or self.message or self.request_id)
        raising = raising_for(self.status, self.code, self.message, spoken=spoken)
        error = self.raised_as(raising)
        if isinstance(error, Throttled):
            error.retry_after_seconds = self.retry_after_seconds
        return error

    def raised_as(self, raising: Callable[..., DashScopeError], text: str = "") -> DashScopeError:
        """That exception, with the provider's words; `text` says more about the answer."""
        return raising(
            f"{self.call}: {self.status} {text}{self.clip}",
            code=self.code,
            message=self.message,
            request_id=self.request_id,
        )

    def garbage(self) -> Unanswered:
        """The exception for an answer that does not have the shape it should have."""
        text = f"{self.call}: {self.status} with an answer of unexpected shape: {self.clip}"
        return Unanswered(text, request_id=self.request_id)

    @property
    def clip(self) -> str:
        """The beginning of the body on one line, without the key."""
        words = " ".join(self._without_secret(self.body.decode("utf-8", "replace")).split())
        return words[:CLIP_ID_CHARACTERS] or "(empty)"

    @property
    def retry_after_seconds(self) -> float | None:
        """The Retry-After header (RFC 9110: seconds, or a date), neither negative nor absurd."""
        asked = self._asked_seconds()
        return asked if asked is not None and asked <= LONGEST_WAIT_SECONDS else None

    def _asked_seconds(self) -> float | None:
        written = (self.retry_after or "").strip()
        if written.isascii() and written.isdigit():
            return float(written)
        moment = http_date(written)
        if moment is None:
            return None
        return max(0.0, (moment - self.received_at_milliseconds) / 1000)

    def _text(self, key: str, inside: str | None = None) -> str | None:
        source = self.json or fields.EMPTY
        found = fields.text(fields.mapping(source, inside) if inside else source, key)
        return None if found is None else self._without_secret(found)[:CLIP_ID_CHARACTERS]

    def _without_secret(self, words: str) -> str:
        return words.replace(self.secret, "***") if self.secret else words


Headers = dict[str, str]

ASYNC: Headers = {"X-DashScope-Async": "enable"}
"""Due on submitting only: detection answers 403 when it is sent."""

_RESOLVE: Headers = {"X-DashScope-OssResourceResolve": "enable"}


def authorised(api_key: SecretStr) -> Headers:
    """The header that identifies the account.

    Raises ValueError, without naming the key, when it has characters that no key has: httpx and h11
    would otherwise quote it in their own exceptions.
    """
    key = api_key.get_secret_value()
    if not key or not all("!" <= character <= "~" for character in key):
        raise ValueError(
            "the DashScope API key is empty or has spaces or non-ASCII characters in it"
        )
    return {"Authorization": f"Bearer {key}"}


def resolving(*urls: str) -> Headers:
    """The header that makes the service look into its own temporary space, where one is needed."""
    return _RESOLVE if any(url.startswith("oss://") for url in urls) else {}


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait for a connection, for the next bytes, and for the whole call."""

    connect_seconds: float
    silence_seconds: float
    total_seconds: float

    def as_httpx(self) -> httpx.Timeout:
        """The part of it that httpx knows; the total is kept by our own caller."""
        return httpx.Timeout(self.silence_seconds, connect=self.connect_seconds)


TIMEOUTS: Mapping[str, Timeout] = {
    "get_policy": Timeout(10, 15, 30),
    "upload": Timeout(10, 60, 180),
    "detect": Timeout(10, 30, 45),
    "submit": Timeout(10, 60, 90),
    "query": Timeout(10, 15, 30),
    "list": Timeout(10, 20, 40),
    "cancel": Timeout(10, 15, 30),
    "download": Timeout(10, 30, 600),
}
"""Of each kind of call. Submitting waits long for its answer: giving up early there means having to
look for the task."""


_MARGIN = 1.1
"""Turns are this much further apart than they must be: the network delays some more than others."""


class EndpointRateLimiter:
    """Evenly spaced turns, first come first served.

    A turn is taken the moment it is asked for, without awaiting, so callers need no lock; the turn
    of a caller that is cancelled while it waits stays empty.
    """

    def __init__(self, clock: Clock, *, per_second: float) -> None:
        self._clock = clock
        self._interval_seconds = _MARGIN / per_second
        self._next_seconds = clock.steady_seconds()

    async def acquire(self) -> None:
        """Wait for the caller's turn."""
        now = self._clock.steady_seconds()
        start = max(now, self._next_seconds)
        self._next_seconds = start + self._interval_seconds
        if start > now:
            await self._clock.sleep(start - now)


CALLS_PER_SECOND = {"detect": 5, "submit": 5, "query": 20, "list": 20, "cancel": 20}
"""The provider's limits for an account with all its keys (DashScope docs: the models' rate limits;
asynchronous task management)."""
