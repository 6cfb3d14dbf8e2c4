"""Long polling: kept until confirmed, one poller at a time."""

from __future__ import annotations

import asyncio
import time

from tests.support.credentials import OTHER_TOKEN
from tests.support.deadlines import eventually
from tests.support.local_telegram import LocalTelegram


async def test_updates_come_again_until_an_offset_confirms_them(telegram: LocalTelegram) -> None:
    first = (await telegram.write("one"))["update_id"]
    second = (await telegram.write("two"))["update_id"]
    assert second == first + 1
    for _ in range(2):
        assert [u["message"]["text"] for u in await telegram.updates()] == ["one", "two"]
    assert [u["update_id"] for u in await telegram.updates(offset=second)] == [second]
    assert [u["update_id"] for u in await telegram.updates()] == [second]
    assert await telegram.updates(offset=second + 1) == []


async def test_an_offset_far_beyond_the_newest_counts_as_the_head(telegram: LocalTelegram) -> None:
    update_id = (await telegram.write("one"))["update_id"]
    assert [u["update_id"] for u in await telegram.updates(offset=update_id + 1000)] == [update_id]


async def test_a_negative_offset_keeps_only_the_newest(telegram: LocalTelegram) -> None:
    for text in ("one", "two", "three"):
        await telegram.write(text)
    assert [u["message"]["text"] for u in await telegram.updates(offset=-1)] == ["three"]
    assert len(await telegram.updates()) == 1


async def test_the_limit_is_kept(telegram: LocalTelegram) -> None:
    for text in ("one", "two", "three"):
        await telegram.write(text)
    assert len(await telegram.call("getUpdates", limit=2)) == 2


async def test_a_long_poll_waits_for_the_next_update(telegram: LocalTelegram) -> None:
    poll = asyncio.create_task(telegram.updates(timeout=20))
    await eventually(lambda: telegram.calls("getUpdates"))
    assert not poll.done()
    await telegram.write("at last")
    assert [u["message"]["text"] for u in await poll] == ["at last"]


async def test_a_long_poll_ends_with_nothing_after_its_time(telegram: LocalTelegram) -> None:
    began = time.monotonic()
    assert await telegram.updates(timeout=1) == []
    assert time.monotonic() - began >= 0.9


async def test_a_second_poller_ends_the_first_with_409(telegram: LocalTelegram) -> None:
    first = asyncio.create_task(telegram.ask("getUpdates", timeout=20))
    await eventually(lambda: telegram.calls("getUpdates"))
    second = asyncio.create_task(telegram.updates(timeout=20))
    answer = await first
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")
    await telegram.write("for the second")
    assert len(await second) == 1


async def test_only_the_allowed_kinds_come(telegram: LocalTelegram) -> None:
    await telegram.call("getUpdates", allowed_updates=["callback_query"])
    assert (await telegram.write("unwanted"))["update_id"] is None
    assert await telegram.updates() == []
    await telegram.call("getUpdates", allowed_updates=[])
    await telegram.write("wanted")
    assert len(await telegram.updates()) == 1


async def test_an_update_can_be_delivered_again_after_its_confirmation(
    telegram: LocalTelegram,
) -> None:
    update_id = (await telegram.write("once"))["update_id"]
    await telegram.updates(offset=update_id + 1)
    answer = await telegram.sim("POST", f"/updates/{update_id}/repeat")
    assert answer.status_code == 202
    assert [u["update_id"] for u in await telegram.updates(offset=update_id + 1)] == [update_id]
    assert await telegram.updates(offset=update_id + 1) == []
    assert (await telegram.sim("POST", "/updates/1/repeat")).status_code == 404


async def test_every_update_comes_twice_when_asked_for(telegram: LocalTelegram) -> None:
    await telegram.sim("PATCH", "/settings", {"repeat_updates": True})
    await telegram.write("hi")
    first, second = await telegram.updates()
    assert first == second


async def test_an_update_of_any_content_can_be_put_in(telegram: LocalTelegram) -> None:
    answer = await telegram.sim("POST", "/updates", {"message": {"chat": "nonsense"}})
    assert await telegram.updates() == [
        {"update_id": answer.json()["update_id"], "message": {"chat": "nonsense"}}
    ]


async def test_each_token_is_a_bot_with_updates_of_its_own(telegram: LocalTelegram) -> None:
    other = await telegram.call("getMe", token=OTHER_TOKEN)
    assert other["id"] == 777
    await telegram.updates()
    await telegram.write("to the first bot")
    assert await telegram.call("getUpdates", token=OTHER_TOKEN) == []
    assert len(await telegram.updates()) == 1


async def test_people_talk_to_the_first_bot_that_listens(telegram: LocalTelegram) -> None:
    await telegram.write("early")
    early = await telegram.call("getUpdates", token=OTHER_TOKEN)
    assert [update["message"]["text"] for update in early] == ["early"]
    assert (await telegram.sim("GET", "/state")).json()["bot"]["id"] == 777
    assert await telegram.updates() == []


async def test_a_token_of_the_wrong_shape_is_refused(telegram: LocalTelegram) -> None:
    assert (await telegram.raw("getMe", token="4242:short")).status_code == 401
    assert (await telegram.raw("getMe", token="nonsense")).status_code == 404


async def test_an_unknown_method_is_not_found(telegram: LocalTelegram) -> None:
    answer = await telegram.ask("sendHologram", chat_id=telegram.chat_id)
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


async def test_method_names_are_case_insensitive(telegram: LocalTelegram) -> None:
    assert (await telegram.call("GETME"))["id"] == 4242


async def test_a_reset_forgets_everything_but_gives_no_id_again(telegram: LocalTelegram) -> None:
    before = await telegram.write("old")
    poll = asyncio.create_task(telegram.updates(offset=before["update_id"] + 1, timeout=20))
    await eventually(lambda: telegram.calls("getUpdates"))
    assert (await telegram.sim("POST", "/reset")).status_code == 204
    assert await poll == []
    assert (await telegram.sim("GET", "/state")).json()["people"] == []
    person = await telegram.new_person("Ben")
    assert person["user_id"] != telegram.chat_id
    after = await telegram.write("new", chat_id=person["user_id"])
    assert after["update_id"] > before["update_id"]
    assert len(await telegram.updates(offset=before["update_id"] + 1)) == 1


async def test_what_was_written_before_the_bot_called_waits_for_it(telegram: LocalTelegram) -> None:
    calls = (await telegram.sim("GET", "/outbox?method=getUpdates")).json()["calls"]
    assert calls == []
    await telegram.write("early")

    async def seen() -> bool:
        return bool(await telegram.updates())

    await eventually(seen)
