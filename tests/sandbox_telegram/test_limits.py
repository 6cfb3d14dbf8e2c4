"""Sending limits: bursts pass, floods are answered 429 with the seconds to wait."""

from __future__ import annotations

from bot.sandbox.telegram.limits import GROUP_PER_MINUTE, PRIVATE_BURST, RateLimits
from tests.support.clock import FakeClock
from tests.support.local_telegram import LocalTelegram


async def test_a_burst_passes_and_a_flood_does_not(telegram: LocalTelegram) -> None:
    for number in range(PRIVATE_BURST):
        await telegram.send(str(number))
    answer = await telegram.raw("sendMessage", chat_id=telegram.chat_id, text="more")
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    telegram.clock.advance(1)
    await telegram.send("more")


async def test_edits_count_like_messages(telegram: LocalTelegram) -> None:
    sent = await telegram.send("0")
    conversation = {"chat_id": telegram.chat_id, "message_id": sent["message_id"]}
    for number in range(1, PRIVATE_BURST):
        await telegram.call("editMessageText", **conversation, text=str(number))
    answer = await telegram.ask("editMessageText", **conversation, text="more")
    assert answer["error_code"] == 429
    assert (await telegram.views())[0]["text"] == str(PRIVATE_BURST - 1)


async def test_a_refused_message_leaves_nothing_behind(telegram: LocalTelegram) -> None:
    for number in range(PRIVATE_BURST + 1):
        await telegram.ask("sendMessage", chat_id=telegram.chat_id, text=str(number))
    assert len(await telegram.views()) == PRIVATE_BURST


async def test_the_limits_can_be_switched_off(telegram: LocalTelegram) -> None:
    await telegram.sim("PATCH", "/settings", {"rate_limits": False})
    for number in range(PRIVATE_BURST + 5):
        await telegram.send(str(number))


def test_a_group_takes_twenty_messages_a_minute() -> None:
    clock = FakeClock()
    limits = RateLimits(clock)
    for _ in range(GROUP_PER_MINUTE):
        assert limits.take(-1, is_group=True) is None
    assert limits.take(-1, is_group=True) == 60
    assert limits.take(-2, is_group=True) is None
    clock.advance(61)
    assert limits.take(-1, is_group=True) is None


def test_an_album_counts_each_of_its_files() -> None:
    limits = RateLimits(FakeClock())
    assert limits.take(-1, is_group=True, count=15) is None
    assert limits.take(-1, is_group=True, count=10) == 60


def test_thirty_messages_a_second_pass_overall() -> None:
    clock = FakeClock()
    limits = RateLimits(clock)
    taken = [limits.take(chat_id, is_group=False) for chat_id in range(1, 41)]
    assert taken == [None] * 30 + [1] * 10
    clock.advance(1.1)
    assert limits.take(99, is_group=False) is None


def test_a_private_chat_refills_one_a_second() -> None:
    clock = FakeClock()
    limits = RateLimits(clock)
    for _ in range(PRIVATE_BURST):
        assert limits.take(1, is_group=False) is None
    clock.advance(3)
    assert [limits.take(1, is_group=False) for _ in range(4)] == [None, None, None, 1]
