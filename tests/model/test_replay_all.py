"""A reply that was lost, for chats, outages, the inbox and the clock; and no call of the storage's
that writes is forgotten, whatever file it is in.
"""

# ruff: noqa: ARG005  (all calls of a kind have one shape)

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

import pytest

import storage
from storage import drafts, inbox, media_answers, outages, outbox
from storage.db import backup
from storage.db import due as clock
from storage.db.database import Database, Transaction
from storage.groups import chats, groups
from storage.inbox import StoredUpdate
from storage.jobs import deliveries
from storage.jobs.deliveries import Form
from storage.outages import Outage, Work
from storage.people import consents
from tests.model import test_replay, test_replay_media, test_replay_people
from tests.model.conftest import LATER, PLACE, Arrange, Call, after, repeat
from tests.storage.orders import ACCOUNT, NOON, item, start

GROUP, SUPERGROUP = -5, -1005


async def everything_in(chat_id: int, database: Database) -> None:
    """A job whose video is being sent, and whatever else a chat can have."""
    job, there = await start(database), PLACE._replace(chat_id=chat_id)
    async with database.transaction() as tx:
        await deliveries.sending(tx, job, "first:1", Form.VIDEO, chat_id)
        await item(tx, "photo", there)
        await outbox.put(tx, "thing", "update:9", chat_id=chat_id, message_id=5)
        await consents.want_question(tx, there, test_replay_people.AGREEMENT, 5)
        await groups.note(tx, chat_id, 7)
        await groups.choose(tx, chat_id, {"who": "list"})
        await groups.let_in(tx, chat_id, 7)
        for table in ("jobs", "media"):
            await tx.execute(f"UPDATE {table} SET chat_id = :chat_id", chat_id=chat_id)


def of_chat(call: Call) -> Arrange:
    async def arrange(database: Database) -> Call:
        await everything_in(GROUP, database)
        return call

    return arrange


async def refuse(tx: Transaction, outage: Outage | None = None) -> None:
    await outages.refused(tx, ACCOUNT, Work.SUBMIT, "key", outage, NOON)


def of_outage(call: Callable[[Transaction, Outage], Awaitable[Any]]) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            await refuse(tx)
        (outage,) = await outages.all_of(database, ACCOUNT)
        return lambda tx: call(tx, outage)

    return arrange


def of_media(call: Callable[[Transaction, Any], Awaitable[Any]]) -> Arrange:
    """Of a photo and a voice that their sender was asked about."""

    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            made = [await item(tx, kind, PLACE) for kind in ("photo", "voice")]
            await tx.execute(
                "UPDATE media SET state = 'asked', fault = 'late', wanted_at_milliseconds = 0"
            )
        return lambda tx: call(tx, made[0])

    return arrange


def of_update(call: Call) -> Arrange:
    async def arrange(database: Database) -> Call:
        await database.do(inbox.store, [StoredUpdate(5, "{}", names=frozenset({7}))])
        return call

    return arrange


async def a_copy(database: Database) -> Call:
    await database.writer.execute("PRAGMA user_version = 1")
    return backup.forget_copying


CALLS: dict[str, Arrange] = {
    "chats.mark_dead": after(None, lambda tx: chats.mark_dead(tx, GROUP, "blocked")),
    "chats.mark_alive": after(
        lambda tx: chats.mark_dead(tx, GROUP, "blocked"), lambda tx: chats.mark_alive(tx, GROUP)
    ),
    "chats.move": of_chat(lambda tx: chats.move(tx, GROUP, SUPERGROUP)),
    "chats.close_chat": of_chat(lambda tx: chats.close_chat(tx, GROUP, "blocked")),
    "outages.refused": of_outage(refuse),
    "outages.begin_probe": of_outage(lambda tx, one: outages.begin_probe(tx, one, LATER)),
    "outages.hurry": of_outage(lambda tx, one: outages.hurry(tx, ACCOUNT, asked=True)),
    "outages.end": of_outage(outages.end),
    "inbox.store": after(None, lambda tx: inbox.store(tx, [StoredUpdate(5, "{}")])),
    "inbox.done": of_update(lambda tx: inbox.done(tx, 5)),
    "inbox.park": of_update(lambda tx: inbox.park(tx, 5, "broken")),
    "inbox.let_go": of_update(lambda tx: inbox.let_go(tx, 5)),
    "due.note_time": after(None, clock.note_time),
    "backup.forget_copying": a_copy,
    "media_answers.wake": of_media(lambda tx, photo: media_answers.wake(tx, photo.id)),
    "media_answers.want": of_media(lambda tx, photo: media_answers.want(tx, photo.id)),
    "drafts.want": of_media(lambda tx, photo: drafts.want(tx, PLACE)),
    "drafts.wake_other": of_media(lambda tx, photo: drafts.wake_other(tx, photo)),
}

COUNTING = {
    "inbox.begin_again": "one more try",
    "inbox.forget_done": "how many it deletes",
    "inbox.keep_outcome": "the schema refuses it",
    "inbox.outcome_of": "it only reads, in the transaction that does",
    "due.set_back": "goes with the time that it is noted by, in one transaction",
}
"""Calls whose second time is meant to count, or cannot be."""

MAY_CHANGE_NOTHING = {"backup.forget_copying"}
"""What is in no table."""


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    await repeat(database, CALLS[name], may_change_nothing=name in MAY_CHANGE_NOTHING)


def test_every_call_that_writes_is_repeated_or_named() -> None:
    others = (test_replay, test_replay_media, test_replay_people)
    repeated = CALLS.keys() | set[str]().union(*(other.CALLS for other in others))
    counting = COUNTING.keys() | test_replay.COUNTING.keys() | test_replay_media.COUNTING.keys()
    written = {
        f"{module.name.rpartition('.')[2]}.{name}"
        for module in pkgutil.walk_packages(storage.__path__, "storage.")
        for name, function in inspect.getmembers(
            import_module(module.name), inspect.iscoroutinefunction
        )
        if not name.startswith("_")
        and function.__module__ == module.name
        and "tx" in inspect.signature(function).parameters
    }
    assert written == repeated | counting
