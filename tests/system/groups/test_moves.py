"""A group becomes a supergroup: whatever is told of it first, what is the group's goes along."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from contextlib import closing

from bot.sandbox.telegram.groups import MIGRATION
from tests.support.chats import Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.texts import said
from tests.support.world import World

_FIRST_GROUP_ID = -4_000_000_001
ORDERS = [
    order
    for events in (MIGRATION, (*MIGRATION, "left"))
    for order in itertools.permutations(events)
]
_NEVER = 2**52

_THEIRS = """
    UPDATE groups SET who = 'list', others_photos = 0, quiet = 1 WHERE chat_id = {old};
    INSERT INTO group_guests VALUES ({old}, 5);
    INSERT INTO objections VALUES ({old}, 6, 1);
    INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id,
        state, duration_milliseconds, created_at_milliseconds, announced)
    VALUES (-2 * {n}, 'photo:{n}', 'photo', {old}, {n}, 1, 'f', 'u', 'ready', NULL, 1, 1),
        (-2 * {n} - 1, 'voice:{n}', 'voice', {old}, {n}, 2, 'f', 'u', 'ready', 5000, 1, 1);
    INSERT INTO drafts VALUES ({old}, 0, {n}, -2 * {n}, NULL, 1);
    INSERT INTO jobs (id, request, chat_id, user_id, photo_id, voice_id, engine, resolution,
        held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, status_message_id,
        created_at_milliseconds)
    SELECT {n}, 'pair:{n}', {old}, {n}, -2 * {n}, -2 * {n} - 1, 'wan2.2-s2v', '480P', 5000, 500000,
        1000, 1, MAX(seen_at_milliseconds) FROM people;
    INSERT INTO tasks (job_id, number, begins_at_milliseconds, length_milliseconds, engine, turn,
        not_before_milliseconds)
    VALUES ({n}, 1, 0, 5000, 'wan2.2-s2v', {n}, {never});
    INSERT INTO outbox (kind, unique_key, chat_id, message_id, arguments, run_at_milliseconds,
        created_at_milliseconds)
    SELECT 'forgotten', 'said:{n}', {old}, 7, '{{}}', {never}, MAX(seen_at_milliseconds)
    FROM people;
"""
"""Rules, a list, an objection, a draft, a job that waits, and something to be said."""


def fill(shared: World, groups: list[Group]) -> None:
    """Give every group something of each."""
    with closing(sqlite3.connect(shared.database, timeout=30)) as base:
        for number, there in enumerate(groups, start=1):
            base.executescript(
                f"BEGIN; {_THEIRS.format(old=there.chat_id, n=number, never=_NEVER)} COMMIT;"
            )


def contents(shared: World, chat_id: int) -> Json:
    """What belongs to that chat."""
    wanted = {
        "groups": "who, others_photos, quiet",
        "group_guests": "user_id",
        "objections": "owner_id",
        "drafts": "photo_id",
        "jobs": "id, state, cancel_requested",
        "outbox": "unique_key, state",
        "introductions": "introduced",
    }
    return {
        table: shared.rows(f"SELECT {columns} FROM {table} WHERE chat_id = {chat_id}")
        for table, columns in wanted.items()
    }


async def test_in_any_order_of_events_all_goes_along_and_the_bot_stays(there: World) -> None:
    ada = await there.person()
    await ada.writes("/start")
    groups = [await Group.create(there, "Home", ada, kind="group") for _ in ORDERS]
    assert [one.chat_id for one in groups] == [_FIRST_GROUP_ID - n for n in range(len(ORDERS))]
    for one in groups:
        await one.sees(said("introduction-hello", command="/talk@talking_photo_bot"))
    await there.stop_bot()
    fill(there, groups)
    await there.start_bot(ALLOWED_GROUPS=",".join(str(one.chat_id) for one in groups))
    before = [contents(there, one.chat_id) for one in groups]
    for step in range(len(MIGRATION) + 1):
        told = [order[step : step + 1] for order in ORDERS]
        grown = await asyncio.gather(*map(Group.migrates, groups, told))
        await handled(there, ada.user_id)
    for one, new, order, had in zip(groups, grown, ORDERS, before, strict=True):
        assert contents(there, new.chat_id) == had, order
        assert not any(contents(there, one.chat_id).values()), order
        assert not [m for m in await new.heard() if said("leaving-group") in text_of(m)], order
    assert await there.bot_calls("leaveChat") == []


async def handled(there: World, user_id: int) -> None:
    """Wait until all that Telegram has told so far is handled."""
    body = {"message": {"message_id": 1, "date": 1, "chat": {"id": user_id, "type": "private"}}}
    last = (await there.ask("POST", "updates", body))["update_id"]

    def look() -> bool:
        states = there.rows(f"SELECT state FROM inbox WHERE update_id = {last}")
        return bool(states) and not there.rows("SELECT 1 FROM inbox WHERE state = 'new'")

    await eventually(look, "all updates handled")
