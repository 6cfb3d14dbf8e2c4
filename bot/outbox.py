"""The outbox's runner: does what was put down there, once each, whatever comes between.

A kind of work is one function that returns or raises; what it raises decides what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial

from bot.logs import SELDOM, log_context
from bot.retry import DISK, OUTBOX, UNKNOWN_KIND, RetryPolicy
from bot.task_pool import TaskPool
from bot.telegram import errors as chat
from bot.telegram.api_calls import LONGEST_WAIT_SECONDS, waiting_at_most
from bot.telegram.destination import Destination
from bot.telegram.sender import Sender
from storage import inbox, outbox
from storage.db.database import Database, Transaction
from storage.groups import chats
from storage.outbox import OutboxEntry

logger = logging.getLogger(__name__)

A_WEEK_SECONDS = 7 * 24 * 3600.0

_AT_ONCE = 8
_DUE_AT_ONCE = 100


class NotNow(Exception):
    """It cannot be done yet: once more, later."""


class Pointless(Exception):
    """It cannot be done, or is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one entry."""

    entry: OutboxEntry
    database: Database

    @property
    def destination(self) -> Destination:
        """The answer to the message that it is about."""
        entry = self.entry
        return Destination(entry.chat_id, entry.thread_id, entry.message_id)

    async def sending(self) -> None:
        """Record that a call is about to be made that must not be made twice.

        Raises: Pointless: the entry is gone.
        """
        if not await self.database.do(outbox.sending, self.entry):
            raise Pointless(f"{self.entry.unique_key} is gone")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is done for one kind of entry, and what when it does not succeed.

    `run` returns when it is done. It raises `TelegramFailure`s, `OSError`, `NotNow`,
    `Pointless`.
    `repeatable`: where it is not known whether it was done it is done again; else it is given up.
    Nobody decides that for a kind but itself.
    `retry` says when; for as long as `longest_seconds`, or as often as it has delays.
    `given_up` is told of the failure, in the transaction that ends the entry.
    `erased`: the entry goes when it ends, since it names somebody who is forgotten.
    """

    name: str
    run: Callable[[Attempt], Awaitable[None]]
    repeatable: bool
    retry: RetryPolicy = OUTBOX
    longest_seconds: float | None = A_WEEK_SECONDS
    given_up: Callable[[Transaction, OutboxEntry, Exception], Awaitable[None]] | None = None
    erased: bool = False

    def delay_seconds(self, attempts: int, age_seconds: float) -> float | None:
        """How long to wait when so many attempts failed; None: it is given up."""
        if self.longest_seconds is None:
            return self.retry.delay_seconds(attempts)
        if age_seconds > self.longest_seconds:
            return None
        return self.retry.endless_delay_seconds(attempts)


@dataclass(kw_only=True)
class OutboxRunner:
    """Has entries done: of each kind in each chat one at a time.

    By `note` the operator is told of a kind that is not known, and of what the disk refuses, in the
    transaction that puts the entry off.
    """

    database: Database
    sender: Sender
    kinds: Iterable[Kind]
    note: Callable[..., Awaitable[None]]
    wakeup: Callable[[], None]

    def __post_init__(self) -> None:
        self._kinds = {kind.name: kind for kind in self.kinds}
        self.pool = TaskPool(_AT_ONCE, self.wakeup)
        self._under_way: dict[int, tuple[int, str]] = {}
        self._told_of: set[str] = set()

    async def begin_what_is_due(self) -> None:
        """As much as there is room for."""
        room = self.pool.room
        if not room:
            return
        for entry in await outbox.due(self.database, room + len(self._under_way)):
            busy = (entry.chat_id, entry.kind) in self._under_way.values()
            if self.pool.room and not busy:
                self.pool.start(entry.id, partial(self._attempt_alone, entry))

    async def attempt_due(self, only: Kind | None = None) -> bool:
        """One attempt at the first of each kind in each chat, in this task; False: none is due."""
        entries = await outbox.due(self.database, _DUE_AT_ONCE)
        chosen = [entry for entry in entries if only is None or entry.kind == only.name]
        for entry in chosen:
            await self.attempt(entry)
        return bool(chosen)

    async def attempt(self, entry: OutboxEntry) -> None:
        """Do it, put it off or give it up; a fault of ours or of the whole bot is raised."""
        kind = self._kinds.get(entry.kind)
        if kind is None:
            await self._keep(entry)
        elif (wait_seconds := self.sender.wait_seconds(entry.chat_id)) > 0:
            await self.database.do(outbox.leave_alone, wait_seconds, chat_id=entry.chat_id)
        elif (begun := await self._begin(kind, entry)) is not None:
            key = begun.unique_key
            with log_context(update=inbox.update_in(key), outbox=key):
                await self._run(kind, begun)

    async def _attempt_alone(self, entry: OutboxEntry) -> None:
        self._under_way[entry.id] = (entry.chat_id, entry.kind)
        try:
            await self.attempt(entry)
        finally:
            del self._under_way[entry.id]

    async def _keep(self, entry: OutboxEntry) -> None:
        """A later version of the program put it down, which is to find it as it was; it is said
        once.
        """
        delay_seconds = UNKNOWN_KIND.endless_delay_seconds(1)
        async with self.database.transaction() as tx:
            if entry.kind not in self._told_of:
                subject, key = f"outbox:{entry.kind}", "operator-unknown-kind"
                await self.note(tx, subject, key, kind=entry.kind)
            await outbox.leave_alone(tx, delay_seconds, kind=entry.kind)
        self._told_of.add(entry.kind)

    async def _begin(self, kind: Kind, entry: OutboxEntry) -> OutboxEntry | None:
        async with self.database.transaction() as tx:
            if entry.sending_at_milliseconds is not None and not kind.repeatable:
                await self._end(tx, kind, entry, done=False)
                return None
            if entry.attempts and _delay_seconds(tx, kind, entry) is None:
                await self._give_up(tx, kind, entry, Pointless("in vain for too long"))
                return None
            lease_seconds = kind.retry.endless_delay_seconds(entry.attempts + 1)
            return await outbox.begin(tx, entry, tx.later(lease_seconds))

    async def _run(self, kind: Kind, entry: OutboxEntry) -> None:
        try:
            with waiting_at_most(LONGEST_WAIT_SECONDS):
                await kind.run(Attempt(entry, self.database))
        except (chat.TelegramFailure, OSError, NotNow, Pointless) as failure:
            await self.database.do(self._judge, kind, entry, failure)
            if isinstance(failure, chat.TokenRejected):
                raise
        else:
            await self.database.do(self._end, kind, entry, done=True)

    async def _judge(
        self, tx: Transaction, kind: Kind, entry: OutboxEntry, failure: Exception
    ) -> None:
        match failure:
            case chat.SendUnknown() if not kind.repeatable:
                logger.info("%s may be done: %s", entry.unique_key, failure)
                await self._end(tx, kind, entry, done=False)
            case chat.TryAgain() | NotNow() | chat.SendUnknown() | chat.TokenRejected():
                await self._put_off(tx, kind, entry, failure)
            case OSError():
                await self.note(tx, "disk-refuses", "operator-disk-refuses", detail=str(failure))
                at_least_seconds = DISK.endless_delay_seconds(entry.attempts)
                await self._put_off(tx, kind, entry, failure, at_least_seconds)
            case chat.ChatMoved():
                await chats.move(tx, entry.chat_id, failure.new_chat_id)
                await self._put_off(tx, kind, entry, failure)
            case chat.ChatDead():
                await self._give_up(tx, kind, entry, failure)
                await chats.close_chat(tx, entry.chat_id, str(failure))
            case _:
                await self._give_up(tx, kind, entry, failure)

    async def _put_off(
        self,
        tx: Transaction,
        kind: Kind,
        entry: OutboxEntry,
        failure: Exception,
        at_least_seconds: float = 0.0,
    ) -> None:
        delay_seconds = _delay_seconds(tx, kind, entry)
        if delay_seconds is None:
            await self._give_up(tx, kind, entry, failure)
            return
        delay_seconds = max(delay_seconds, at_least_seconds)
        logger.warning("%s in %.0f s: %r", entry.unique_key, delay_seconds, failure, extra=SELDOM)
        await outbox.put_off(tx, entry, tx.later(delay_seconds))

    async def _give_up(
        self, tx: Transaction, kind: Kind, entry: OutboxEntry, failure: Exception
    ) -> None:
        """Of what is gone meanwhile nobody is told: it may name somebody who is forgotten."""
        if not await self._end(tx, kind, entry, done=False):
            return
        logger.error("%s is given up: %r", entry.unique_key, failure)
        if kind.given_up is not None:
            await kind.given_up(tx, entry, failure)

    async def _end(self, tx: Transaction, kind: Kind, entry: OutboxEntry, *, done: bool) -> bool:
        if kind.erased:
            return await outbox.erase(tx, entry)
        return await outbox.end(tx, entry, done=done)


def _delay_seconds(tx: Transaction, kind: Kind, entry: OutboxEntry) -> float | None:
    age_milliseconds = tx.now_milliseconds - entry.created_at_milliseconds
    return kind.delay_seconds(entry.attempts, age_milliseconds / 1000)
