"""The bots: every token of the right shape is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from bot.sandbox.telegram.bots.updates import UpdateQueue
from bot.sandbox.telegram.bots.webhook import Webhook
from bot.sandbox.telegram.errors import ApiError

_TOKEN = re.compile(r"(\d{1,19}):([A-Za-z0-9_-]{30,})")
_LOOKS_LIKE_ONE = re.compile(r"\d+:.*")
_FIRST_UPDATE_ID = 500_000_001
DEMO_BOT_ID = 4242

# A scope (all_private_chats, chat:12, …) and a language code ("" for all).
CommandKey = tuple[str, str]


@dataclass(slots=True)
class Bot:
    """One bot: who it is, what it registered, what waits for it."""

    bot_id: int
    updates: UpdateQueue
    webhook: Webhook = field(default_factory=Webhook)
    commands: dict[CommandKey, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def username(self) -> str:
        """What people address in groups, without the @."""
        if self.bot_id == DEMO_BOT_ID:
            return "talking_photo_bot"
        return f"sandbox_{self.bot_id}_bot"

    @property
    def first_name(self) -> str:
        """What people see above its messages."""
        return "Talking Photo"

    def as_user(self) -> dict[str, Any]:
        """The Bot API's User object inside messages."""
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }


class Bots:
    """All bots seen so far, by id. The first to ask for updates is the one people talk to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bots: dict[int, Bot] = {}
        self._listening: Bot | None = None
        # Updates of the time before any bot called: the first bot gets them.
        self._waiting = self._queue()
        self._awaited = Bot(DEMO_BOT_ID, self._waiting)

    def __iter__(self) -> Iterator[Bot]:
        """Those that called; before any did, the one that is awaited."""
        return iter(list(self._bots.values()) or [self._awaited])

    @property
    def main(self) -> Bot | None:
        """The bot the private chats are with; until one listens, the first that called."""
        return self._listening or next(iter(self._bots.values()), None)

    @property
    def main_updates(self) -> UpdateQueue:
        """Where the main bot's updates wait, even before it has called."""
        return self.expected.updates

    @property
    def expected(self) -> Bot:
        """The main bot; before any called, the one that is awaited."""
        return self.main or self._awaited

    def listen(self, bot: Bot) -> None:
        """A bot asks for updates: the first to do so gets what waited for whoever would come."""
        if self._listening is not None:
            return
        if self.main is not None and self.main is not bot:
            self.main.updates, bot.updates = bot.updates, self.main.updates
        self._listening = bot

    def find(self, bot_id: int) -> Bot | None:
        """The bot, if it has called or is awaited."""
        return next((bot for bot in self if bot.bot_id == bot_id), None)

    def by_token(self, token: str) -> Bot:
        """The bot of this token; raises ApiError 404 or 401 for one of the wrong shape."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            looks_like_one = _LOOKS_LIKE_ONE.fullmatch(token)
            raise ApiError(401, "Unauthorized") if looks_like_one else ApiError(404, "Not Found")
        bot_id = int(match[1])
        if bot_id not in self._bots:
            queue = self._queue() if self._bots else self._waiting
            self._bots[bot_id] = Bot(bot_id, queue)
        return self._bots[bot_id]

    def clear(self) -> None:
        """Drop what waits for the bots and end their polls."""
        for queue in (self._waiting, *(bot.updates for bot in self)):
            queue.clear()
            queue.interrupt()

    def _queue(self) -> UpdateQueue:
        return UpdateQueue(self._clock, _FIRST_UPDATE_ID)
