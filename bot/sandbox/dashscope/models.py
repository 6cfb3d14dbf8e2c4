"""The models the local provider plays: what each costs and how its videos look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Resolution = Literal["480P", "720P"]

S2V = "wan2.2-s2v"
EMO = "emo-v1"
DETECTION_MICRO_YUAN = 4_000
"""The price of one detection, passed or refused (DashScope docs: CNY 0.004 an image)."""


@dataclass(frozen=True, slots=True)
class VideoModel:
    """One model that makes videos."""

    name: str
    sound_limit_milliseconds: int
    frames_per_second: int
    has_boxes: bool = False
    """Whether it animates the box that its own detection found, and what it costs is by ratio."""


VIDEO_MODELS = {
    S2V: VideoModel(S2V, sound_limit_milliseconds=20_000, frames_per_second=16),
    EMO: VideoModel(EMO, sound_limit_milliseconds=60_000, frames_per_second=15, has_boxes=True),
}
DETECTION_MODELS = frozenset({"wan2.2-s2v-detect", "emo-detect-v1"})
DETECTION_MODELS_WITH_BOXES = frozenset({"emo-detect-v1"})

_MICRO_YUAN_A_MILLISECOND = {
    (S2V, "480P"): 500,
    (S2V, "720P"): 900,
    (EMO, "1:1"): 80,
    (EMO, "3:4"): 160,
}


def video_price_micro_yuan(model: str, form: str, milliseconds: int) -> int:
    """Return what a video costs; `form` is the resolution, for EMO the ratio.

    DashScope docs: s2v CNY 0.5/s at 480P and 0.9/s at 720P; EMO 0.08/s at 1:1 and 0.16/s at 3:4.
    """
    return _MICRO_YUAN_A_MILLISECOND[model, form] * milliseconds
