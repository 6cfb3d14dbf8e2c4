"""Updates on their way to the bot: kept until confirmed, repeated, out of order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from bot.clock import Clock
from bot.telegram.errors import SecondInstance, TelegramFailure
from bot.telegram.polling import PollFailed
from tests.soak.chance import Chance, Weighted

Json = dict[str, Any]

_HOLD_SECONDS = 30.0
_ROUND_TRIP_SECONDS = 0.05
_BATCH = 100
_REMEMBERED = 300

_POLL_FAILURES: Weighted[Callable[[], TelegramFailure]] = (
    (6, lambda: PollFailed("502")),
    (2, lambda: PollFailed("429", 3.0)),
    (1, lambda: SecondInstance("409")),
)


class Mailbox:
    """Takes what people do; the bot polls its `fetch` (see `bot.telegram.polling`)."""

    def __init__(self, chance: Chance, clock: Clock) -> None:
        self.handed_in = 0
        self.media = 0
        self.repeated = 0
        self._chance = chance
        self._clock = clock
        self._next_number = 1_000
        self._waiting: deque[Json] = deque()
        self._old: deque[Json] = deque(maxlen=_REMEMBERED)
        self._introduction = asyncio.Event()

    def put(self, update: Json) -> int:
        """An update for the bot; its number. Now and then Telegram leaves a gap."""
        self._next_number += 1 + (1_000 if self._chance.goes_wrong("numbers jump") else 0)
        self._waiting.append({"update_id": self._next_number, **update})
        self.handed_in += 1
        self.media += bool({"photo", "voice"} & update.get("message", {}).keys())
        self._introduction.set()
        return self._next_number

    @property
    def is_empty(self) -> bool:
        """Whether the bot has confirmed everything."""
        return not self._waiting

    async def fetch(self, offset: int | None) -> list[Json]:
        """See `Poller`."""
        self._confirm(offset)
        await asyncio.sleep(_ROUND_TRIP_SECONDS)
        if self._chance.goes_wrong("poll"):
            await asyncio.sleep(self._chance.latency_seconds(10.0))
            raise self._chance.one_of(_POLL_FAILURES)()
        if not self._waiting:
            await self._wait()
        batch = list(self._waiting)[:_BATCH]
        if self._chance.goes_wrong("poll: answer lost"):
            raise PollFailed("the answer was lost")
        return self._shuffled(batch)

    def _confirm(self, offset: int | None) -> None:
        if offset is None:
            return
        confirmed = [update for update in self._waiting if update["update_id"] < offset]
        self._old.extend(confirmed)
        for update in confirmed:
            self._waiting.remove(update)

    async def _wait(self) -> None:
        self._introduction.clear()
        try:
            async with asyncio.timeout(_HOLD_SECONDS):
                await self._introduction.wait()
        except TimeoutError:
            return

    def _shuffled(self, batch: list[Json]) -> list[Json]:
        if batch and self._old and self._chance.goes_wrong("updates repeated"):
            batch.append(self._chance.dice.choice(self._old))
            self.repeated += 1
        if self._chance.goes_wrong("updates out of order"):
            self._chance.dice.shuffle(batch)
        return batch
