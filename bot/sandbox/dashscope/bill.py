"""What the account would have to pay: detections and successful videos, to the millisecond."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox.dashscope.models import DETECTION_MICRO_YUAN, video_price_micro_yuan


@dataclass(frozen=True, slots=True)
class BilledVideo:
    """One successful task; `resolution` is the ratio for EMO."""

    task_id: str
    model: str
    milliseconds: int
    resolution: str
    micro_yuan: int


@dataclass(slots=True)
class Bill:
    """The running total."""

    detections: int = 0
    videos: list[BilledVideo] = field(default_factory=list)

    def add_detection(self) -> None:
        """Charge an answered detection, passed or refused."""
        self.detections += 1

    def add_video(self, task_id: str, model: str, form: str, milliseconds: int) -> None:
        """Charge a successful task."""
        price = video_price_micro_yuan(model, form, milliseconds)
        self.videos.append(BilledVideo(task_id, model, milliseconds, form, price))

    def as_json(self) -> dict[str, Any]:
        """The bill as the control API shows it; a yuan is 1,000,000 micro-yuan."""
        detection = self.detections * DETECTION_MICRO_YUAN
        return {
            "detections": self.detections,
            "detection_micro_yuan": detection,
            "videos": [asdict(video) for video in self.videos],
            "total_micro_yuan": detection + sum(video.micro_yuan for video in self.videos),
        }
