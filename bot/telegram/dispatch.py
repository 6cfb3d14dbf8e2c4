"""One stored update: parsed, put into its chat's queue, given to handlers, its outcome stored."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot, Update
from telegram.ext import CallbackContext

from bot.clock import Clock
from bot.retry import TELEGRAM
from bot.telegram.connection import BotApplication
from bot.telegram.errors import ChatDead, TokenRejected, TryAgain
from storage.inbox import Inbox, StoredUpdate

logger = logging.getLogger(__name__)

OnParked = Callable[[int, str], Awaitable[None]]

_TRIES = 3
# Telegram out of reach is not the update's fault, nor is a token that is refused: a stray refusal
# passes, and after a real one no updates are fetched any more, which ends the process. That many
# pauses (20 minutes) do not count.
_EXCUSED = 60


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update on its way; `again`: its handling was begun before, in an earlier process."""

    update: Update
    tries: int
    again: bool


@dataclass(kw_only=True)
class Handling:
    """Tries, counts, and gives up in the end so that one update cannot block a chat for ever."""

    application: BotApplication
    inbox: Inbox
    clock: Clock
    on_parked: OnParked
    _hurried: bool = field(init=False, default=False)
    _errors: dict[int, Exception] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.application.add_error_handler(self._note_error)

    def hurry(self) -> None:
        """Make no further tries: what fails from now on stays undone for the next start."""
        self._hurried = True

    async def handle(self, incoming: Incoming) -> None:
        """Handle it until it succeeds or is parked."""
        update_id, tries, failures = incoming.update.update_id, incoming.tries, 0
        if incoming.again:
            if tries >= _TRIES:
                await self.park(update_id, f"begun {tries} times and never finished")
                return
            tries = await self.inbox.begin_again(update_id)
        while (error := await self._attempt(incoming.update)) is not None:
            failures += 1
            excused = isinstance(error, TryAgain | TokenRejected) and failures <= _EXCUSED
            if tries >= _TRIES and not excused:
                await self.park(update_id, type(error).__name__, error)
                return
            logger.warning("update %d failed (try %d)", update_id, tries, exc_info=error)
            if self._hurried:
                return
            await self.clock.sleep(TELEGRAM.endless_delay_seconds(failures))
            tries = tries if excused else await self.inbox.begin_again(update_id)
        await self.inbox.done(update_id)

    async def park(self, update_id: int, reason: str, error: Exception | None = None) -> None:
        """Give it up, loudly: first said, then done, since what is done is not looked at again."""
        logger.error("update %d is given up: %s", update_id, reason, exc_info=error)
        await self.on_parked(update_id, reason)
        await self.inbox.park(update_id, reason)

    async def _attempt(self, update: Update) -> Exception | None:
        await self.application.process_update(update)
        error = self._errors.pop(update.update_id, None)
        if isinstance(error, ChatDead):
            logger.info("update %d: nobody is left to answer (%s)", update.update_id, error)
            return None
        return error

    async def _note_error(
        self, update: object, context: CallbackContext[Any, Any, Any, Any]
    ) -> None:
        if isinstance(update, Update) and context.error is not None:
            self._errors[update.update_id] = context.error


_LARGEST_ID = 2**63 - 1


class Malformed(Exception):
    """This update cannot be understood; its text names the failure, not the contents."""


# python-telegram-bot checks nothing: these are what a missing field, a field of another kind, a
# date out of range and too much nesting lead to inside it.
_PARSING_FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def to_stored(raw: object) -> StoredUpdate | None:
    """What goes into the inbox; None where there is not even a number to keep it under."""
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(update_id, int) or not 0 <= update_id <= _LARGEST_ID:
        logger.error("an update cannot even be stored: no usable update_id")
        return None
    # Escaped to ASCII: half a surrogate pair or a NUL in a text would not go into the database.
    return StoredUpdate(update_id, json.dumps(raw))


def parse(stored: StoredUpdate, bot: Bot) -> Update:
    """The update as python-telegram-bot's object.

    Raises:
        Malformed: see `_PARSING_FAILURES`.
    """
    try:
        raw: dict[str, Any] = json.loads(stored.body)
        return Update.de_json(raw, bot)
    except _PARSING_FAILURES as error:
        raise Malformed(f"{type(error).__name__} while parsing") from error


def queue_of(update: Update) -> Hashable:
    """Updates of one queue are handled in order.

    What has no chat (a payment to confirm within 10 s) does not queue behind the person's chat.
    """
    if update.effective_chat is not None:
        return ("chat", update.effective_chat.id)
    if update.effective_user is not None:
        return ("user", update.effective_user.id)
    return ("update", update.update_id)
