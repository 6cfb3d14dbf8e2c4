"""The engines of the provider: wan2.2-s2v, and EMO for portraits."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from bot.dashscope.client import DashScope
from bot.dashscope.errors import NotSent, RequestInvalid, Throttled, TryAgain
from bot.dashscope.requests import (
    EMO_DETECT_MODEL,
    EMO_MODEL,
    S2V_DETECT_MODEL,
    S2V_MODEL,
    EmoRequest,
    Resolution,
    S2vRequest,
    Style,
    VideoRequest,
)
from bot.dashscope.tasks import Task, TaskSummary
from bot.dashscope.upload import UploadedFile
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket


class ServiceEngine:
    """One model of the provider, see `Engine`; the account runs one task at a time."""

    slots = 1
    account = "dashscope"

    def __init__(
        self,
        service: DashScope,
        name: Literal["wan2.2-s2v", "emo"],
        *,
        style: Style | None = None,
    ) -> None:
        self._service = service
        self._style = style
        self.name: str = name
        self._model = S2V_MODEL if name == "wan2.2-s2v" else EMO_MODEL
        self.detection = S2V_DETECT_MODEL if name == "wan2.2-s2v" else EMO_DETECT_MODEL

    async def check(self, jpeg: bytes) -> Verdict:
        """See `Engine`; the photo goes into the space of the detecting model first."""
        uploaded = await self._show(jpeg)
        ratio: Literal["1:1"] | None = "1:1" if self.detection == EMO_DETECT_MODEL else None
        return await self._service.detect(self.detection, uploaded.url, ratio=ratio)

    async def _show(self, jpeg: bytes) -> UploadedFile:
        """Nothing of a check was sent, and nothing is paid, where not even its photo arrived."""
        try:
            return await self._service.upload(self.detection, "photo.jpg", jpeg)
        except Throttled:
            raise
        except TryAgain as failure:
            raise NotSent(f"no check: {failure}") from failure

    async def keep(self, file_name: str, data: bytes) -> UploadedFile:
        """See `Engine`."""
        return await self._service.upload(self._model, file_name, data)

    async def submit(self, ticket: Ticket) -> str:
        """See `Engine`."""
        return (await self._service.submit(self._request(ticket))).task_id

    def now_milliseconds(self) -> int:
        """See `Engine`."""
        return self._service.now_milliseconds()

    async def learn_time(self) -> None:
        """See `Engine`."""
        await self._service.learn_time(self._model)

    async def recent_tasks(self) -> list[TaskSummary]:
        """See `Engine`."""
        return await self._service.list_tasks(self._model)

    async def query(self, task_id: str) -> Task:
        """See `Engine`."""
        return await self._service.query(task_id)

    async def cancel(self, task_id: str) -> None:
        """See `Engine`."""
        await self._service.cancel(task_id)

    async def fetch(self, url: str, target: Path) -> None:
        """See `Engine`."""
        await self._service.download(url, target)

    def _request(self, ticket: Ticket) -> VideoRequest:
        if self._model == S2V_MODEL:
            return S2vRequest(
                ticket.photo_url,
                ticket.sound_url,
                resolution=cast(Resolution, ticket.resolution),
                style=self._style,
            )
        if ticket.face_bbox is None or ticket.ext_bbox is None:
            raise RequestInvalid("EMO needs the boxes of its own detection, and there are none")
        return EmoRequest(ticket.photo_url, ticket.sound_url, ticket.face_bbox, ticket.ext_bbox)
