"""What is a person's own, or long, is shown in private: a group is shown the way there."""

from __future__ import annotations

import pytest

from tests.support.group import Group
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("name", ["settings", "history", "privacy", "terms", "forget"])
async def test_a_group_is_shown_the_way(shared: World, name: str) -> None:
    ada = await shared.person()
    there = await Group.create(shared, "Faces", ada)
    asked = await there.member(ada).commands(f"/{name}")
    pointed = await there.sees(said(f"{name}-private"), reply_to=asked)
    ((button,),) = pointed["reply_markup"]["inline_keyboard"]
    assert button["text"] == label("button-private-chat")
    assert button["url"].endswith(f"?start={name}")


async def test_a_setting_cannot_be_pressed_in_a_group(shared: World) -> None:
    ada = await shared.person()
    there = await Group.create(shared, "Faces", ada)
    asked = await there.member(ada).commands("/settings")
    pointed = await there.sees(said("settings-private"), reply_to=asked)
    answer = await there.member(ada).forges_press(pointed, "setting:progress:quiet")
    assert answer == label("answer-not-yours")
