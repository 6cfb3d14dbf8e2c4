"""A chat that closes: nothing is made for nobody, what is paid for is kept for whoever returns."""

from __future__ import annotations

import pytest

from tests.support.chats import Json
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def block(shared: World, person: Person) -> None:
    (await shared.http.post(f"/sim/chats/{person.user_id}/block", json={})).raise_for_status()


async def unblock(shared: World, person: Person) -> None:
    (await shared.http.post(f"/sim/chats/{person.user_id}/unblock", json={})).raise_for_status()


async def becomes(shared: World, chat_id: int, *, closed: bool) -> None:
    async def look() -> bool:
        rows = shared.rows(f"SELECT 1 FROM dead_chats WHERE chat_id = {chat_id}")
        return bool(rows) is closed

    await eventually(look, f"chat {chat_id} closed: {closed}")


def jobs_of(shared: World, person: Person) -> list[Json]:
    return shared.rows(f"SELECT * FROM jobs WHERE user_id = {person.user_id} ORDER BY id")


async def test_what_waits_for_someone_who_blocked_the_bot_ends_for_nothing_and_what_runs_is_kept(
    shared: World,
) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    running = await ada.reaches("running")
    await ada.says(1.4)
    await ada.reaches("ready", after=running)
    await block(shared, ada)
    waited = await ada.reaches("cancelled")
    await becomes(shared, ada.user_id, closed=True)
    (held,) = shared.rows(
        "SELECT SUM(held_quota_milliseconds) AS quota, SUM(held_micro_yuan) AS money"
        f" FROM ledger WHERE job_id = {waited['id']}"
    )
    assert held == {"quota": 0, "money": 0}
    (task,) = shared.rows(f"SELECT * FROM tasks WHERE job_id = {waited['id']}")
    assert task["submitting_at_milliseconds"] is None

    await shared.tell_provider(render_seconds=0.2)

    async def kept() -> bool:
        return bool(jobs_of(shared, ada)[0]["state"] == "undeliverable")

    await eventually(kept, "the running job was kept")
    await unblock(shared, ada)
    await becomes(shared, ada.user_id, closed=False)
    await ada.writes("/last")
    assert "Your last one" in (await ada.sees_video())["caption"]
    assert len(jobs_of(shared, ada)) == 2


async def test_a_group_that_shows_the_bot_the_door_is_closed_until_it_is_back(
    shared: World,
) -> None:
    ada = await shared.person()
    group = await Group.create(shared, "Faces", ada)
    for status in ("kicked", "left"):
        await group.sets_bot(status)
        await becomes(shared, group.chat_id, closed=True)
        await group.sets_bot("member")
        await becomes(shared, group.chat_id, closed=False)
