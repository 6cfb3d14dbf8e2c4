"""From Telegram to the handlers without losing anything: stored first, confirmed afterwards.

python-telegram-bot's own updater confirms updates before it handles them, so a killed process
loses those in between. Here the next getUpdates, which confirms, is made only after the updates
are in the inbox; what was stored and not finished is handled again at the next start. Handlers
therefore run at least once and must be idempotent.
"""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass, replace
from typing import Any

from telegram.error import TelegramError

from bot.clock import Clock
from bot.http_client import HttpClient
from bot.retry import SECOND_INSTANCE, TELEGRAM, RetryPolicy
from bot.shutdown import unless_stopped
from bot.telegram.answers import understood
from bot.telegram.chat_queues import ChatQueues
from bot.telegram.connection import BotApplication
from bot.telegram.dispatch import Handling, Incoming, OnParked, queue_of, to_stored
from bot.telegram.error_mapping import describe
from bot.telegram.errors import SecondInstance
from bot.telegram.polling import Conflicts, Poller, PollFailed, WebhookActive
from storage import inbox
from storage.db.database import Database

logger = logging.getLogger(__name__)

_DAY_MILLISECONDS = 24 * 3_600 * 1_000
# Telegram keeps an update for 24 h, so it cannot come again later; and after a week without any
# it may begin with other numbers, which must not meet old ones here.
_KEEP_DONE_MILLISECONDS = 3 * _DAY_MILLISECONDS
_WAITING_IN_MEMORY = 1_000
_FORGET_EVERY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class PollingOptions:
    """How updates are fetched.

    `hold_seconds`: how long Telegram holds an empty poll. `second_instance`: how long 409 is put
    up with. `grace_seconds`: how long handlers may go on after `stop`.
    """

    hold_seconds: int = 30
    second_instance: RetryPolicy = SECOND_INSTANCE
    grace_seconds: float = 10.0
    retry: RetryPolicy = TELEGRAM


class UpdateLoop:
    """Fetches, stores, hands over; one per process.

    `application` is initialised by the caller. Its handlers must be blocking ones, and it must have
    no error handlers: a failure is noticed by one of our own. What only its handlers before the
    default group take is not kept: they are not to use what it holds.
    `on_parked` is told about every update that is given up.
    """

    def __init__(
        self,
        *,
        application: BotApplication,
        database: Database,
        http: HttpClient,
        clock: Clock,
        on_parked: OnParked,
        options: PollingOptions | None = None,
    ) -> None:
        self._bot = application.bot
        self._database = database
        self._clock = clock
        self._options = options or PollingOptions()
        self._poller = Poller(application.bot, http, hold_seconds=self._options.hold_seconds)
        self._handling = Handling(
            application=application, database=database, clock=clock, on_parked=on_parked
        )
        self._queues = ChatQueues[Incoming](self._handling.handle, self._break)
        self._conflicts = Conflicts(clock, self._options.second_instance)
        self._stop = asyncio.Event()
        self._broken: BaseException | None = None
        self._offset: int | None = None
        self._failures = 0
        self._forgotten_at_seconds = -math.inf
        self.is_polling = False
        """Whether the first poll has begun."""

    def stop(self) -> None:
        """Make `run` return: at once, but for handlers in flight (bounded)."""
        self._handling.hurry()
        self._stop.set()

    async def run(self) -> None:
        """Handle what was left undone, then fetch and hand over until `stop`.

        Raises:
            SecondInstance: another process polls with this token.
            TokenRejected: the token is not valid (any more).
            sqlite3.Error: the inbox cannot be written; nothing unsaved was confirmed.
        """
        try:
            await self._recover()
            self.is_polling = True
            while not self._stop.is_set():
                await self._accept(await self._fetch())
        finally:
            self._handling.hurry()
            await self._queues.close(self._options.grace_seconds)
        if self._broken is not None:
            raise self._broken

    async def _recover(self) -> None:
        undone = await inbox.undone(self._database)
        if undone:
            logger.warning("%d updates were left undone and are handled now", len(undone))
        for stored in undone:
            if not self._stop.is_set():
                self._hand_over(self._handling.read(stored, again=True))

    async def _fetch(self) -> list[Any]:
        try:
            batch = await unless_stopped(self._poller.fetch(self._offset), self._stop)
        except PollFailed as failure:
            await self._pause(failure)
            return []
        except SecondInstance as conflict:
            await self._sleep(self._conflicts.pause_seconds(conflict))
            return []
        except WebhookActive:
            logger.warning("a webhook is set for this bot: it is removed, polling takes over")
            await self._remove_webhook()
            return []
        self._failures = 0
        return batch or []

    async def _accept(self, batch: list[Any]) -> None:
        """Store first what somebody does something with; the offset moves on when it is on disk."""
        updates = {stored.update_id: stored for raw in batch if (stored := to_stored(raw))}
        if batch and not updates:
            await self._pause(PollFailed("no update of the batch has a number"))
        if not updates:
            return
        incoming = [self._handling.read(stored) for stored in updates.values()]
        kept = [one.stored for one in incoming if one.is_kept]
        new = await self._database.do(inbox.store, kept)
        self._offset = max(updates) + 1
        for one in incoming:
            if not one.is_kept or one.stored.update_id in new:
                self._hand_over(one)
        await self._forget_old()

    def _hand_over(self, incoming: Incoming) -> None:
        """What one chat is flooded with waits on the disk, and keeps no other chat waiting."""
        queue = queue_of(incoming)
        if self._queues.waiting < _WAITING_IN_MEMORY:
            self._queues.put(queue, incoming)
        elif incoming.is_kept:
            without = replace(incoming, stored=replace(incoming.stored, body=""), update=None)
            self._queues.put(queue, without)

    async def _forget_old(self) -> None:
        now_seconds = self._clock.steady_seconds()
        if now_seconds - self._forgotten_at_seconds >= _FORGET_EVERY_SECONDS:
            self._forgotten_at_seconds = now_seconds
            before_milliseconds = self._clock.now_milliseconds() - _KEEP_DONE_MILLISECONDS
            await self._database.do(inbox.forget_done, before_milliseconds)

    async def _remove_webhook(self) -> None:
        removal = self._bot.delete_webhook(drop_pending_updates=False)
        try:
            await unless_stopped(understood(removal), self._stop)
        except TelegramError as error:
            await self._pause(PollFailed(describe(error)))

    async def _pause(self, failure: PollFailed) -> None:
        self._failures += 1
        retry, asked_seconds = self._options.retry, failure.retry_after_seconds
        seconds = retry.endless_delay_seconds(self._failures, asked_seconds)
        logger.warning("no updates (%s), the next attempt in %.1f s", failure, seconds)
        await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        await unless_stopped(self._clock.sleep(seconds), self._stop)

    def _break(self, error: BaseException) -> None:
        self._broken = error
        self._stop.set()
