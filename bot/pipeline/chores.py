"""Chores: small things to be done beside the making of videos, all found in the database."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Protocol

from bot.telegram.errors import SendUnknown, TelegramFailure, TryAgain

logger = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

_WAITS_SECONDS = (2, 5, 15, 60, 300)


class Chore(Protocol):
    """One kind of them; the pipeline looks for what is due and has each done once at a time."""

    async def due(self) -> dict[Hashable, Work]:
        """What is to be done now, by a key that no other kind uses."""


def wait_milliseconds(tries: int) -> int:
    """How long to leave alone what failed so often."""
    return _WAITS_SECONDS[min(tries, len(_WAITS_SECONDS) - 1)] * 1000


async def say_or(
    say: Callable[[], Awaitable[object]],
    *,
    later: Callable[[], Awaitable[None]],
    never: Callable[[TelegramFailure], Awaitable[None]],
) -> None:
    """Say something; what may work later is put off, what never will is given up.

    An answer that was lost counts as not said: a text that comes twice does less harm than none.
    """
    try:
        await say()
    except (TryAgain, SendUnknown) as failure:
        logger.warning("said later: %s", failure)
        await later()
    except TelegramFailure as failure:
        logger.warning("stays unsaid: %s", failure)
        await never(failure)
