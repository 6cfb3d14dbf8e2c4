"""Updates taken in: on the disk before Telegram is told that they arrived.

python-telegram-bot's own updater and webhook confirm updates before they are handled, so a killed
process loses those in between. What is in the inbox is found there by `updates.UpdateLoop`, which
may be in another process.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.telegram.dispatch import Handling, Incoming
from bot.wakeup import Wakeup
from storage import inbox
from storage.db.database import Database
from storage.inbox import StoredUpdate

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "pre_checkout_query")
"""Named one by one: Telegram's default leaves some kinds out, and remembers the last choice."""

_MOMENT_SECONDS = 1.0


@dataclass(kw_only=True)
class Receiver:
    """Whoever fetches updates, or is handed them, brings them here.

    `look_at` takes what nobody does anything with and is kept nowhere; `wakeup` is given when there
    is something in the inbox.
    """

    handling: Handling
    database: Database
    look_at: Callable[[Incoming], None]
    wakeup: Wakeup
    received: int = 0
    """How many updates so far."""
    _receiving: int = field(init=False, default=0)
    _crowded_at_seconds: float = field(init=False, default=-math.inf)
    _arrived: dict[int, StoredUpdate] = field(init=False, default_factory=dict)
    _storing: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def receive(self, updates: Iterable[StoredUpdate]) -> None:
        """They are safe when it returns: what somebody does something with is on the disk.

        Raises: as `Database.transaction`; then nothing is known of these.
        """
        incoming = [self.handling.arrived(update) for update in updates]
        kept = [one.stored for one in incoming if one.is_kept]
        if kept:
            with self._counted():
                await self._store(kept)
        self.received += len(incoming)
        for one in incoming:
            if not one.is_kept:
                self.look_at(one)

    @property
    def is_crowded(self) -> bool:
        """Whether several wait just now, or did a moment ago, to have brought theirs."""
        return self.handling.clock.steady_seconds() - self._crowded_at_seconds < _MOMENT_SECONDS

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._receiving += 1
        if self._receiving > 1:
            self._crowded_at_seconds = self.handling.clock.steady_seconds()
        try:
            yield
        finally:
            self._receiving -= 1

    async def _store(self, kept: Collection[StoredUpdate]) -> None:
        """What arrives while others are being stored is stored together: one commit for all, by the
        first of them; the others are then done.
        """
        self._arrived.update({update.update_id: update for update in kept})
        async with self._storing:
            if any(update.update_id in self._arrived for update in kept):
                together = list(self._arrived.values())
                async with self.database.transaction(goes_first=True) as tx:
                    await inbox.store(tx, together)
                for update in together:
                    del self._arrived[update.update_id]
        self.wakeup()
