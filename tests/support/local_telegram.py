"""A local Telegram on a real socket, with a bot's and people's hands."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from bot.sandbox.telegram.app import create_telegram_app
from bot.sandbox.telegram.world import MediaLimits
from tests.support.bot_api import BotApi, Json
from tests.support.clock import FakeClock
from tests.support.credentials import TOKEN

PRIVATE = 7_001
"""The first person, and the private chat with them."""


class LocalTelegram(BotApi):
    """The server and both sides' calls; the first person is `PRIVATE`."""

    def __init__(self, url: str, clock: FakeClock, faults: FaultBoard, journal: Journal) -> None:
        super().__init__(url)
        self.url = url
        self.clock = clock
        self.faults = faults
        self.journal = journal
        self.person: Json = {}

    chat_id = PRIVATE

    async def send(self, text: str, **params: Any) -> Json:
        """The bot writes to the first person."""
        sent: Json = await self.call("sendMessage", chat_id=self.chat_id, text=text, **params)
        return sent

    async def sim(self, verb: str, path: str, body: Any = None) -> httpx.Response:
        """A request of the people's side."""
        return await self.http.request(verb, f"/sim{path}", json=body)

    async def post(self, path: str, body: Any = None) -> Json:
        """The answer to a request of theirs that must succeed."""
        answer = await self.sim("POST", path, body or {})
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    async def new_person(self, first_name: str, **fields: Any) -> Json:
        """Somebody joins."""
        return await self.post("/people", {"first_name": first_name} | fields)

    async def new_group(self, *members: Json, **fields: Any) -> Json:
        """Some people open a group."""
        body = {"title": "Friends", "members": [m["user_id"] for m in members]} | fields
        return await self.post("/groups", body)

    async def write(
        self, text: str = "", chat_id: int = PRIVATE, *, author: int | None = None, **fields: Any
    ) -> Json:
        """A person writes; the answer with update_id and message."""
        return await self.post(
            f"/chats/{chat_id}/messages", {"text": text, "from": author} | fields
        )

    async def say(self, text: str, chat_id: int = PRIVATE) -> int:
        """A person writes; the update's id."""
        return int((await self.write(text, chat_id))["update_id"])

    async def show(self, chat_id: int = PRIVATE) -> Json:
        """A person sends a photo; the message."""
        message: Json = (await self.write("", chat_id, kind="photo", sample="portrait"))["message"]
        return message

    async def views(self, chat_id: int = PRIVATE) -> list[Json]:
        """The chat as the person sees it."""
        views: list[Json] = (await self.sim("GET", f"/chats/{chat_id}/messages")).json()["messages"]
        return views

    async def seen(self, chat_id: int = PRIVATE) -> list[Json]:
        """What the bot wrote there, without deleted messages."""
        own, views = int(TOKEN.partition(":")[0]), await self.views(chat_id)
        return [m for m in views if m["from"]["id"] == own and not m["deleted"]]

    async def calls(self, method: str) -> list[Json]:
        """The calls of one method that reached the server's code."""
        answer = await self.http.get("/sim/outbox", params={"method": method})
        calls: list[Json] = answer.json()["calls"]
        return calls

    def fault(self, match: str, kind: str, times: int | None = 1, **params: Any) -> None:
        """Something goes wrong, once or as often as told."""
        self.faults.add("telegram", match, kind, times=times, params=params)


@asynccontextmanager
async def local_telegram(
    *,
    port: int = 0,
    clock: FakeClock | None = None,
    limits: MediaLimits | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[LocalTelegram]:
    """A served local Telegram with one person, Ann."""
    clock = clock or FakeClock(time.time_ns() // 1_000_000, rate=1.0, jumps=False)
    journal, faults = Journal(clock), FaultBoard()
    app = create_telegram_app(journal, faults, clock=clock, media_limits=limits)
    async with serve(app, port=port, tls=tls) as url:
        telegram = LocalTelegram(url, clock, faults, journal)
        async with telegram.http:
            telegram.person = await telegram.new_person("Ann", username="ann", user_id=PRIVATE)
            yield telegram
