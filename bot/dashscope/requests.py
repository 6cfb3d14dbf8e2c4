"""What can be asked of the service: a video from a photo and a voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dashscope.fields import Box

Json = dict[str, object]

SQUARE = "1:1"
"""The ratio of EMO's detection and videos."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A video by one of the provider's models, which differ in their `parameters`.

    `boxes` are those that EMO's detection returned, and that frame its portrait.
    """

    model: str
    image_url: str
    audio_url: str
    parameters: Mapping[str, str]
    boxes: Mapping[str, Box] = field(default_factory=dict)

    def body(self) -> Json:
        """The JSON to submit."""
        inputs: Json = {"image_url": self.image_url, "audio_url": self.audio_url}
        inputs |= {name: list(box) for name, box in self.boxes.items()}
        return {"model": self.model, "input": inputs, "parameters": dict(self.parameters)}
