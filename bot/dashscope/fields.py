"""Reading JSON of uncertain shape: each field is what was expected, or None."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from bot.dashscope.box import Box

EMPTY: Mapping[str, object] = {}


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
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def whole(source: Mapping[str, object], key: str) -> int | None:
    """The whole number at `key`."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def box(source: Mapping[str, object], key: str) -> Box | None:
    """The four whole numbers at `key`."""
    value = source.get(key)
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(isinstance(side, int) and not isinstance(side, bool) for side in value):
        return None
    left, top, right, bottom = value
    return left, top, right, bottom
