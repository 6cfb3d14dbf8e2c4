"""The time zone of this machine, by a name that any machine knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot.config import values

_LINK, _NAME = Path("/etc/localtime"), Path("/etc/timezone")


def machine_zone() -> str:
    """Its name, such as Europe/Berlin; where the machine has none, of one that is as late now."""
    for name in _names():
        with suppress(ValueError):
            return values.time_zone(name)
    return _by_the_hour(datetime.now().astimezone())


def _names() -> Iterator[str]:
    yield os.environ.get("TZ", "").removeprefix(":")
    yield os.path.realpath(_LINK).rpartition("zoneinfo/")[2]
    with suppress(OSError, ValueError):
        yield _NAME.read_text("utf-8")


def _by_the_hour(now: datetime) -> str:
    """In these names what is east of Greenwich has a minus."""
    offset = now.utcoffset()
    hours = round(offset.total_seconds() / 3600) if offset else 0
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"
