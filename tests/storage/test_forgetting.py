"""What is left of a person who had their data deleted: amounts, and nothing that leads to them."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3

import pytest

from storage import inbox, verdicts
from storage.db.database import Database
from storage.inbox import StoredUpdate
from storage.jobs import ledger
from storage.jobs.ledger import Caps, next_day_milliseconds
from storage.media import ConversationKey
from storage.people import deletion, pseudonyms
from tests.storage.orders import CAPS, NOON, SHANGHAI, deliver, item, render, start
from tests.support.clock import HOUR, FakeClock

ADA, BEN = 712_345, 712_346
KEYED = dataclasses.replace(CAPS, pseudonym_key=b"of the token")
TOMORROW = next_day_milliseconds(NOON, SHANGHAI)


async def make_videos(database: Database, *people: int) -> None:
    for person in people:
        assert await deliver(database, await render(database, await start(database, person), 4_000))


async def forget(database: Database, user_id: int, caps: Caps = KEYED) -> int:
    async with database.transaction() as tx:
        account_id = await pseudonyms.take(
            tx, user_id, caps.pseudonym_key, until_milliseconds=TOMORROW
        )
        await deletion.forget(tx, user_id, account_id)
    return account_id


async def everything(database: Database) -> str:
    tables = await database.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")
    rows = [await database.fetch_all(f"SELECT * FROM {row['name']}") for row in tables]
    return json.dumps(rows)


async def test_nothing_in_the_database_names_them_and_every_amount_stays(
    database: Database,
) -> None:
    await make_videos(database, ADA, BEN)
    amounts = "SELECT kind, job_id, spent_micro_yuan, spent_quota_milliseconds, day FROM ledger"
    before = await database.fetch_all(amounts)
    account_id = await forget(database, ADA)
    assert account_id < 0
    left = await everything(database)
    assert not re.search(rf"(?<!\d){ADA}(?!\d)", left)
    assert re.search(rf"(?<!\d){BEN}(?!\d)", left)
    assert await database.fetch_all(amounts) == before


async def test_what_others_wrote_goes_as_well_where_it_names_them(database: Database) -> None:
    updates = [
        StoredUpdate(number, f'{{"id": {names}}}', names=frozenset({names}))
        for number, names in enumerate((ADA, ADA, BEN))
    ]
    await database.do(inbox.store, updates)
    await database.do(inbox.done, 0)
    await database.do(inbox.done, 2)
    assert await deletion.is_busy(database, ADA)
    assert not await deletion.is_busy(database, BEN)
    await database.do(inbox.park, 1, "KeyError")
    await forget(database, ADA)
    assert await database.column("SELECT user_id FROM inbox_people") == [BEN]
    assert await database.column("SELECT update_id FROM inbox") == [2]


async def test_what_they_used_counts_on_until_the_window_ends(
    database: Database, clock: FakeClock
) -> None:
    await make_videos(database, ADA)
    used = (await ledger.quota_of(database, ADA, KEYED)).used_milliseconds
    assert used == 4_000
    await forget(database, ADA)
    assert (await ledger.quota_of(database, ADA, KEYED)).used_milliseconds == used
    assert (await ledger.quota_of(database, BEN, KEYED)).used_milliseconds == 0

    await make_videos(database, ADA)
    assert (await ledger.quota_of(database, ADA, KEYED)).used_milliseconds == 2 * used
    await forget(database, ADA)
    assert (await ledger.quota_of(database, ADA, KEYED)).used_milliseconds == 2 * used
    clock.advance(12 * HOUR)
    assert (await ledger.quota_of(database, ADA, KEYED)).used_milliseconds == 0


async def test_checks_of_photos_count_on_as_well(database: Database) -> None:
    async def check() -> None:
        async with database.transaction() as tx:
            photo = await item(tx, "photo", ConversationKey(ADA, 0, ADA))
            await verdicts.count_check(
                tx,
                user_id=ADA,
                media_id=photo.id,
                picture_sha256="p",
                model="m",
                micro_yuan=1,
                zone=KEYED.zone,
            )

    await check()
    await forget(database, ADA)
    assert (await verdicts.checks_of_day(database, ADA, KEYED, 1)).left == 0


async def test_no_way_leads_back_without_the_key_nor_with_it_after_the_window(
    database: Database, clock: FakeClock
) -> None:
    await make_videos(database, ADA)
    account_id = await forget(database, ADA)
    assert await pseudonyms.account_of(database, ADA, b"another key") is None
    assert await pseudonyms.account_of(database, ADA, KEYED.pseudonym_key) == account_id
    assert b"of the token" not in (await everything(database)).encode()
    clock.advance(12 * HOUR)
    async with database.transaction() as tx:
        assert await pseudonyms.expire(tx) == 1
    assert await database.fetch_all("SELECT * FROM pseudonyms") == []


@pytest.mark.parametrize(
    "change",
    [
        "user_id = -3, spent_micro_yuan = 0",
        "user_id = 5",
        "day = '2020-01-01'",
        "user_id = -3, held_quota_milliseconds = 1",
    ],
)
async def test_the_ledger_lets_a_person_be_replaced_by_nobody_and_nothing_else(
    database: Database, change: str
) -> None:
    await make_videos(database, ADA)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        async with database.transaction() as tx:
            await tx.execute(f"UPDATE ledger SET {change}")
    await forget(database, ADA)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        async with database.transaction() as tx:
            await tx.execute(f"UPDATE ledger SET user_id = {ADA}")


async def test_every_table_that_names_people_is_thought_of(database: Database) -> None:
    """A new column that holds a person's number has to be dealt with, and named here."""
    names = ("user_id", "owner_id", "added_by", "reporter_id", "maker_id", "admin_id")
    tables = await database.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")
    found = set()
    for table in tables:
        columns = await database.fetch_all(f"PRAGMA table_info({table['name']})")
        found |= {f"{table['name']}.{c['name']}" for c in columns if c["name"] in names}
    deleted = " ".join(deletion.STATEMENTS)
    kept = {
        *("objections.owner_id", "bans.user_id"),
        *("bans.admin_id", "outbox.chat_id"),
        *("decisions.admin_id", "report_messages.admin_id"),
    }
    for column in found - kept:
        conversation, name = column.split(".")
        assert re.search(rf"(FROM|UPDATE) {conversation}\b[^;]*\b{name} = :user_id", deleted), (
            column
        )
