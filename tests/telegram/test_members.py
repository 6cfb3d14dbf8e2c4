"""Rights are asked of Telegram each time, and closed while Telegram is silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram.constants import ChatID

from bot.telegram.connection import build_bot
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import PRIVATE, LocalTelegram

STRANGER = 7_002


@dataclass
class Setup:
    """A group of Ada, who owns it, and Ben, and what the bot knows of them."""

    telegram: LocalTelegram
    clock: FakeClock
    members: Members
    group: int

    async def asked(self) -> int:
        """How often Telegram was asked."""
        return len(await self.telegram.calls("getChatMember"))


@pytest.fixture
async def there(telegram: LocalTelegram) -> AsyncIterator[Setup]:
    """Rights as they are in a new group."""
    await telegram.post("/people", {"first_name": "Ben", "user_id": STRANGER})
    body = {"title": "Us", "members": [PRIVATE, STRANGER], "type": "supergroup"}
    bot, clock = build_bot(SECRET_TOKEN, telegram.url), FakeClock()
    await bot.initialize()
    group = (await telegram.post("/groups", body))["chat_id"]
    yield Setup(
        telegram, clock, Members(bot=bot, rate_limiter=RateLimiter(clock), clock=clock), group
    )
    await bot.shutdown()


async def test_owners_are_administrators_and_others_are_not(there: Setup) -> None:
    assert await there.members.administers(there.group, PRIVATE)
    assert not await there.members.administers(there.group, STRANGER)


async def test_a_right_that_was_lost_is_none_at_once(there: Setup) -> None:
    path = f"/chats/{there.group}/members/{STRANGER}"
    for status, administers in (("administrator", True), ("member", False)):
        assert (await there.telegram.sim("PATCH", path, {"status": status})).is_success
        assert await there.members.administers(there.group, STRANGER) is administers


async def test_trouble_is_a_no_that_is_not_remembered(there: Setup) -> None:
    there.telegram.fault("getChatMember", "status", times=2, code=500)
    assert not await there.members.administers(there.group, PRIVATE)
    assert await there.members.administers(there.group, PRIVATE)


async def test_who_writes_as_the_group_is_an_administrator_in_groups_only(there: Setup) -> None:
    assert await there.members.administers(there.group, ChatID.ANONYMOUS_ADMIN)
    assert not await there.members.administers(PRIVATE, ChatID.ANONYMOUS_ADMIN)
    assert not await there.members.administers(PRIVATE, PRIVATE)
    assert await there.asked() == 0


async def test_the_bot_knows_what_it_may_do(there: Setup) -> None:
    powers = await there.members.powers(there.group)
    assert (powers.lack, powers.sees_everything, powers.slow_mode_seconds) == (None, False, 0)
