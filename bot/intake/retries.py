"""Patience with what may pass by itself: how long something is tried before its owner decides."""

from __future__ import annotations

from bot.dashscope import errors as service
from bot.dashscope.errors import Throttled
from bot.engines.face_check import VerdictLost

SERVICE_WAITS_SECONDS = (1, 2, 4, 8, 15, 30, 60, 120, *[240] * 7)
"""Half an hour and a little: a network that is away for ten minutes decides nothing."""
TELEGRAM_WAITS_SECONDS = (2, 5, 15, 30, 60, 120, 240, 480)
"""A quarter of an hour."""

_UNREAD_TRIES = 4
"""So often a file is handed over anew that the provider says it cannot read."""
_SAID_AT = 4
"""At this attempt, after some seconds, the person is told that it takes longer."""


def wait_seconds(attempt: int, failure: Exception) -> float | None:
    """How long to wait after attempt number `attempt` (from 1) failed so; None: no longer."""
    if not isinstance(failure, service.DashScopeError):
        return _nth(TELEGRAM_WAITS_SECONDS, attempt)
    if isinstance(failure, VerdictLost):
        return failure.wait_seconds
    if isinstance(failure, service.InputNotFetched) and attempt > _UNREAD_TRIES:
        return None
    seconds = _nth(SERVICE_WAITS_SECONDS, attempt)
    asked = failure.retry_after_seconds if isinstance(failure, Throttled) else None
    return seconds if seconds is None else max(seconds, asked or 0.0)


def is_to_be_said(attempt: int, failure: Exception) -> bool:
    """Whether this is the moment to say, once, that the service is away and is waited for."""
    return attempt == _SAID_AT and isinstance(failure, service.TryAgain)


def _nth(waits: tuple[int, ...], attempt: int) -> float | None:
    return waits[attempt - 1] if attempt <= len(waits) else None
