"""Whose turn it is: Telegram's limits kept, the urgent first, one chat's 429 nobody else's.

Telegram's FAQ for bots: about one message a second in a chat (short bursts pass), 20 a minute in
a group, about 30 a second overall. Edits count. Of its own accord the bot edits seldom in a group:
every edit moves something on the screens of all its people.
"""

from __future__ import annotations

import asyncio
import bisect
import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from bot.clock import Clock
from bot.telegram.errors import NotSent

_REMEMBERED_CHATS = 1_000
_CLOSED = "the bot is stopping"
_CROWDED = "so much was said in this chat that it would have to wait"
_NEGLIGIBLE_SECONDS = 0.001  # a rest of a float subtraction is no reason to wait once more


class Urgency(IntEnum):
    """Who goes first when there is not room for all.

    An answer shows no message: it does not wait for a chat's limits.
    """

    ANSWER = 0
    RESULT = 1
    TEXT = 2
    PROGRESS = 3


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` within any `seconds`; progress leaves `spare` of them to the others."""

    calls: int
    seconds: float
    spare: int = 0
    edits_only: bool = False


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """The windows every call has to fit into: a chat has room for one exchange at once.

    A group's minute is longer than Telegram's: it counts calls when they arrive, and one that was
    under way for long arrives close to those that are made a minute later.
    """

    overall: Limit = Limit(25, 1.0, spare=5)
    chat: Limit = Limit(6, 6.0, spare=2)
    group: Limit = Limit(20, 63.0, spare=6)
    group_edits: Limit = Limit(6, 63.0, spare=2, edits_only=True)


class _Window:
    """The calls within the last seconds."""

    def __init__(self, limit: Limit) -> None:
        self.edits_only = limit.edits_only
        self._limit = limit
        self._at: deque[float] = deque()

    def wait_seconds(self, now: float, urgency: Urgency, ahead: int = 0) -> float:
        """`ahead`: so many others are to go first."""
        self._forget(now)
        spare = self._limit.spare if urgency is Urgency.PROGRESS else 0
        over = len(self._at) + ahead - (self._limit.calls - spare)
        if over < 0:
            return 0.0
        return self._limit.seconds + (self._at[over] - now if over < len(self._at) else 0.0)

    def note(self, now: float) -> None:
        self._at.append(now)

    def idle(self, now: float) -> bool:
        self._forget(now)
        return not self._at

    def _forget(self, now: float) -> None:
        while self._at and self._at[0] + self._limit.seconds <= now:
            self._at.popleft()


class _Chat:
    """One chat's windows, and until when a 429 silences it."""

    def __init__(self, *limits: Limit) -> None:
        self._windows = [_Window(limit) for limit in limits]
        self.held_until = 0.0

    def wait_seconds(self, now: float, urgency: Urgency, *, edit: bool, ahead: int = 0) -> float:
        held = self.held_until - now
        if urgency is Urgency.ANSWER:
            return held
        waits = [window.wait_seconds(now, urgency, ahead) for window in self._of(edit=edit)]
        return max(held, *waits)

    def note(self, now: float, *, edit: bool) -> None:
        for window in self._of(edit=edit):
            window.note(now)

    def idle(self, now: float) -> bool:
        return self.held_until <= now and all(window.idle(now) for window in self._windows)

    def _of(self, *, edit: bool) -> list[_Window]:
        return [window for window in self._windows if edit or not window.edits_only]


@dataclass(order=True, slots=True)
class _Waiter:
    urgency: Urgency
    number: int
    chat_id: int | None = field(compare=False)
    edit: bool = field(compare=False)
    ready: asyncio.Future[None] = field(compare=False)


class RateLimiter:
    """Hands out turns; `chat_id` None is a call that belongs to no chat (a callback answer)."""

    def __init__(self, clock: Clock, limits: TelegramLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or TelegramLimits()
        self._overall = _Window(self._limits.overall)
        self._chats: dict[int, _Chat] = {}
        self._waiting: list[_Waiter] = []
        self._numbers = 0
        self._timer: asyncio.Task[None] | None = None
        self._closed = False

    async def acquire(
        self,
        chat_id: int | None,
        urgency: Urgency,
        *,
        edit: bool = False,
        at_most_seconds: float = math.inf,
    ) -> None:
        """Return when this call may be made; `edit` is one that changes a message.

        Raises:
            NotSent: the limiter was closed while it waited, or before; or the chat's limits, with
                those that are to go first there, would have it wait longer than `at_most_seconds`.
        """
        if self._closed:
            raise NotSent(_CLOSED)
        self._numbers += 1
        ready = asyncio.get_running_loop().create_future()
        waiter = _Waiter(urgency, self._numbers, chat_id, edit, ready)
        wait_seconds = self._expected_seconds(chat_id, urgency, edit=edit)
        if wait_seconds > at_most_seconds:
            raise NotSent(_CROWDED, wait_seconds)
        bisect.insort(self._waiting, waiter)
        self._serve()
        try:
            await ready
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram answered 429: no turn for this chat before that time is over."""
        chat = self._chat(chat_id)
        chat.held_until = max(chat.held_until, self._clock.steady_seconds() + seconds)

    def held_seconds(self, chat_id: int) -> float:
        """How long a 429 still silences this chat; 0 when it does not."""
        chat = self._chats.get(chat_id)
        return 0.0 if chat is None else max(0.0, chat.held_until - self._clock.steady_seconds())

    def wait_seconds(self, chat_id: int) -> float:
        """How long a new message to this chat would have to wait."""
        return max(0.0, self._expected_seconds(chat_id, Urgency.TEXT, edit=False))

    async def close(self) -> None:
        """Nobody gets a turn any more."""
        self._closed = True
        for waiter in self._waiting:
            if not waiter.ready.done():
                waiter.ready.set_exception(NotSent(_CLOSED))
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait([self._timer])

    def _expected_seconds(self, chat_id: int | None, urgency: Urgency, *, edit: bool) -> float:
        if chat_id is None or chat_id not in self._chats:
            return 0.0
        ahead = sum(w.chat_id == chat_id and w.urgency <= urgency for w in self._waiting)
        now = self._clock.steady_seconds()
        return self._chats[chat_id].wait_seconds(now, urgency, edit=edit, ahead=ahead)

    def _serve(self) -> None:
        now = self._clock.steady_seconds()
        waits: list[float] = []
        for waiter in list(self._waiting):
            wait = self._wait_seconds(waiter, now)
            if wait <= _NEGLIGIBLE_SECONDS:
                self._grant(waiter, now)
                continue
            waits.append(wait)
            if self._overall.wait_seconds(now, Urgency.ANSWER) > _NEGLIGIBLE_SECONDS:
                break  # full for everyone
        self._arm(min(waits, default=None))

    def _wait_seconds(self, waiter: _Waiter, now: float) -> float:
        overall = self._overall.wait_seconds(now, waiter.urgency)
        if waiter.chat_id is None:
            return overall
        chat = self._chat(waiter.chat_id)
        return max(overall, chat.wait_seconds(now, waiter.urgency, edit=waiter.edit))

    def _grant(self, waiter: _Waiter, now: float) -> None:
        self._waiting.remove(waiter)
        self._overall.note(now)
        if waiter.chat_id is not None:
            self._chat(waiter.chat_id).note(now, edit=waiter.edit)
        if not waiter.ready.done():
            waiter.ready.set_result(None)

    def _arm(self, wait_seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = (
            None if wait_seconds is None else asyncio.create_task(self._serve_after(wait_seconds))
        )

    async def _serve_after(self, wait_seconds: float) -> None:
        await self._clock.sleep(wait_seconds)
        self._timer = None
        self._serve()

    def _chat(self, chat_id: int) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            self._forget_idle_chats()
            limits = self._limits
            of_group = (limits.group, limits.group_edits) if is_group(chat_id) else ()
            chat = self._chats[chat_id] = _Chat(limits.chat, *of_group)
        return chat

    def _forget_idle_chats(self) -> None:
        if len(self._chats) < _REMEMBERED_CHATS:
            return
        now = self._clock.steady_seconds()
        self._chats = {i: chat for i, chat in self._chats.items() if not chat.idle(now)}


def is_group(chat_id: int) -> bool:
    """Bot API: groups, supergroups and channels have negative ids."""
    return chat_id < 0
