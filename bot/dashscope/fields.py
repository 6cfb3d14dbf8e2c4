"""Reading JSON of uncertain shape: each field is what was expected, or None."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

EMPTY: Mapping[str, object] = {}

_MOST_DIGITS = 18
"""No count and no moment has as many."""
_FARTHEST_PIXELS = 100_000
"""No picture that a model takes is as large; a side that is farther away is none."""


def parse_object(body: bytes) -> Mapping[str, object] | None:
    """The JSON object in `body`, its fractions as Decimal; None when it holds no such thing."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        return None
    return value if isinstance(value, dict) else None


def mapping(source: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object at `key`; empty when there is none."""
    value = source.get(key)
    return value if isinstance(value, dict) else EMPTY


def first(source: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object at `key`, or the first one of a list there; empty when there is none."""
    value = source.get(key)
    objects = value if isinstance(value, list) else [value]
    return next((found for found in objects if isinstance(found, dict)), EMPTY)


def text(source: Mapping[str, object], key: str) -> str | None:
    """The text at `key`; None when missing, blank or no text."""
    value = source.get(key)
    return value.strip() or None if isinstance(value, str) else None


def flag(source: Mapping[str, object], key: str) -> bool | None:
    """The true or false at `key`."""
    value = source.get(key)
    return value if isinstance(value, bool) else None


def number(source: Mapping[str, object], key: str) -> Decimal | None:
    """The finite number at `key`, exact; numbers written as text count."""
    return _exact(source.get(key))


def whole(source: Mapping[str, object], key: str) -> int | None:
    """The whole number at `key`; numbers written as text count."""
    exact = _exact(source.get(key))
    if exact is None or exact.adjusted() >= _MOST_DIGITS or exact != exact.to_integral_value():
        return None
    return int(exact)


def box(source: Mapping[str, object], key: str) -> Box | None:
    """The four sides at `key`, each rounded to the nearest pixel: EMO also sends fractions."""
    value = source.get(key)
    if not isinstance(value, list):
        return None
    sides = [pixel for side in value if (pixel := _pixel(side)) is not None]
    if len(sides) != len(value) or len(sides) != 4:
        return None
    left, top, right, bottom = sides
    return left, top, right, bottom


def _pixel(value: object) -> int | None:
    exact = _exact(value)
    if exact is None or abs(exact) > _FARTHEST_PIXELS:
        return None
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _exact(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the photo."""


Json = dict[str, object]


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
