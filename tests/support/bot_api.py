"""A bot of a few lines: it speaks the Bot API over HTTP and does what a test tells it to."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.support.credentials import TOKEN
from tests.support.deadlines import deadline, eventually

Json = dict[str, Any]


class BotApi:
    """Calls methods, and reads updates in order."""

    def __init__(self, base_url: str) -> None:
        # No certificates: reading them takes longer than most of these tests.
        self.http = httpx.AsyncClient(base_url=base_url, timeout=deadline(), verify=False)
        self._offset = 0
        self._updates: list[Json] = []

    async def raw(
        self, method: str, /, *, token: str = TOKEN, files: Json | None = None, **params: Any
    ) -> httpx.Response:
        """The answer to a call, whatever it is."""
        path = f"/bot{token}/{method}"
        if files is None:
            return await self.http.post(path, json=params)
        form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        return await self.http.post(path, data=form, files=files)

    async def ask(self, method: str, /, **params: Any) -> Json:
        """The answer of a call, good or bad."""
        answer: Json = (await self.raw(method, **params)).json()
        return answer

    async def call(self, method: str, /, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.ask(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, /, **params: Any) -> str:
        """The description of a call that must be refused."""
        answer = await self.ask(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def updates(self, offset: int = 0, timeout: int = 0) -> list[Json]:
        """One getUpdates."""
        found: list[Json] = await self.call("getUpdates", offset=offset, timeout=timeout)
        return found

    async def next(self, kind: str = "message") -> Json:
        """The content of the next update of this kind, waited for; others are dropped."""

        async def look() -> Json | None:
            if not self._updates:
                self._updates = await self.updates(self._offset, timeout=2)
            if not self._updates:
                return None
            update = self._updates.pop(0)
            self._offset = update["update_id"] + 1
            found: Json | None = update.get(kind)
            return found

        return await eventually(look, f"an update with {kind}")

    async def file(self, file_id: str) -> bytes:
        """A file as the bot downloads it."""
        stored = await self.call("getFile", file_id=file_id)
        answer = await self.http.get(f"/file/bot{TOKEN}/{stored['file_path']}")
        return answer.raise_for_status().content
