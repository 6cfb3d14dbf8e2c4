"""The engines that are models of the provider."""

from __future__ import annotations

from pathlib import Path

from bot.config.engines import SQUARE, EngineKind
from bot.dashscope.client import DashScope
from bot.dashscope.errors import (
    RequestRejected,
    ServiceStopped,
    StopCause,
    Throttled,
    Unanswered,
    Unsent,
)
from bot.dashscope.fields import Box, VideoRequest
from bot.dashscope.tasks import ProviderTask, TaskSummary
from bot.dashscope.upload import UploadedFile
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket


class ServiceEngine:
    """One model of the provider, see `Engine`; the account runs one task of it at a time."""

    slots = 1
    account = "dashscope"

    def __init__(
        self,
        service: DashScope,
        kind: EngineKind,
        *,
        style: str | None = None,
        style_level: str = "normal",
    ) -> None:
        if kind.model is None:
            raise ValueError(f"{kind.name} is no model of the provider")
        self._service = service
        self._style, self._style_level = style, style_level
        self._needs_boxes = kind.needs_boxes
        self._model = kind.model
        self.time = service.time
        self.name = kind.name
        self.detection = kind.detection

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        """See `Engine`; the photo goes into the space of the detecting model first."""
        uploaded = await self._show(jpeg)
        ratio = framing or SQUARE if self._needs_boxes else None
        return await self._service.detect(self.detection, uploaded.url, ratio=ratio)

    async def _show(self, jpeg: bytes) -> UploadedFile:
        """Nothing of a check was sent, and nothing is paid, where not even its photo arrived."""
        try:
            return await self._service.upload(self.detection, "photo.jpg", jpeg)
        except Throttled:
            raise
        except Unanswered as failure:
            raise Unsent(f"no check: {failure}") from failure

    async def upload(self, file_name: str, data: bytes) -> UploadedFile:
        """See `Engine`."""
        return await self._service.upload(self._model, file_name, data)

    async def submit(self, ticket: Ticket) -> str:
        """See `Engine`."""
        try:
            return await self._service.submit(self._request(ticket))
        except RequestRejected as failure:
            if self._style is None or "style" not in (failure.message or "").casefold():
                raise
            raise ServiceStopped(
                f"STYLE={self._style} is refused, change or remove it: {failure}",
                cause=StopCause.STYLE,
                code=failure.code,
                message=failure.message,
            ) from failure

    async def learn_time(self) -> None:
        """See `Engine`."""
        if not self.time.is_known:
            await self._service.find(self._model)

    async def recent_tasks(self) -> list[TaskSummary]:
        """See `Engine`."""
        return await self._service.list_tasks(self._model)

    async def query(self, task_id: str) -> ProviderTask:
        """See `Engine`."""
        return await self._service.query(task_id)

    async def cancel(self, task_id: str) -> None:
        """See `Engine`."""
        await self._service.cancel(task_id)

    async def fetch(self, url: str, target: Path) -> None:
        """See `Engine`."""
        await self._service.download(url, target)

    def _request(self, ticket: Ticket) -> VideoRequest:
        files = ticket.photo_url, ticket.voice_url
        if self._needs_boxes:
            level = {"style_level": self._style_level}
            return VideoRequest(self._model, *files, level, _boxes(ticket))
        # One page of the provider's documentation shows a style, the model's reference does not.
        style = {} if self._style is None else {"style": self._style}
        return VideoRequest(self._model, *files, {"resolution": ticket.resolution, **style})


def _boxes(ticket: Ticket) -> dict[str, Box]:
    if ticket.face_bbox is None or ticket.ext_bbox is None:
        raise RequestRejected("a video needs the boxes of its detection, and has none")
    return {"face_bbox": ticket.face_bbox, "ext_bbox": ticket.ext_bbox}
