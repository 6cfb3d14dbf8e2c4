"""Behind a webhook nothing is fetched: Telegram is asked whether it gets rid of its updates."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.network import is_same
from bot.telegram.account import webhook_of
from bot.telegram.answers import MethodMissing
from bot.telegram.error_mapping import describe
from bot.web.signs import Health, Sign

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 30.0
_IN_DOUBT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Look:
    """What Telegram says at one moment: where it sends updates, how many wait, when one could not
    be sent last (by its own clock); and how many had come here by then. `at_seconds`: by ours.
    """

    address: str = ""
    waiting: int = 0
    error_at_seconds: int = 0
    error: str = ""
    received: int = 0
    at_seconds: float = 0.0


def fault_of(earlier: Look, latest: Look, address: str) -> str | None:
    """Why updates do not come; None where they do. Where none waits and none comes, it is quiet.

    Times are compared with one another only: nobody's clock has to be right.
    """
    if not is_same(latest.address, address):
        return "Telegram sends to another address, or to none"
    if latest.error_at_seconds > earlier.error_at_seconds:
        return f"Telegram could not send: {latest.error}"
    if latest.waiting and latest.received == earlier.received:
        return f"{latest.waiting} updates wait at Telegram and none comes"
    if earlier.waiting and latest.waiting > earlier.waiting:
        return f"more and more updates wait at Telegram: {latest.waiting}"
    return None


@dataclass(kw_only=True)
class WebhookWatch:
    """`received` tells how many updates have come so far, `address` where they are to be sent."""

    bot: Bot
    health: Health
    address: str
    received: Callable[[], int]
    _earlier: Look | None = field(init=False, default=None)
    _fault: str | None = field(init=False, default=None)

    async def run(self) -> None:
        """Until it is cancelled: often while something is wrong, so that its end is seen soon."""
        while True:
            is_well = await self._is_well()
            await self.health.clock.sleep(_EVERY_SECONDS if is_well else _IN_DOUBT_SECONDS)

    async def _is_well(self) -> bool:
        """Beyond doubt: where updates wait it is only known that they came before the last look.

        Of a server that cannot tell it is known that it answers.
        """
        try:
            info = await webhook_of(self.bot)
        except MethodMissing as error:
            self._note(describe(error))
            self.health.heard(Sign.TELEGRAM)
            return True
        except TelegramError as error:
            self._note(describe(error))
            return False
        latest = self._look_of(info)
        earlier = self._earlier or replace(latest, waiting=0, received=0)
        self._earlier = latest
        fault = fault_of(earlier, latest, self.address)
        self._note(fault)
        if fault is None:
            as_of = earlier if latest.waiting else latest
            self.health.heard(Sign.TELEGRAM, as_of.at_seconds)
        return fault is None and not latest.waiting

    def _note(self, fault: str | None) -> None:
        if fault is not None and fault != self._fault:
            logger.warning("no updates: %s", fault)
        self._fault = fault

    def _look_of(self, info: WebhookInfo) -> Look:
        error_at = info.last_error_date
        return Look(
            address=info.url,
            waiting=info.pending_update_count,
            error_at_seconds=0 if error_at is None else int(error_at.timestamp()),
            error=(info.last_error_message or "")[:200],
            received=self.received(),
            at_seconds=self.health.clock.steady_seconds(),
        )
