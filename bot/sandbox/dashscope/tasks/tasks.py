"""One video task of the provider, from PENDING to its end."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.media.exchange import VideoFacts
from bot.sandbox.dashscope.answers import china_time
from bot.sandbox.dashscope.tasks.orders import VideoOrder

Status = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"]
LIFE_MILLISECONDS = 24 * 3600 * 1000
"""DashScope docs: a task and its result can be asked for during 24 hours."""


@dataclass(frozen=True, slots=True)
class Doom:
    """A failure laid down for a task when it was submitted."""

    after_seconds: float
    code: str | None = None
    message: str | None = None


@dataclass(slots=True)
class Task:
    """A task; times are epoch milliseconds."""

    order: VideoOrder
    submitted: int
    doom: Doom | None = None
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Status = "PENDING"
    progress: float = 0.0
    started: int | None = None
    ended: int | None = None
    code: str | None = None
    message: str | None = None
    milliseconds: int | None = None
    video: VideoFacts | None = None

    def start(self, now: int) -> None:
        """PENDING → RUNNING."""
        self.status, self.started = "RUNNING", now

    def succeed(self, now: int, milliseconds: int, video: VideoFacts) -> None:
        """RUNNING → SUCCEEDED with a video of that length."""
        self.status, self.ended, self.progress = "SUCCEEDED", now, 1.0
        self.milliseconds, self.video = milliseconds, video

    def fail(self, now: int, code: str | None, message: str | None) -> None:
        """RUNNING → FAILED; the service may leave code and message out."""
        self.status, self.ended, self.code, self.message = "FAILED", now, code, message

    def cancel(self, now: int) -> None:
        """PENDING → CANCELED."""
        self.status, self.ended = "CANCELED", now

    def gone(self, now: int) -> bool:
        """Tell whether the service has forgotten it."""
        return now - self.submitted >= LIFE_MILLISECONDS

    def output(self, video_url: str) -> dict[str, Any]:
        """The `output` of a query; `video_url` is used by a finished task only."""
        output: dict[str, Any] = {
            "task_id": self.task_id,
            "task_status": self.status,
            "submit_time": china_time(self.submitted),
        }
        if self.started is not None:
            output["scheduled_time"] = china_time(self.started)
        if self.ended is not None:
            output["end_time"] = china_time(self.ended)
        if self.status == "SUCCEEDED":
            output["results"] = {"video_url": video_url}
        return output | self._complaint()

    def _complaint(self) -> dict[str, Any]:
        complaint = {"code": self.code, "message": self.message}
        return {name: text for name, text in complaint.items() if text is not None}

    def usage(self) -> dict[str, Any] | None:
        """The `usage` of a query: seconds as a fraction; None unless it succeeded."""
        if self.milliseconds is None or self.video is None:
            return None
        seconds = self.milliseconds / 1000
        if self.order.model.has_boxes:
            return {"video_duration": seconds, "video_ratio": self.order.ratio}
        return {
            "duration": seconds,
            "size": f"{self.video.width}*{self.video.height}",
            "fps": round(self.video.frames_per_second),
            "video_count": 1,
            "SR": int(self.order.resolution.removesuffix("P")),
        }

    def summary(self) -> dict[str, Any]:
        """The task in a list of tasks: no result in it."""
        name = self.order.model.name
        return {
            "task_id": self.task_id,
            "status": self.status,
            "model_name": name,
            "gmt_create": self.submitted,
            "start_time": self.started,
            "end_time": self.ended,
            "request_id": str(uuid.uuid5(uuid.NAMESPACE_OID, self.task_id)),
            "api_key_id": "1",
            "region": "cn-beijing",
            "user_api_unique_key": f"apikey:v1:aigc:image2video:video-synthesis:{name}",
        }

    def as_json(self) -> dict[str, Any]:
        """The task as the control API shows it."""
        return {
            "task_id": self.task_id,
            "account": self.order.account,
            "model": self.order.model.name,
            "resolution": self.order.form,
            "status": self.status,
            "progress": round(self.progress, 3),
            "submitted_milliseconds": self.submitted,
            "started_milliseconds": self.started,
            "ended_milliseconds": self.ended,
            "code": self.code,
            "message": self.message,
            "milliseconds": self.milliseconds,
        }
