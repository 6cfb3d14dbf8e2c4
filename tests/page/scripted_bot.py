"""A bot of a few lines: it speaks the Bot API over HTTP and does what a test tells it to."""

from __future__ import annotations

import json
from typing import Any

import httpx

from bot.sandbox.server import DEMO_BOT_TOKEN
from tests.support.deadlines import eventually

Json = dict[str, Any]
DEADLINE_SECONDS = 10.0


class ScriptedBot:
    """Calls methods, and reads updates in order."""

    def __init__(self, base_url: str) -> None:
        # No certificates: reading them takes longer than most of these tests.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=DEADLINE_SECONDS, verify=False)
        self._offset = 0
        self._updates: list[Json] = []

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def start_anew(self) -> None:
        """Make the sandbox forget everything, then be known to it."""
        for path in ("/sim/provider/reset", "/sim/reset"):
            (await self._http.post(path)).raise_for_status()
        await self.call("getMe")

    async def call(self, method: str, /, *, files: Json | None = None, **params: Any) -> Any:
        """The result of a call; raises httpx.HTTPStatusError when it is refused."""
        response = await self.try_call(method, files=files, **params)
        response.raise_for_status()
        return response.json()["result"]

    async def try_call(
        self, method: str, /, *, files: Json | None = None, **params: Any
    ) -> httpx.Response:
        """The answer to a call, whatever it is."""
        path = f"/bot{DEMO_BOT_TOKEN}/{method}"
        if files is None:
            return await self._http.post(path, json=params)
        form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        return await self._http.post(path, data=form, files=files)

    async def next(self, kind: str = "message") -> Json:
        """The content of the next update of this kind, waited for; others are dropped."""

        async def look() -> Json | None:
            if not self._updates:
                await self._poll()
            found: Json | None = self._updates.pop(0).get(kind) if self._updates else None
            return found

        return await eventually(look, f"an update with {kind}")

    async def file(self, file_id: str) -> bytes:
        """A file as the bot downloads it."""
        stored = await self.call("getFile", file_id=file_id)
        answer = await self._http.get(f"/file/bot{DEMO_BOT_TOKEN}/{stored['file_path']}")
        return answer.raise_for_status().content

    async def _poll(self) -> None:
        updates = await self.call("getUpdates", offset=self._offset, timeout=2)
        self._updates += updates
        if updates:
            self._offset = updates[-1]["update_id"] + 1
