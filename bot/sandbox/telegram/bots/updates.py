"""A bot's updates: kept until confirmed, handed out by long polling."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from bot.clock import Clock
from bot.sandbox.telegram.errors import conflict

Json = dict[str, Any]

# Kinds a bot gets only after asking for them by name in allowed_updates.
ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MOST_AT_ONCE = 100
LONGEST_POLL_SECONDS = 50
_HISTORY = 2_000
# An offset this far past the newest update is not taken seriously (the server's own tolerance).
_FUTURE_TOLERANCE = 10


class UpdateQueue:
    """Updates in order of their ids; a call with an offset confirms all below it."""

    def __init__(self, clock: Clock, first_update_id: int) -> None:
        self._clock = clock
        self._next_id = first_update_id
        self._pending: deque[Json] = deque()
        self._repeats: deque[Json] = deque()
        self._history: deque[Json] = deque(maxlen=_HISTORY)
        self._grown = asyncio.Event()
        self._poll = 0
        self._interrupted = 0
        self.allowed: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._pending) + len(self._repeats)

    def push(self, kind: str, content: Json) -> int | None:
        """Add an update; None when the bot does not want this kind."""
        if not self._wanted(kind):
            return None
        return self.push_raw({kind: content})

    def push_raw(self, body: Json) -> int:
        """Add an update of any content, also of one no bot can read."""
        update = {"update_id": self._next_id, **body}
        self._next_id += 1
        self._pending.append(update)
        self._history.append(update)
        self.wake()
        return int(update["update_id"])

    def repeat(self, update_id: int) -> bool:
        """Deliver an update once more, with its old id; False when it is unknown."""
        for update in self._history:
            if update["update_id"] == update_id:
                self._repeats.append(update)
                self.wake()
                return True
        return False

    def clear(self) -> None:
        """Forget all pending updates (`drop_pending_updates`)."""
        self._pending.clear()
        self._repeats.clear()
        self._history.clear()

    def interrupt(self) -> None:
        """End the poll that is waiting, with nothing."""
        self._poll += 1
        self._interrupted = self._poll
        self.wake()

    def wake(self) -> None:
        """Let those that wait look again."""
        self._grown.set()
        self._grown = asyncio.Event()

    async def grown(self) -> None:
        """Wait until something is added or somebody else starts polling."""
        await self._grown.wait()

    @property
    def waiting(self) -> list[Json]:
        """All that is for a webhook."""
        return [*self._repeats, *self._pending]

    def is_waiting(self, update: Json) -> bool:
        """Whether it still is: not dropped meanwhile."""
        return any(update is other for other in self.waiting)

    def done(self, update: Json) -> None:
        """A webhook took it."""
        for waiting in (self._repeats, self._pending):
            if any(update is other for other in waiting):
                waiting.remove(update)
                return

    async def poll(self, offset: int, limit: int, timeout_seconds: int) -> list[Json]:
        """Confirmed below `offset`, then those from there on, waiting for one if there is none.

        Raises ApiError 409 in the older of two polls.
        """
        self._poll += 1
        mine = self._poll
        self.wake()
        self._confirm(offset)
        timer = asyncio.ensure_future(self._clock.sleep(min(timeout_seconds, LONGEST_POLL_SECONDS)))
        try:
            while not len(self) and not timer.done():
                await self._wait(timer)
                if self._poll == self._interrupted:
                    return []
                if self._poll != mine:
                    raise conflict(
                        "terminated by other getUpdates request; "
                        "make sure that only one bot instance is running"
                    )
            return self._take(limit)
        finally:
            timer.cancel()

    async def _wait(self, timer: asyncio.Future[None]) -> None:
        grown = asyncio.ensure_future(self.grown())
        try:
            await asyncio.wait({timer, grown}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            grown.cancel()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        elif offset <= self._next_id + _FUTURE_TOLERANCE:
            while self._pending and self._pending[0]["update_id"] < offset:
                self._pending.popleft()

    def _take(self, limit: int) -> list[Json]:
        count = max(1, min(limit, MOST_AT_ONCE))
        repeats = [self._repeats.popleft() for _ in range(min(count, len(self._repeats)))]
        return [*repeats, *list(self._pending)[: count - len(repeats)]]

    def _wanted(self, kind: str) -> bool:
        if not self.allowed:
            return kind not in ON_REQUEST_ONLY
        return kind in self.allowed
