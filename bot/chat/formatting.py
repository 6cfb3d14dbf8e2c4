"""Times as people say them (today at 18:00, on 2026-12-01), and a bar that fills."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.common import Component
from bot.texts import Catalogue

_HOURS_FROM_MINUTES = 90
_DAYS_FROM_HOURS = 48


def say_when(services: Component, texts: Catalogue, at_milliseconds: int) -> str:
    """A moment to come, in the operator's time zone (which is named when it matters)."""
    zone, now_milliseconds = services.limits.zone, services.clock.now_milliseconds()
    at = datetime.fromtimestamp(at_milliseconds / 1000, zone)
    today = datetime.fromtimestamp(now_milliseconds / 1000, zone).date()
    time = f"{at:%H:%M}"
    if at.date() == today:
        return texts.plain("when-today", time=time)
    if at.date() == today + timedelta(days=1):
        return texts.plain("when-tomorrow", time=time, zone=zone.key)
    return texts.plain("when-date", date=at.date().isoformat())


def say_ago(texts: Catalogue, milliseconds: int) -> str:
    """How long ago, roughly: 40 min, 5 h, 3 days."""
    minutes = max(1, round(milliseconds / 60_000))
    if minutes < _HOURS_FROM_MINUTES:
        return texts.plain("ago-minutes", count=minutes)
    hours = round(minutes / 60)
    if hours < _DAYS_FROM_HOURS:
        return texts.plain("ago-hours", count=hours)
    return texts.plain("ago-days", count=round(hours / 24))


def bar(share: float, cells: int = 12) -> str:
    """A bar of so many cells; a screen reader reads the numbers beside it."""
    full = round(max(0.0, min(1.0, share)) * cells)
    return "▰" * full + "▱" * (cells - full)
