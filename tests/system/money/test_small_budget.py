"""What is left, where the bot's money ends before a person's quota."""

from __future__ import annotations

import pytest

from tests.support.chats import text_of
from tests.support.texts import LONGEST_SECONDS, said
from tests.support.world import MIDDAY, World
from tests.system.chat.test_commands import asks

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "600", "BUDGET_YUAN_PER_DAY": "2"}


async def test_start_and_quota_say_what_the_budget_still_pays_for(shared: World) -> None:
    ada = await shared.person()
    assert await asks(ada, "/start") == said("start", longest=LONGEST_SECONDS, left=4)
    answer = await asks(ada, "/quota")
    assert "0 s used · 0 s reserved · 4 s left of 600 s" in answer
    assert "This bot's budget for everybody has less left than your quota." in answer
    assert f"It resets tomorrow at 00:00 ({MIDDAY})." in answer


async def test_what_is_said_to_be_left_shrinks_with_the_money(shared: World) -> None:
    """Also with what somebody else spends, and in the receipt."""
    ada, ben = await shared.person(), await shared.person()
    await ada.sends_photo()
    await ada.says(2)
    receipt = text_of(await ada.sees_video())
    assert "2 s used · 1.9 s left today" in receipt
    assert "· 1.9 s left of 600 s" in await asks(ben, "/quota")
