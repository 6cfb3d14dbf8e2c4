"""From the inbox to the handlers: whatever is in there is handled, in this process or the next.

Handlers therefore run at least once and must be idempotent.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import replace

from bot.clock import Clock
from bot.shutdown import unless_stopped
from bot.telegram.chat_queues import ChatQueues
from bot.telegram.connection import BotApplication
from bot.telegram.dispatch import Handling, Incoming, OnParked, is_button_press, queue_of
from bot.telegram.receiving import Receiver
from bot.wakeup import Wakeup
from storage import inbox
from storage.db.database import Database

logger = logging.getLogger(__name__)

_DAY_MILLISECONDS = 24 * 3_600 * 1_000
# Telegram keeps an update for 24 h, so it cannot come again later; and after a week without any
# it may begin with other numbers, which must not meet old ones here.
_KEEP_DONE_MILLISECONDS = 3 * _DAY_MILLISECONDS
_WAITING_IN_MEMORY = 1_000
_FORGET_EVERY_SECONDS = 3600.0
_LOOK_EVERY_SECONDS = 5.0
_GRACE_SECONDS = 10.0
_BEGIN_EVERY_SECONDS = 0.03
"""Telegram takes 30 messages a second."""


class UpdateLoop:
    """Looks into the inbox and hands over; one per process.

    `application` is initialised by the caller. Its handlers must be blocking ones, and it must have
    no error handlers: a failure is noticed by one of our own. What only its handlers before the
    default group take is not kept: they are not to use what it holds.
    `on_parked` is told about every update that is given up; `grace_seconds`: how long handlers may
    go on after `stop`. `on_look` is called after every look into the inbox.
    """

    def __init__(
        self,
        *,
        application: BotApplication,
        database: Database,
        clock: Clock,
        on_parked: OnParked,
        grace_seconds: float = _GRACE_SECONDS,
        on_look: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_look = on_look
        self._database = database
        self._clock = clock
        self._grace_seconds = grace_seconds
        self._handling = Handling(
            application=application, database=database, clock=clock, on_parked=on_parked
        )
        self._queues = ChatQueues[Incoming](self._handle, self._break, _number)
        self._wakeup = Wakeup()
        self._beginning = asyncio.Lock()
        self._begun: set[int] = set()
        self._stop = asyncio.Event()
        self._broken: BaseException | None = None
        self._forgotten_at_seconds = -math.inf
        self.receiver = Receiver(
            handling=self._handling, database=database, look_at=self._hand_over, wakeup=self._wakeup
        )
        """Takes in for it."""

    def stop(self) -> None:
        """Make `run` return: at once, but for handlers in flight (bounded)."""
        self._handling.hurry()
        self._stop.set()

    async def run(self) -> None:
        """Handle what was left undone, then what comes in, until `stop`.

        Raises:
            sqlite3.Error: the inbox cannot be read, or an outcome not be written.
        """
        try:
            again = True
            while not self._stop.is_set():
                await self._begin_undone(again=again)
                again = False
                await self._forget_old()
                self._on_look()
                await unless_stopped(self._wakeup.wait(_LOOK_EVERY_SECONDS), self._stop)
        finally:
            self._handling.hurry()
            await self._queues.close(self._grace_seconds)
        if self._broken is not None:
            raise self._broken

    async def _begin_undone(self, *, again: bool) -> None:
        """What ends while this looks was begun before it looked.

        All are there before the first is handed over: who writes first is answered first.
        """
        begun = frozenset(self._begun)
        waiting = [each for each in await inbox.undone(self._database) if each not in begun]
        if again and waiting:
            logger.warning("%d updates were left undone and are handled now", len(waiting))
        found = [await inbox.get(self._database, each) for each in waiting]
        for stored in found:
            if stored is not None and not self._stop.is_set():
                self._hand_over(self._handling.read(stored, again=again))

    def _hand_over(self, incoming: Incoming) -> None:
        """What one chat is flooded with waits on the disk, and keeps no other chat waiting."""
        queue = queue_of(incoming)
        if incoming.is_kept:
            self._begun.add(incoming.stored.update_id)
        if self._queues.waiting < _WAITING_IN_MEMORY:
            self._queues.put(queue, incoming)
        elif incoming.is_kept:
            without = replace(incoming, stored=replace(incoming.stored, body=""), update=None)
            self._queues.put(queue, without)

    async def _handle(self, incoming: Incoming) -> None:
        if not is_button_press(incoming):
            await self._give_way()
        await self._handling.handle(incoming)
        self._begun.discard(incoming.stored.update_id)

    async def _give_way(self) -> None:
        """Taking in goes before handling: Telegram waits for that, and people see no more than so
        many answers a second anyway.
        """
        async with self._beginning:
            if self.receiver.is_crowded:
                await self._clock.sleep(_BEGIN_EVERY_SECONDS)

    async def _forget_old(self) -> None:
        now_seconds = self._clock.steady_seconds()
        if now_seconds - self._forgotten_at_seconds >= _FORGET_EVERY_SECONDS:
            self._forgotten_at_seconds = now_seconds
            before_milliseconds = self._clock.now_milliseconds() - _KEEP_DONE_MILLISECONDS
            await self._database.do(inbox.forget_done, before_milliseconds)

    def _break(self, error: BaseException) -> None:
        self._broken = error
        self._stop.set()


def _number(incoming: Incoming) -> int:
    return incoming.stored.update_id
