"""Usage: the seconds a video is billed for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from bot.dashscope import fields

_KEYS = ("duration", "video_duration")
"""The provider's text names the second, its sample shows the first."""

_LONGEST_SECONDS = 24 * 3600


def billed_milliseconds(usage: Mapping[str, object]) -> int | None:
    """The billed length, rounded half up; None when it is missing or cannot be a length."""
    for key in _KEYS:
        seconds = fields.number(usage, key)
        if seconds is not None and 0 <= seconds <= _LONGEST_SECONDS:
            return int((seconds * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return None
