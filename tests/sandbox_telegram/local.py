"""A local Telegram on a real socket, with a bot's and a person's hands."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from bot.sandbox.telegram.app import create_telegram_app
from bot.sandbox.telegram.world import MediaLimits
from tests.support.clock import FakeClock

Json = dict[str, Any]

TOKEN = "4242:AAH-local-sandbox-token-000000000000"
OTHER_TOKEN = "777:AAH-local-sandbox-token-000000000000"


@dataclass
class LocalTelegram:
    """The server and both sides' calls."""

    url: str
    http: httpx.AsyncClient
    clock: FakeClock
    faults: FaultBoard
    journal: Journal
    person: Json = field(default_factory=dict)

    @property
    def chat_id(self) -> int:
        """The private chat with the first person."""
        return int(self.person["user_id"])

    async def raw(self, method: str, *, token: str = TOKEN, **params: Any) -> httpx.Response:
        """A Bot API call with a JSON body."""
        return await self.http.post(f"/bot{token}/{method}", json=params)

    async def ask(self, method: str, *, token: str = TOKEN, **params: Any) -> Json:
        """The answer of a call, good or bad."""
        answer: Json = (await self.raw(method, token=token, **params)).json()
        return answer

    async def call(self, method: str, *, token: str = TOKEN, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.ask(method, token=token, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, *, token: str = TOKEN, **params: Any) -> str:
        """The description of a call that must be refused."""
        answer = await self.ask(method, token=token, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def upload(self, method: str, files: dict[str, Any], **params: Any) -> Json:
        """The answer of a call with files."""
        response = await self.http.post(f"/bot{TOKEN}/{method}", data=params, files=files)
        answer: Json = response.json()
        return answer

    async def send(self, text: str, **params: Any) -> Json:
        """The bot writes to the first person."""
        sent: Json = await self.call("sendMessage", chat_id=self.chat_id, text=text, **params)
        return sent

    async def updates(self, offset: int = 0, timeout: int = 0) -> list[Json]:
        """One getUpdates."""
        found: list[Json] = await self.call("getUpdates", offset=offset, timeout=timeout)
        return found

    async def sim(self, verb: str, path: str, body: Any = None) -> httpx.Response:
        """A request of the person's side."""
        return await self.http.request(verb, f"/sim{path}", json=body)

    async def new_person(self, first_name: str, **fields: Any) -> Json:
        """Somebody joins."""
        person: Json = (
            await self.sim("POST", "/people", {"first_name": first_name} | fields)
        ).json()
        return person

    async def new_group(self, *members: Json, **fields: Any) -> Json:
        """Some people open a group."""
        body = {"title": "Friends", "members": [m["user_id"] for m in members]} | fields
        group: Json = (await self.sim("POST", "/groups", body)).json()
        return group

    async def write(
        self,
        text: str = "",
        chat_id: int | None = None,
        *,
        author: int | None = None,
        **fields: Any,
    ) -> Json:
        """A person writes; the answer with update_id and message."""
        body = {"text": text, "from": author} | fields
        answer = await self.sim("POST", f"/chats/{chat_id or self.chat_id}/messages", body)
        assert answer.status_code == 201, answer.text
        written: Json = answer.json()
        return written

    async def views(self, chat_id: int | None = None) -> list[Json]:
        """The chat as the person sees it."""
        answer = await self.sim("GET", f"/chats/{chat_id or self.chat_id}/messages")
        views: list[Json] = answer.json()["messages"]
        return views

    async def fault(self, match: str, kind: str, **params: Any) -> None:
        """Something goes wrong once."""
        body = {"match": match, "kind": kind, "params": params}
        answer = await self.sim("POST", "/faults", body)
        assert answer.status_code == 201, answer.text


@contextlib.asynccontextmanager
async def local_telegram(limits: MediaLimits | None = None) -> AsyncIterator[LocalTelegram]:
    """A served local Telegram with one person, Ann, and the demo bot."""
    clock = FakeClock(rate=1.0, jumps=False)
    journal, faults = Journal(clock), FaultBoard()
    app = create_telegram_app(journal, faults, clock=clock, media_limits=limits)
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=20, verify=False) as http:
        telegram = LocalTelegram(url, http, clock, faults, journal)
        await telegram.call("getMe")
        telegram.person = await telegram.new_person("Ann", username="ann")
        yield telegram
