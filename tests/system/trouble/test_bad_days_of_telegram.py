"""Telegram's bad days, met by the real process: it goes on afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import said
from tests.support.world import HELD_SECONDS, World, world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.proof]

OPERATOR = 7001
SETTINGS = {"ADMIN_IDS": str(OPERATOR)}


async def who_sent_both(shared: World, name: str = "Ada") -> Person:
    person = await shared.person(name)
    await person.sends_photo()
    await person.says()
    return person


async def called_again(there: World) -> None:
    """Waits for more than one call of the bot from now on."""

    async def calls() -> int:
        return len((await there.ask("GET", "outbox"))["calls"])

    before = await calls()

    async def look() -> bool:
        return await calls() > before + 1

    await eventually(look, "more than one call in vain")


async def test_a_network_that_is_gone_for_a_while_delays_everything_and_loses_nothing(
    shared: World,
) -> None:
    ada = await who_sent_both(shared)
    await ada.reaches("ready", "submitting", "running", "fetching", "delivering", "done")
    shared.faults.add("telegram", "*", "drop_before", times=None)
    await ada.reaches("delivering", "done")
    bea = await shared.person("Bea")
    await bea.writes("/start")
    await called_again(shared)
    shared.faults.clear()
    await ada.sees_video()
    await bea.sees("I make photos speak")
    await ada.reaches("done")


async def test_bad_gateways_at_every_call_are_waited_out(shared: World) -> None:
    for method in ("getUpdates", "sendMessage", "editMessageText", "sendVideo", "deleteMessage"):
        shared.faults.add("telegram", method, "status", params={"code": 502})
        shared.faults.add("telegram", method, "html")
    ada = await who_sent_both(shared)
    await ada.sees_video()


async def test_one_chats_long_pause_is_nobody_elses(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.sees_key("photo-ready")
    shared.faults.add("telegram", "sendVideo", "rate_limit", params={"retry_after": 20})
    await ada.says()

    async def put_off() -> bool:
        return f"job {(await ada.reaches('delivering'))['id']} is sent again in " in shared.log()

    await eventually(put_off, "the video is put off")
    bea = await who_sent_both(shared, "Bea")
    await bea.sees_video()
    assert not any("video" in message for message in await ada.heard())
    await ada.sees_video()
    job = await ada.reaches("done")
    (shown,) = shared.rows(f"SELECT * FROM deliveries WHERE job_id = {job['id']}")
    assert shown["message_id"] > 0


async def test_an_update_that_is_none_is_parked_and_told_and_the_next_one_handled(
    shared: World,
) -> None:
    body = {"first_name": "Olga", "language_code": "en", "user_id": OPERATOR}
    (await shared.http.post("/sim/people", json=body)).raise_for_status()
    for malformed in ({"message": {"message_id": "x", "date": "soon"}}, {"message": 3}):
        (await shared.http.post("/sim/updates", json=malformed)).raise_for_status()
    ada = await shared.person()
    await ada.writes("/last")
    await ada.sees(said("last-none"))
    await Person(shared, OPERATOR).sees("An update could not be handled")
    parked = shared.rows("SELECT error FROM inbox WHERE state = 'parked'")
    assert len(parked) == 2


async def test_a_person_who_blocked_the_bot_ends_the_job_settled_and_gets_the_video_later(
    shared: World,
) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada = await who_sent_both(shared)
    await ada.reaches("running")
    (await shared.http.post(f"/sim/chats/{ada.user_id}/block", json={})).raise_for_status()
    await shared.tell_provider(render_seconds=0.2)
    job = await ada.reaches("undeliverable")
    (held,) = shared.rows(
        "SELECT SUM(held_micro_yuan) AS money, SUM(held_quota_milliseconds) AS quota"
        f" FROM ledger WHERE job_id = {job['id']}"
    )
    assert held == {"money": 0, "quota": 0}
    assert f"job {job['id']} cannot be delivered: Forbidden: bot was blocked" in shared.log()

    (await shared.http.post(f"/sim/chats/{ada.user_id}/unblock", json={})).raise_for_status()
    await ada.writes("/last")
    assert "Your last one" in (await ada.sees_video())["caption"]


async def test_a_group_that_moves_is_known_by_its_new_id(shared: World) -> None:
    ada = await shared.person()
    body = {"title": "Friends", "members": [ada.user_id]}
    group = (await shared.http.post("/sim/groups", json=body)).raise_for_status().json()
    path = f"/sim/chats/{group['chat_id']}/migrate"
    new = (await shared.http.post(path, json={})).raise_for_status().json()

    async def known() -> bool:
        rows = shared.rows("SELECT old_chat_id, new_chat_id FROM moved_chats")
        return rows == [{"old_chat_id": group["chat_id"], "new_chat_id": new["chat_id"]}]

    await eventually(known, "the move is recorded")


async def test_a_token_that_is_refused_is_waited_for_and_at_a_start_ends_it_with_a_sentence(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, render_seconds=HELD_SECONDS) as there:
        ada = await who_sent_both(there)
        await ada.reaches("running")
        there.faults.add("telegram", "*", "status", times=None, params={"code": 401})
        await there.tell_provider(render_seconds=0.2)
        await ada.writes("/status")
        await called_again(there)
        assert there.bot_is_running
        there.faults.clear()
        await ada.sees_video()
        assert there.rows("SELECT 1 FROM inbox WHERE state = 'parked'") == []
        await there.stop_bot()

        there.faults.add("telegram", "*", "status", times=None, params={"code": 401})
        await there.start_bot()
        assert await there.bot.ended() == 1
        assert "Telegram does not know TELEGRAM_BOT_TOKEN" in there.log()
