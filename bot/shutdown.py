"""Stopping in time: what is begun can be given up, and the whole process as a last resort."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

LONGEST_STOP_SECONDS = 19.0
"""Platforms kill a process 30 s (Heroku), 10 s to 90 s (others) after asking it to stop."""


async def unless_stopped(work: Coroutine[Any, Any, Result], stop: asyncio.Event) -> Result | None:
    """Await it; None when `stop` came first, and then it is cancelled."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        given_up = not task.done()
        for each in (task, stopped):
            each.cancel()
        await asyncio.wait({task, stopped})
    return None if given_up and task.cancelled() else task.result()


def end_at_last() -> None:
    """End the process by force unless it ended by itself in time.

    That is no worse than a power cut, which every step is prepared for: it goes on from the
    database.
    """
    timer = threading.Timer(LONGEST_STOP_SECONDS, _end_by_force)
    timer.daemon = True
    timer.start()


def _end_by_force() -> None:
    text = "stopping took more than %.0f s: ended by force, it goes on at the next start"
    logger.error(text, LONGEST_STOP_SECONDS)
    os._exit(1)
