"""One stored update: parsed, put into its chat's queue, given to handlers, its outcome stored."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from telegram import Bot, Update
from telegram.ext import ApplicationHandlerStop, CallbackContext

from bot.clock import Clock
from bot.logs import SELDOM, log_context
from bot.retry import TELEGRAM
from bot.telegram.answers import PARSING_FAILURES
from bot.telegram.connection import BotApplication
from bot.telegram.errors import LATER, ChatDead, NotAllowed, ThreadClosed
from storage import inbox
from storage.db.database import Database
from storage.inbox import StoredUpdate

logger = logging.getLogger(__name__)

OnParked = Callable[[int, str], Awaitable[None]]

_TRIES = 3
# Telegram out of reach is not the update's fault, nor is a token that is refused: a stray refusal
# passes. That many pauses (20 minutes) do not count.
_EXCUSED = 60


_LARGEST_ID = 2**63 - 1

_USING = 0
"""python-telegram-bot's default group of handlers."""


class Malformed(Exception):
    """This update cannot be understood; its text names the failure, not the contents."""


class LetGo(Exception):
    """Raised by a handler: this is not for the bot. No other sees it, and nothing of it stays."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update on its way, or why it cannot be read; None: it lies in the inbox alone.

    `is_kept`: it is in the inbox, since a handler does something with what it holds; the others
    are looked at once. `again`: its handling was begun before, in an earlier process.
    """

    stored: StoredUpdate
    update: Update | Malformed | None
    is_kept: bool
    again: bool = False


@dataclass(kw_only=True)
class Handling:
    """Tries, counts, and gives up in the end so that one update cannot block a chat for ever."""

    application: BotApplication
    database: Database
    clock: Clock
    on_parked: OnParked
    _hurried: bool = field(init=False, default=False)
    _errors: dict[int, Exception] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.application.add_error_handler(self._note_error)

    def hurry(self) -> None:
        """Make no further tries: what fails from now on stays undone for the next start."""
        self._hurried = True

    def read(self, stored: StoredUpdate, *, again: bool = False) -> Incoming:
        """What is in the inbox."""
        try:
            update: Update | Malformed = parse(stored, self.application.bot)
        except Malformed as failure:
            update = failure
        return Incoming(stored, update, is_kept=True, again=again)

    def arrived(self, stored: StoredUpdate) -> Incoming:
        """What has just arrived, and whether it has to be kept; what cannot be read does."""
        incoming = self.read(stored)
        if isinstance(incoming.update, Update) and not self._concerns(incoming.update):
            return replace(incoming, is_kept=False)
        return incoming

    async def handle(self, incoming: Incoming) -> None:
        """Handle it until it succeeds or is parked; what is not kept is looked at once."""
        with log_context(update=incoming.stored.update_id):
            await self._handle_this(incoming)

    async def _handle_this(self, incoming: Incoming) -> None:
        update_id, update = incoming.stored.update_id, incoming.update
        if update is None:
            await self._fetch_and_handle(update_id, again=incoming.again)
        elif isinstance(update, Malformed):
            await self.park(update_id, str(update), update)
        elif not incoming.is_kept:
            await self._look_at(update)
        elif not incoming.again:
            await self._handle(update, incoming.stored.tries)
        elif incoming.stored.tries < _TRIES:
            await self._handle(update, await self.database.do(inbox.begin_again, update_id))
        else:
            await self.park(update_id, f"begun {incoming.stored.tries} times and never finished")

    async def _fetch_and_handle(self, update_id: int, *, again: bool) -> None:
        stored = await inbox.get(self.database, update_id)
        if stored is not None:
            await self.handle(self.read(stored, again=again))

    def _concerns(self, update: Update) -> bool:
        """Whether a handler does something with what it holds: those before the default group only
        look at who wrote where.
        """
        try:
            checks = [one.check_update(update) for one in self.application.handlers[_USING]]
        except PARSING_FAILURES:  # handling it fails in the same way, which is told
            return True
        return any(check is not None and check is not False for check in checks)

    async def _look_at(self, update: Update) -> None:
        error = await self._attempt(update)
        if error is not None and not isinstance(error, LetGo):
            logger.warning("update %d, not for the bot: %r", update.update_id, error)

    async def _handle(self, update: Update, tries: int) -> None:
        update_id, failures = update.update_id, 0
        while (error := await self._attempt(update)) is not None:
            if isinstance(error, LetGo):
                await self.database.do(inbox.let_go, update_id)
                return
            failures += 1
            excused = isinstance(error, LATER) and failures <= _EXCUSED
            if tries >= _TRIES and not excused:
                await self.park(update_id, type(error).__name__, error)
                return
            said = ("update %d failed (try %d): %r", update_id, tries, error)
            logger.warning(*said, exc_info=_unexpected(error), extra=SELDOM)
            if self._hurried:
                return
            await self.clock.sleep(TELEGRAM.endless_delay_seconds(failures))
            tries = tries if excused else await self.database.do(inbox.begin_again, update_id)
        await self.database.do(inbox.done, update_id)
        logger.info("update %d is handled", update_id)

    async def park(self, update_id: int, reason: str, error: Exception | None = None) -> None:
        """Give it up, loudly: first said, then done, since what is done is not looked at again."""
        logger.error("update %d is given up: %s", update_id, reason, exc_info=_unexpected(error))
        await self.on_parked(update_id, reason)
        await self.database.do(inbox.park, update_id, reason)

    async def _attempt(self, update: Update) -> Exception | None:
        await self.application.process_update(update)
        error = self._errors.pop(update.update_id, None)
        if isinstance(error, ChatDead | NotAllowed | ThreadClosed):
            logger.info("update %d: nobody can be answered (%s)", update.update_id, error)
            return None
        return error

    async def _note_error(
        self, update: object, context: CallbackContext[Any, Any, Any, Any]
    ) -> None:
        """The handlers that come after the one that failed are not asked this time."""
        if isinstance(update, Update) and context.error is not None:
            self._errors[update.update_id] = context.error
            raise ApplicationHandlerStop


def _unexpected(error: Exception | None) -> Exception | None:
    """What a traceback tells something of."""
    return None if isinstance(error, LATER) else error


def to_stored(raw: object) -> StoredUpdate | None:
    """What goes into the inbox; None where there is not even a number to keep it under."""
    fields: dict[str, Any] = raw if isinstance(raw, dict) else {}
    update_id = fields.get("update_id")
    if not isinstance(update_id, int) or not 0 <= update_id <= _LARGEST_ID:
        logger.error("an update cannot even be stored: no usable update_id")
        return None
    # Escaped to ASCII: half a surrogate pair or a NUL in a text would not go into the database.
    names = _people_in(fields)
    user_id = next((one for one in map(_author_of, fields.values()) if one in names), None)
    return StoredUpdate(update_id, json.dumps(fields), user_id=user_id, names=names)


def _author_of(part: object) -> object:
    """The id of whoever it is from, if it is a message, a press or a change."""
    author = part.get("from") if isinstance(part, dict) else None
    return author.get("id") if isinstance(author, dict) else None


def _people_in(raw: dict[str, Any]) -> frozenset[int]:
    """The ids of all who are named anywhere in it, bots left out."""
    found, unread = set[int](), list[Any]([raw])
    while unread:
        part = unread.pop()
        if isinstance(part, list):
            unread += part
        elif isinstance(part, dict):
            unread += part.values()
            if part.get("is_bot") is False or part.get("type") == "private":
                found.add(part.get("id", 0))
    return frozenset(one for one in found if isinstance(one, int) and 0 < one <= _LARGEST_ID)


def parse(stored: StoredUpdate, bot: Bot) -> Update:
    """The update as python-telegram-bot's object.

    Raises:
        Malformed: see `PARSING_FAILURES`.
    """
    try:
        raw: dict[str, Any] = json.loads(stored.body)
        return Update.de_json(raw, bot)
    except PARSING_FAILURES as error:
        raise Malformed(f"{type(error).__name__} while parsing") from error


def is_button_press(incoming: Incoming) -> bool:
    """Whether it is a button that was pressed."""
    return isinstance(incoming.update, Update) and incoming.update.callback_query is not None


def queue_of(incoming: Incoming) -> Hashable:
    """Updates of one queue are handled in order.

    Pressed buttons, which Telegram wants answered at once, and what has no chat (a payment to
    confirm within 10 s) do not queue behind what was written.
    """
    update = incoming.update
    if not isinstance(update, Update):
        return ("unread", incoming.stored.update_id)
    if update.callback_query is not None:
        return ("presses", update.callback_query.from_user.id)
    if update.effective_chat is not None:
        return ("chat", update.effective_chat.id)
    if update.effective_user is not None:
        return ("user", update.effective_user.id)
    return ("update", update.update_id)
