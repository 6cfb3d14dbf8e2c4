"""What is kept of a person: all of it is in their copy, and goes when they are forgotten, but for
what the text names; a new table or column has to be thought of here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from storage.db.database import Database
from storage.people import data_export, deletion
from tests.machine.test_migrations import fill
from tests.support.clock import FakeClock

ADA, BEN = 7, 8
ACCOUNT = -99
PERSON = {"user_id", "owner_id", "added_by", "reporter_id", "admin_id", "maker_id"}
OTHERWISE_KNOWN = {
    "inbox_people": "the numbers of those whom an update names",
    "pseudonyms": "of those who are forgotten",
    "moved_chats": "groups",
}
NOT_IN_THE_COPY = {"upload_url", "video_url", "voice_url", "account", "task_id", "slot", "error"}
LENT = """
INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id,
    created_at_milliseconds)
VALUES (200, 'update:200', 'photo', -5, 8, 1, 'f200', 'u200', 1000);
INSERT INTO borrowed_media VALUES (200, 7, NULL);
INSERT INTO drafts VALUES (-5, 0, 8, 200, NULL, 1000);
INSERT INTO verdicts VALUES ('lent', 'm', 1, NULL, '[1]', '[2]', 1500);
"""
AMOUNTS_AND_TIMES = {
    "media": {
        *("id", "kind", "insisted", "limit_milliseconds", "duration_milliseconds", "announced"),
        *("tries", "not_before_milliseconds", "created_at_milliseconds", "wanted_at_milliseconds"),
        *("from_milliseconds", "in_parts", "levelled", "agreed_quota_milliseconds"),
    },
    "deliveries": {
        *("id", "job_id", "chat_id", "thread_id", "message_id", "form", "sha256"),
        *("sending_at_milliseconds", "sent_at_milliseconds", "removed_at_milliseconds"),
    },
}
"""What outlasts a person in rows that were theirs: no file, no picture, no message in private."""
GONE = {
    "media": {"crop", "crops", "face_bbox", "ext_bbox", "picture_sha256", "file_id", "plan"},
    "jobs": {"request", "chat_id", "user_id", "status_message_id", "failure_detail"},
    "tasks": {"video_url", "voice_url", "failure_detail"},
    "detections": {"user_id", "picture_sha256"},
    "ledger": {"user_id"},
}

Row = dict[str, Any]


@pytest.fixture
async def full(tmp_path: Path, clock: FakeClock) -> Any:
    """A database with rows in every table, and every column of a photo or voice filled."""
    path = tmp_path / "full.db"
    await fill(path)
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.executescript(LENT)
        for _, name, kind, required, *_ in await (
            await connection.execute("PRAGMA table_info(media)")
        ).fetchall():
            if not required:
                value = 1 if kind == "INTEGER" else "x"
                await connection.execute(
                    f"UPDATE media SET {name} = COALESCE({name}, ?) WHERE id <> 80", (value,)
                )
        await connection.execute("UPDATE media SET picture_sha256 = 'lent' WHERE id = 200")
    database = await Database.open(path, clock)
    yield database
    await database.close()


async def tables(database: Database) -> list[str]:
    return await database.column("SELECT name FROM sqlite_master WHERE type = 'table'")


async def rows_of(database: Database, table: str, user_id: int) -> list[Row]:
    """Those that name the person, or belong to a photo, voice or job of theirs."""
    columns = {row["name"] for row in await database.fetch_all(f"PRAGMA table_info({table})")}
    theirs = [f"{column} = :user_id" for column in columns & PERSON]
    if "user_id" not in columns:
        for link in await database.fetch_all(f"PRAGMA foreign_key_list({table})"):
            if link["table"] in ("media", "jobs"):
                owned = f"SELECT id FROM {link['table']} WHERE user_id = :user_id"
                theirs.append(f"{link['from']} IN ({owned})")
    if not theirs:
        return []
    sql = f"SELECT * FROM {table} WHERE {' OR '.join(theirs)}"
    return await database.fetch_all(sql, user_id=user_id)


@pytest.mark.parametrize("user_id", [ADA, BEN, 9, 10])
async def test_the_copy_has_every_row_that_is_kept_of_a_person(
    full: Database, user_id: int
) -> None:
    copy = await data_export.everything_of(full, user_id)
    shown = [
        {column: value for column, value in row.items() if column != "body"}
        for section in copy.values()
        for row in section
    ]
    for table in set(await tables(full)) - OTHERWISE_KNOWN.keys():
        for row in await rows_of(full, table, user_id):
            assert any(one.items() <= row.items() for one in shown if one), (table, row)


async def test_no_copy_names_anybody_else_or_what_only_the_bot_may_open(full: Database) -> None:
    copy = await data_export.everything_of(full, ADA)
    for section, rows in copy.items():
        for row in rows:
            assert not NOT_IN_THE_COPY & row.keys(), section
            assert {row[column] for column in PERSON & row.keys()} <= {ADA}, section


async def test_of_a_person_who_is_forgotten_nothing_stays_but_what_the_text_names(
    full: Database,
) -> None:
    before = {table: await rows_of(full, table, ADA) for table in await tables(full)}
    async with full.transaction() as tx:
        await deletion.forget(tx, ADA, ACCOUNT)
    for table, rows in before.items():
        after = {row.get("id"): row for row in await full.fetch_all(f"SELECT * FROM {table}")}
        for row in rows if table in (*AMOUNTS_AND_TIMES, *GONE) else ():
            left = after.get(row["id"], {})
            if table == "deliveries" and row["chat_id"] == ADA:
                assert (left["chat_id"], left["message_id"]) == (0, None)
            kept = {name for name, value in left.items() if value == row[name] is not None}
            kept -= {name for name in kept if left[name] in (0, "superseded", "forgotten")}
            assert kept <= AMOUNTS_AND_TIMES.get(table, kept), (table, row["id"])
            assert not kept & GONE.get(table, set()), (table, row["id"])


async def test_what_others_had_of_them_is_emptied_and_stays_refused(full: Database) -> None:
    async with full.transaction() as tx:
        await deletion.forget(tx, ADA, ACCOUNT)
    (lent,) = await full.fetch_all("SELECT * FROM media WHERE id = 200")
    for column in GONE["media"]:
        assert lent[column] in (None, ""), column
    assert not await full.fetch_all("SELECT * FROM verdicts WHERE picture_sha256 = 'lent'")
    assert not await full.fetch_all("SELECT * FROM drafts WHERE photo_id = 200")
    assert await full.has("forgotten_files", file_unique_id="u200")
