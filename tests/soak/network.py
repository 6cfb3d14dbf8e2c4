"""The network between the bot and the local services: in one process, slow, and bad at times."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextvars import Context
from typing import TypeVar

import httpx
from starlette.types import ASGIApp

from bot.sandbox.faults import ANY, FaultBoard, Side
from bot.sandbox.server import DASHSCOPE_PORT, TELEGRAM_PORT
from tests.support.chats import Json

Choice = TypeVar("Choice")
Weighted = Sequence[tuple[int, Choice]]

Fault = tuple[str, Json]
"""A kind of `bot.sandbox.faults`, or of the network; its parameters."""

Shown = tuple[int, int]
"""A message: its chat and its number."""

_UNWRITTEN_SECONDS = 15.0
_YEAR_SECONDS = 365 * 24 * 3600

_LINE: Weighted[Fault] = (
    (30, ("no connection", {})),
    (15, ("lost before", {})),
    (15, ("lost after", {})),
)
_TELEGRAM: Weighted[Fault] = (
    *_LINE,
    (5, ("rate_limit", {"retry_after": 3})),
    (2, ("rate_limit", {"retry_after": 222})),
    *((2, (kind, {})) for kind in ("malformed", "html", "empty", "status", "error_after")),
)
_WORDS = "not enough rights", "wrong", "TOPIC_CLOSED", "message to edit not found", "wrong file_id"
_REFUSALS: Weighted[Fault] = (
    *_TELEGRAM,
    (2, ("status", {"code": 401})),
    (1, ("forbidden", {})),
    *((1, ("bad_request", {"description": words})) for words in _WORDS),
)
_POLL: Weighted[Fault] = (*_TELEGRAM, (6, ("conflict", {})))
_PROVIDER: Weighted[Fault] = (
    *_LINE,
    *((2, (kind, {})) for kind in ("malformed", "html", "empty", "error_after")),
    *((2, (kind, {})) for kind in ("unknown_state", "usage_missing", "verdict", "truncated")),
    (5, ("code", {"http": 429, "code": "Throttling.RateQuota"})),
    (2, ("code", {"http": 503, "code": "ModelUnavailable"})),
    *(
        (1, ("code", {"http": 400, "code": code}))
        for code in ("Arrearage", "InvalidParameter", "InvalidFile.Format", "InvalidURL.Timeout")
    ),
    *(
        (1, ("task_fails", {"code": code, "after_seconds": 20}))
        for code in (None, "InternalError", "InternalError.Timeout", "DataInspectionFailed")
    ),
)
_BAD_DAYS = {"getUpdates": _POLL, "getMe": _LINE, ANY: _PROVIDER}
_CHAT = re.compile(rb'chat_id(?:=|"\r\n\r\n)(-?\d+)')


class Chance:
    """Everything random in a soak; `injected` counts what was made to go wrong, by name."""

    def __init__(self, seed: int, faults: float) -> None:
        self.dice = random.Random(seed)
        self.faults = faults
        self.certain: set[str] = set()
        """What always goes wrong."""
        self.injected: Counter[str] = Counter()

    def goes_wrong(self, where: str) -> bool:
        """Whether this call is one of the unlucky ones."""
        unlucky = self.dice.random() < self.faults or where in self.certain
        self.injected[where] += unlucky
        return unlucky

    def one_of(self, choices: Weighted[Choice]) -> Choice:
        """One of them, by weight."""
        weights = [weight for weight, _ in choices]
        return self.dice.choices([choice for _, choice in choices], weights)[0]

    def latency_seconds(self, longest: float) -> float:
        """How long a call takes: often nothing to speak of."""
        return 0.0 if self.dice.random() < 0.3 else self.dice.uniform(0.02, longest)


class Network(httpx.AsyncBaseTransport):
    """In the place of every socket of the bot; a request is served also when its sender died."""

    def __init__(
        self, apps: Mapping[int, ASGIApp], faults: FaultBoard, chance: Chance, unheard: set[Shown]
    ) -> None:
        self._ways = {port: httpx.ASGITransport(app) for port, app in apps.items()}
        self._faults = faults
        self._chance = chance
        self._just_heard: deque[tuple[float, Shown]] = deque(maxlen=100)
        self._updates: deque[Json] = deque(maxlen=300)
        self.unheard = unheard
        """Messages of which the bot may not know that they are there, or read so."""
        self.calls: Counter[str] = Counter()
        self.once_closed: set[int] = set()
        """Chats that ever refused the bot for good."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx: answered by the service, or by bad luck."""
        await request.aread()
        answer = await asyncio.shield(asyncio.create_task(self._served(request), context=Context()))
        if isinstance(answer, httpx.HTTPError):
            raise answer
        await asyncio.sleep(self._chance.latency_seconds(1.0))
        self._heard(answer)
        body = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=body)

    def died(self) -> None:
        """The bot died: what it heard just now it may not have written down."""
        since = asyncio.get_running_loop().time() - _UNWRITTEN_SECONDS
        self.unheard |= {shown for at, shown in self._just_heard if at >= since}

    async def _served(self, request: httpx.Request) -> httpx.Response | httpx.HTTPError:
        called = _called(request)
        self.calls[called] += 1
        await asyncio.sleep(self._chance.latency_seconds(1.0))
        kind, params = "", Json()
        if self._chance.goes_wrong(called):
            kind, params = self._chance.one_of(_BAD_DAYS.get(called, _REFUSALS))
        if kind == "no connection":
            return httpx.ConnectError(kind)
        if kind == "lost before":
            return httpx.ReadError(kind)
        if kind not in ("", "lost after", "truncated"):
            side: Side = "provider" if called == ANY else "telegram"
            self._faults.add(side, called, kind, params=params)
        response = await self._ways[request.url.port or 0].handle_async_request(request)
        await response.aread()
        self._note(request, response)
        if called == "getUpdates" and response.is_success and not kind:
            response = self._disordered(response)
        if kind == "truncated" and request.url.path.endswith(".mp4"):
            return httpx.Response(200, content=b"truncated")
        return httpx.ReadError(kind) if kind == "lost after" else response

    def _disordered(self, response: httpx.Response) -> httpx.Response:
        """Now and then updates are out of order, from the future, or there once more."""
        updates: list[Json] = response.json()["result"]
        for message in [update["message"] for update in updates if "message" in update]:
            message["date"] += _YEAR_SECONDS * self._chance.goes_wrong("date in the future")
        if updates and self._updates and self._chance.goes_wrong("updates repeated"):
            updates.append(self._chance.dice.choice(self._updates))
        if len(updates) > 1 and self._chance.goes_wrong("updates out of order"):
            updates.reverse()
        self._updates.extend(updates)
        return httpx.Response(200, json={"ok": True, "result": updates})

    def _note(self, request: httpx.Request, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.FORBIDDEN and request.url.port == TELEGRAM_PORT:
            self.once_closed |= {int(chat_id) for chat_id in _CHAT.findall(request.content)}

    def _heard(self, response: httpx.Response) -> None:
        if shown := _shown(response):
            self.unheard.discard(shown)
            self._just_heard.append((asyncio.get_running_loop().time(), shown))


def _called(request: httpx.Request) -> str:
    """A method of the Bot API, or anything of the provider."""
    if request.url.port == DASHSCOPE_PORT:
        return ANY
    path = request.url.path
    return "download" if path.startswith("/file/") else path.rpartition("/")[2]


def _shown(response: httpx.Response) -> Shown | None:
    """The message in an answer that can be read."""
    if b'"message_id"' not in response.content[:40]:
        return None
    try:
        message = json.loads(response.content)["result"]
    except ValueError:
        return None
    return message["chat"]["id"], message["message_id"]
