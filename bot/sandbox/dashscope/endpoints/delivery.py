"""Endpoint of the results: the video behind a signed address."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.dashscope.endpoints.endpoints import take_fault
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.tasks.results import no_such_key
from bot.sandbox.serving import Dropped


class Delivery:
    """The download of results."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def result(self, request: Request) -> Response:
        """GET /results/{task}.mp4?Expires=…&Signature=…; no Authorization header is looked at."""
        if take_fault(self._provider, "result", "result_missing"):
            raise no_such_key()
        query = request.query_params
        path = self._provider.results.open(
            request.path_params["task_id"],
            query.get("Expires", ""),
            query.get("Signature", ""),
            self._provider.clock.now_milliseconds(),
        )
        if take_fault(self._provider, "result", "result_moved"):
            return RedirectResponse(request.url.replace(hostname="localhost"), 302)
        if take_fault(self._provider, "result", "result_truncated"):
            return await Truncated.of(path)
        return FileResponse(path, media_type="video/mp4")


class Truncated(Response):
    """Announces a whole file, sends half of it, and closes the connection."""

    def __init__(self, data: bytes) -> None:
        super().__init__(media_type="video/mp4", headers={"content-length": str(len(data))})
        self._half = data[: len(data) // 2]

    @classmethod
    async def of(cls, path: Path) -> Truncated:
        """Return the answer for a file."""
        return cls(await asyncio.to_thread(path.read_bytes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the half."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        await send({"type": "http.response.body", "body": self._half, "more_body": True})
        await Dropped()(scope, receive, send)
