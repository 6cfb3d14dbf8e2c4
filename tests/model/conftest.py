"""A database for each test, and storage calls made twice, as after a lost reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from storage.db.database import Database, Transaction
from storage.media import ConversationKey
from tests.storage.conftest import clock, database
from tests.storage.orders import NOON

__all__ = ["clock", "database"]

Call = Callable[[Transaction], Awaitable[Any]]
Arrange = Callable[[Database], Awaitable[Call]]
"""Makes the database as the call needs it."""

PLACE = ConversationKey(1, 0, 1)
LATER = NOON + 9_000


async def everything(database: Database) -> dict[str, list[Any]]:
    """All that is written down."""
    tables = await database.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row["name"]: await database.fetch_all(f"SELECT * FROM {row['name']}") for row in tables}


def after(prepare: Call | None, call: Call) -> Arrange:
    """A call, after another one if it needs that."""

    async def arrange(database: Database) -> Call:
        if prepare is not None:
            async with database.transaction() as tx:
                await prepare(tx)
        return call

    return arrange


async def repeat(database: Database, arrange: Arrange, *, may_change_nothing: bool = False) -> None:
    """The second time it answers no, or the same, and changes nothing."""
    call = await arrange(database)
    before = await everything(database)
    async with database.transaction() as tx:
        first = await call(tx)
    once = await everything(database)
    async with database.transaction() as tx:
        second = await call(tx)
    assert before != once or may_change_nothing
    assert await everything(database) == once
    assert not second or second == first
