"""The inbox table."""

from __future__ import annotations

from storage import inbox
from storage.db.database import Database
from storage.inbox import StoredUpdate
from tests.support.clock import FakeClock


async def test_what_is_stored_twice_stays_as_it_came_first(database: Database) -> None:
    await database.do(inbox.store, [StoredUpdate(1, "a"), StoredUpdate(2, "b")])
    await database.do(inbox.store, [StoredUpdate(2, "other"), StoredUpdate(3, "c")])
    assert await inbox.undone(database) == [1, 2, 3]
    assert [(await _there(database, number)).body for number in (1, 2, 3)] == ["a", "b", "c"]


async def test_undone_ones_come_in_order_of_arrival_even_if_numbers_start_anew(
    database: Database, clock: FakeClock
) -> None:
    await database.do(inbox.store, [StoredUpdate(900, "before"), StoredUpdate(901, "before too")])
    clock.advance(1)
    await database.do(inbox.store, [StoredUpdate(5, "after")])
    assert await inbox.undone(database) == [900, 901, 5]


async def test_done_and_parked_ones_are_not_undone(database: Database) -> None:
    await database.do(inbox.store, [StoredUpdate(number, "x") for number in (1, 2, 3)])
    await database.do(inbox.done, 1)
    await database.do(inbox.park, 2, "KeyError")
    assert await inbox.undone(database) == [3]


async def test_each_further_try_is_counted(database: Database) -> None:
    await database.do(inbox.store, [StoredUpdate(1, "x")])
    assert [await database.do(inbox.begin_again, 1), await database.do(inbox.begin_again, 1)] == [
        2,
        3,
    ]
    assert (await _there(database, 1)).tries == 3


async def test_only_old_done_ones_are_forgotten(database: Database, clock: FakeClock) -> None:
    await database.do(inbox.store, [StoredUpdate(number, "x") for number in (1, 2, 3, 4)])
    await database.do(inbox.done, 1)
    await database.do(inbox.park, 3, "KeyError")
    before_milliseconds = clock.now_milliseconds() + 1
    clock.advance(2)
    await database.do(inbox.done, 2)
    assert await database.do(inbox.forget_done, before_milliseconds) == 1
    rows = await database.fetch_all("SELECT update_id FROM inbox ORDER BY update_id")
    assert [row["update_id"] for row in rows] == [2, 3, 4]


async def _there(database: Database, update_id: int) -> StoredUpdate:
    stored = await inbox.get(database, update_id)
    assert stored is not None
    return stored
