"""Edits of status messages, which may be lost: the latest wins, seldom, never after the final."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.logs import SELDOM
from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.telegram.rate_limits import RateLimiter, Urgency, is_group

logger = logging.getLogger(__name__)

PRIVATE_INTERVAL_SECONDS = 3.0
GROUP_INTERVAL_SECONDS = 8.0
MOST_EDITS = 10
"""Of one message: what would come after is not worth moving the chat once more."""

_REMEMBERED_MESSAGES = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """What a status message is to read; `pressed` says that somebody waits for it."""

    chat_id: int
    message_id: int
    text: str
    keyboard: Keyboard | None = None
    pressed: bool = False


@dataclass(slots=True)
class _Line:
    """One status message: what it is to read next, what it reads, who may touch it now."""

    wanted: Status | None = None
    shown: Status | None = None
    next_edit_at: float = 0.0
    edits: int = 0
    task: asyncio.Task[None] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def busy(self) -> bool:
        return self.task is not None or self.lock.locked()


@dataclass(kw_only=True)
class ProgressEdits:
    """`edit` makes one edit, its turn being taken here; a refused one is not repeated.

    The turn is waited for outside the message's lock: else the final word would queue behind
    progress that nobody needs any more.
    """

    edit: Callable[[Status], Awaitable[None]]
    rate_limiter: RateLimiter
    clock: Clock
    _lines: OrderedDict[tuple[int, int], _Line] = field(init=False, default_factory=OrderedDict)

    def show(self, status: Status) -> None:
        """Make the message read so, soon, unless something newer comes first."""
        line = self._line(status.chat_id, status.message_id)
        if line.edits >= MOST_EDITS and not status.pressed:
            return
        line.wanted = status
        if line.task is None:
            line.task = asyncio.create_task(self._follow(line, status.chat_id))

    @asynccontextmanager
    async def final(self, chat_id: int, message_id: int) -> AsyncIterator[None]:
        """Inside, no progress edit of this message is under way; what waited is dropped."""
        line = self._line(chat_id, message_id)
        line.wanted = None
        async with line.lock:
            line.wanted = None
            line.shown = None
            yield

    async def close(self) -> None:
        """Drop what waits; an edit under way is cancelled."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, line: _Line, chat_id: int) -> None:
        try:
            while line.wanted not in (None, line.shown):
                await self._until_due(line, chat_id)
                async with line.lock:
                    await self._edit_once(line)
        finally:
            line.wanted = None
            line.task = None

    async def _until_due(self, line: _Line, chat_id: int) -> None:
        if line.wanted is not None and line.wanted.pressed:
            await self.rate_limiter.acquire(chat_id, Urgency.TEXT, edit=True)
            return
        wait_seconds = line.next_edit_at - self.clock.steady_seconds()
        if wait_seconds > 0:
            await self.clock.sleep(wait_seconds)
        await self.rate_limiter.acquire(chat_id, Urgency.PROGRESS, edit=True)

    async def _edit_once(self, line: _Line) -> None:
        status, line.wanted = line.wanted, None
        if status is None:
            return
        line.edits += 1
        try:
            await self.edit(status)
        except TelegramFailure as failure:
            logger.info("chat %s is not shown progress: %s", status.chat_id, failure, extra=SELDOM)
            if self.rate_limiter.held_seconds(status.chat_id) > 0:
                line.wanted = line.wanted or status
        else:
            line.shown = status
        line.next_edit_at = self.clock.steady_seconds() + _interval_seconds(status.chat_id)

    def _line(self, chat_id: int, message_id: int) -> _Line:
        key = (chat_id, message_id)
        line = self._lines.setdefault(key, _Line())
        self._lines.move_to_end(key)
        if len(self._lines) > _REMEMBERED_MESSAGES:
            self._forget_idle()
        return line

    def _forget_idle(self) -> None:
        idle = [key for key, line in self._lines.items() if not line.busy()]
        for key in idle[: _REMEMBERED_MESSAGES // 10]:
            del self._lines[key]


def _interval_seconds(chat_id: int) -> float:
    return GROUP_INTERVAL_SECONDS if is_group(chat_id) else PRIVATE_INTERVAL_SECONDS
