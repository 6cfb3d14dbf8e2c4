"""What a submission asks for: validated field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.dashscope.answers import Refused, invalid_parameter
from bot.sandbox.dashscope.inputs.faces import HEIGHT_PER_WIDTH, Box, Ratio, is_box
from bot.sandbox.dashscope.models import VIDEO_MODELS, Resolution, VideoModel

_RESOLUTIONS = ("480P", "720P")
_STYLES = ("speech", "singing", "performance")
_STYLE_LEVELS = ("normal", "calm", "active")


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """One accepted submission; `resolve` is whether it carried the resolve header."""

    account: str
    model: VideoModel
    image_url: str
    audio_url: str
    resolve: bool
    resolution: Resolution = "480P"
    face: Box | None = None
    surroundings: Box | None = None

    @property
    def ratio(self) -> Ratio | None:
        """EMO's shape, the nearest to the extended box; None for other models."""
        if self.surroundings is None:
            return None
        left, top, right, bottom = self.surroundings
        shape = (bottom - top) / (right - left)
        middle = sum(HEIGHT_PER_WIDTH.values()) / 2
        return "1:1" if shape < middle else "3:4"

    @property
    def form(self) -> str:
        """What the price depends on: the resolution, for EMO the ratio."""
        return self.ratio or self.resolution


def read_order(body: dict[str, Any], account: str, *, resolve: bool) -> VideoOrder:
    """Return the order of a submission for a known model. Raises Refused (400).

    Fields that are not documented are ignored, as the service does.
    """
    inputs, parameters = section(body, "input"), section(body, "parameters")
    model = VIDEO_MODELS[body["model"]]
    resolution = _choice(parameters, "resolution", _RESOLUTIONS) or "480P"
    _choice(parameters, "style", _STYLES)
    order = VideoOrder(
        account,
        model,
        required_text(inputs, "image_url"),
        required_text(inputs, "audio_url"),
        resolve,
        "720P" if resolution == "720P" else "480P",
    )
    return _with_boxes(order, inputs, parameters) if model.has_boxes else order


def section(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a sub-object, empty when it is missing. Raises Refused when it is something else."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid_parameter(f"{name} must be an object")
    return value


def required_text(inputs: dict[str, Any], name: str) -> str:
    """Return a text that must be there. Raises Refused."""
    value = inputs.get(name)
    if not isinstance(value, str) or not value:
        raise invalid_parameter(f"Field required: input.{name}")
    return value


def _choice(parameters: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = parameters.get(name)
    if value is not None and value not in allowed:
        raise invalid_parameter(f"parameters.{name} must be one of {', '.join(allowed)}")
    return value


def _with_boxes(
    order: VideoOrder, inputs: dict[str, Any], parameters: dict[str, Any]
) -> VideoOrder:
    _choice(parameters, "style_level", _STYLE_LEVELS)
    return VideoOrder(
        order.account,
        order.model,
        order.image_url,
        order.audio_url,
        order.resolve,
        face=_box(inputs, "face_bbox"),
        surroundings=_box(inputs, "ext_bbox"),
    )


def _box(inputs: dict[str, Any], name: str) -> Box:
    value = inputs.get(name)
    if not is_box(value):
        raise invalid_parameter(f"input.{name} must be four integers x1, y1, x2, y2")
    left, top, right, bottom = inputs[name]
    return (left, top, right, bottom)


def check_model(model: Any, known: frozenset[str], retired: tuple[str, ...]) -> str:
    """Return the model's name. Raises Refused for none, an unknown or a retired one."""
    if not isinstance(model, str) or not model:
        raise invalid_parameter("Field required: model")
    if model not in known or model in retired:
        raise Refused(404, "ModelNotFound", f"The model {model} does not exist.")
    return model
