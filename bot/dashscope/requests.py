"""What can be asked of the service: a video from a photo and a voice, by models of two kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.dashscope.fields import Box

Ratio = Literal["1:1", "3:4"]
Resolution = Literal["480P", "720P"]
Style = Literal["speech", "singing", "performance"]
StyleLevel = Literal["normal", "calm", "active"]

Json = dict[str, object]

SQUARE: Ratio = "1:1"


@dataclass(frozen=True, slots=True)
class S2vRequest:
    """A video of the whole photo, by wan2.2-s2v.

    `style` is sent only when given: one page of the provider's documentation shows it, the
    reference of the model does not know it.
    """

    model: str
    image_url: str
    audio_url: str
    resolution: Resolution = "480P"
    style: Style | None = None

    def body(self) -> Json:
        """The JSON to submit."""
        parameters: Json = {"resolution": self.resolution}
        if self.style is not None:
            parameters["style"] = self.style
        inputs: Json = {"image_url": self.image_url, "audio_url": self.audio_url}
        return {"model": self.model, "input": inputs, "parameters": parameters}


@dataclass(frozen=True, slots=True)
class EmoRequest:
    """A video by emo-v1: a speaking portrait, framed by the boxes its detection returned."""

    model: str
    image_url: str
    audio_url: str
    face_bbox: Box
    ext_bbox: Box
    style_level: StyleLevel = "normal"

    def body(self) -> Json:
        """The JSON to submit."""
        inputs: Json = {
            "image_url": self.image_url,
            "audio_url": self.audio_url,
            "face_bbox": list(self.face_bbox),
            "ext_bbox": list(self.ext_bbox),
        }
        parameters: Json = {"style_level": self.style_level}
        return {"model": self.model, "input": inputs, "parameters": parameters}


VideoRequest = S2vRequest | EmoRequest
