"""Moments as people say them: today at 18:00, tomorrow at 00:00, on 2026-12-01."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.texts import Catalogue


def say_when(texts: Catalogue, at_milliseconds: int, now_milliseconds: int, zone: ZoneInfo) -> str:
    """A moment to come, in the operator's time zone (which is named when it matters)."""
    at = datetime.fromtimestamp(at_milliseconds / 1000, zone)
    today = datetime.fromtimestamp(now_milliseconds / 1000, zone).date()
    time = f"{at:%H:%M}"
    if at.date() == today:
        return texts.plain("when-today", time=time)
    if at.date() == today + timedelta(days=1):
        return texts.plain("when-tomorrow", time=time, zone=zone.key)
    return texts.plain("when-date", date=at.date().isoformat())


def bar(share: float, cells: int = 12) -> str:
    """A bar of so many cells; a screen reader reads the numbers beside it."""
    full = round(max(0.0, min(1.0, share)) * cells)
    return "▰" * full + "▱" * (cells - full)
