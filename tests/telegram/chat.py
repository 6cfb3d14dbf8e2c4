"""The local Telegram, as these tests use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import ASGIApp, Message, Receive, Scope, Send, serve
from bot.sandbox.telegram.app import create_telegram_app

Json = dict[str, Any]

TOKEN = SecretStr("4242:AAH-local-sandbox-token-000000000000")
PRIVATE = 7_001


class Telegram:
    """A served local Telegram: its faults, and a person's hands and eyes."""

    def __init__(
        self, base_url: str, faults: FaultBoard, person: httpx.AsyncClient, slow: SlowAnswers
    ) -> None:
        self.base_url = base_url
        self.faults = faults
        self._person = person
        self._slow = slow

    async def post(self, path: str, body: Json | None = None) -> Json:
        """One request to the person's side."""
        response = await self._person.post(f"/sim{path}", json=body or {})
        assert response.is_success, response.text
        answer: Json = response.json()
        return answer

    async def say(self, text: str, chat_id: int = PRIVATE) -> int:
        """Send a text to the bot; the update's id."""
        answer = await self.post(f"/chats/{chat_id}/messages", {"text": text})
        return int(answer["update_id"])

    async def show(self, chat_id: int = PRIVATE) -> Json:
        """Send a photo; the message."""
        answer = await self.post(
            f"/chats/{chat_id}/messages", {"kind": "photo", "sample": "portrait"}
        )
        message: Json = answer["message"]
        return message

    async def delete(self, message_id: int, chat_id: int = PRIVATE) -> None:
        """Delete a message."""
        response = await self._person.delete(f"/sim/chats/{chat_id}/messages/{message_id}")
        assert response.is_success, response.text

    async def seen(self, chat_id: int = PRIVATE) -> list[Json]:
        """What the bot wrote, as the person sees it, without deleted messages."""
        response = await self._person.get(f"/sim/chats/{chat_id}/messages")
        messages: list[Json] = response.json()["messages"]
        return [m for m in messages if m["from"]["is_bot"] and not m.get("deleted")]

    async def calls(self, method: str) -> list[Json]:
        """The calls of one method that reached the server's code."""
        response = await self._person.get("/sim/outbox", params={"method": method})
        calls: list[Json] = response.json()["calls"]
        return calls

    def fault(self, match: str, kind: str, times: int | None = 1, **params: Any) -> None:
        """Switch a fault on."""
        self.faults.add("telegram", match, kind, times=times, params=params)

    def answer_late(self, method: str, seconds: float) -> None:
        """Do what this method asks at once, answer that much later."""
        self._slow.method, self._slow.seconds = method, seconds


class SlowAnswers:
    """Around the local Telegram: does everything at once, answers some paths late."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.method = ""
        self.seconds = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(self.seconds)
            await send(message)

        slow = self.method and str(scope.get("path", "")).endswith(self.method)
        await self._app(scope, receive, late if slow else send)


@asynccontextmanager
async def local_telegram(port: int = 0) -> AsyncIterator[Telegram]:
    """A fresh one with one person, whose private chat is `PRIVATE`."""
    faults, clock = FaultBoard(), SystemClock()
    app = SlowAnswers(create_telegram_app(Journal(clock), faults, clock=clock, page_directory=None))
    async with (
        serve(app, port=port) as base_url,
        httpx.AsyncClient(base_url=base_url, verify=False) as person,
    ):
        telegram = Telegram(base_url, faults, person, app)
        await telegram.post("/people", {"first_name": "Ada", "user_id": PRIVATE})
        yield telegram
