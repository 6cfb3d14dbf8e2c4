"""How long the calls of this process took, and how many failed, by whom was asked for what.

A request that is to be counted carries its name; whatever is not one of ours counts as `OTHER`.
"""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

BUCKETS = (1.0, 5.0, 30.0)
"""In which calls are counted: up to so many seconds until their answer began."""

OTHER = "other"
METHODS = {
    "telegram": frozenset(
        {
            *("getUpdates", "sendMessage", "sendVideo", "sendDocument", "editMessageText"),
            *("editMessageMedia", "deleteMessage", "answerCallbackQuery", "getFile", "download"),
            OTHER,
        }
    ),
    "provider": frozenset(
        {
            *("get_policy", "upload", "detect", "submit", "query", "list", "cancel", "download"),
            OTHER,
        }
    ),
}
"""All that is told apart, by service."""

REFUSED, LIMITED, FAILED = "refused", "limited", "failed"
ERRORS = (REFUSED, LIMITED, FAILED)
"""Answered with 4xx; with 429, too many; with 5xx, or not at all."""

_NAME = "call"


@dataclass(slots=True)
class CallTimes:
    """Of all calls of one method."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    """By bucket; the last one has no end."""
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


counted: dict[tuple[str, str], CallTimes] = {}
"""By service and method, since this process began."""


def named(service: str, method: str) -> dict[str, Any]:
    """The extensions of a request that is to be counted so."""
    return {_NAME: (service, method if method in METHODS[service] else OTHER)}


def count(extensions: dict[str, Any], seconds: float, status: int | None) -> None:
    """A request that took so long was answered with that status, or not at all."""
    name = extensions.get(_NAME)
    if name is None:
        return
    times = counted.setdefault(name, CallTimes())
    times.counts[bisect.bisect_left(BUCKETS, seconds)] += 1
    times.seconds += seconds
    error = _error(status)
    if error is not None:
        times.errors[error] += 1


def _error(status: int | None) -> str | None:
    if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FAILED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return LIMITED
    return REFUSED if status >= HTTPStatus.BAD_REQUEST else None
