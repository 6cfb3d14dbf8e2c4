"""What the admins of a group choose, and that it holds. Privacy mode is on throughout."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO, RESOLUTION = label("button-who"), label("button-resolution")
ONLY_ADMINS = said("groupsettings-only-admins")


async def a_group(shared: World, title: str, **fields: Any) -> Group:
    """Of Ada, who owns it, and Ben."""
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    return await Group.create(shared, title, ada, ben, **fields)


async def opened(there: Group) -> Json:
    """The message with the settings, for its owner."""
    asked = await there.member(there.owner).commands("/groupsettings")
    return await there.sees(said("groupsettings-hint"), reply_to=asked)


async def reads(there: Group, panel: Json, text: str) -> Json:
    """Wait until the message with the settings says so."""

    async def look() -> Json | None:
        for message in await there.heard():
            if message["message_id"] == panel["message_id"] and text in text_of(message):
                return message
        return None

    return await eventually(look, f"settings with {text!r}")


async def chooses(there: Group, panel: Json, setting: str, choice: str) -> Json:
    """The owner presses the two buttons; the message afterwards."""
    hand = there.member(there.owner)
    await hand.presses(panel, setting)
    choices = await reads(there, panel, said("groupsettings-pick"))
    answer = await hand.presses(choices, choice)
    assert answer == label("answer-kept")
    return await reads(there, panel, choice)


async def test_admins_see_in_words_what_holds_and_change_it_by_buttons(shared: World) -> None:
    there = await a_group(shared, "Words")
    panel = await opened(there)
    everybody, admins = label("choice-all"), label("choice-admins")
    assert said("groupsettings-who", value=everybody) in text_of(panel)
    await there.member(there.owner).presses(panel, WHO)
    choices = await reads(there, panel, said("groupsettings-pick"))
    assert label("choice-now", choice=everybody) in buttons_of(choices)
    await there.member(there.owner).presses(choices, admins)
    await reads(there, panel, said("groupsettings-who", value=admins))
    (row,) = shared.rows(f"SELECT * FROM groups WHERE chat_id = {there.chat_id}")
    assert row["who"] == "admins"
    assert row["title"] == "Words"
    assert f"chat {there.chat_id}: user {there.owner.user_id} sets who to admins" in shared.log()


async def test_others_get_one_polite_sentence_and_change_nothing(shared: World) -> None:
    there = await a_group(shared, "Polite")
    ben = there.member(list(there.people.values())[1])
    asked = await ben.commands("/groupsettings")
    await there.sees(ONLY_ADMINS, reply_to=asked)
    panel = await opened(there)
    answer = await ben.presses(panel, WHO)
    assert (answer, answer.is_alert) == (ONLY_ADMINS, True)
    assert await ben.forges_press(panel, "gset:who:admins") == ONLY_ADMINS
    (row,) = shared.rows(f"SELECT * FROM groups WHERE chat_id = {there.chat_id}")
    assert row["who"] == "all"


@pytest.mark.parametrize("data", ["gset:who:nobody", "gset:wallet:1", "gset:who:all:x:y", "gset:"])
async def test_forged_and_old_presses_do_no_harm(shared: World, data: str) -> None:
    there = await a_group(shared, "Forged")
    panel = await opened(there)
    answer = await there.member(there.owner).forges_press(panel, data)
    assert answer in {label("answer-too-late"), label("answer-kept")}
    (row,) = shared.rows(f"SELECT who, quiet FROM groups WHERE chat_id = {there.chat_id}")
    assert row == {"who": "all", "quiet": 0}


async def test_a_press_in_private_and_a_command_in_private_are_answered(shared: World) -> None:
    ada = await shared.person()
    await ada.writes("/groupsettings")
    message = await ada.sees(said("groupsettings-in-private"))
    assert await ada.forges_press(message, "gset:who:admins") == label("answer-too-late")
    await ada.writes("/allow")
    await ada.sees(said("groupsettings-in-private"))


async def test_an_admin_who_writes_as_the_group_is_one(shared: World) -> None:
    there = await a_group(shared, "Hidden")
    await there.sets_member(there.owner, "creator", is_anonymous=True)
    asked = await there.member(there.owner).commands("/groupsettings", anonymous=True)
    await there.sees(said("groupsettings-hint"), reply_to=asked)


async def test_the_list_is_kept_by_replies_and_shown_with_names(shared: World) -> None:
    there = await a_group(shared, "List")
    ada, ben = (there.member(person) for person in there.people.values())
    hello = await ben.writes("hello")
    asked = await ben.commands("/allow", reply_to=hello)
    await there.sees(ONLY_ADMINS, reply_to=asked)
    asked = await ada.commands("/allow")
    await there.sees(said("allow-which"), reply_to=asked)
    asked = await ada.commands("/allow", reply_to=hello)
    await there.sees(said("allow-done", name="Ben"), reply_to=asked)
    panel = await chooses(there, await opened(there), WHO, label("choice-list"))
    assert said("groupsettings-list", names="Ben") in text_of(panel)
    asked = await ada.commands("/disallow", reply_to=hello)
    await there.sees(said("disallow-done", name="Ben"), reply_to=asked)
    assert not shared.rows(f"SELECT * FROM group_guests WHERE chat_id = {there.chat_id}")


async def test_the_language_of_the_group_goes_before_that_of_its_people(shared: World) -> None:
    there = await a_group(shared, "Language")
    await chooses(there, await opened(there), label("button-language"), label("choice-chinese"))
    asked = await there.member(there.owner).commands("/allow")
    await there.sees(said("allow-which", "zh-hans"), reply_to=asked)


async def test_settings_stay_when_the_group_becomes_a_supergroup(shared: World) -> None:
    there = await a_group(shared, "Growing", kind="group")
    await chooses(there, await opened(there), RESOLUTION, label("choice-higher"))
    ben = there.member(list(there.people.values())[1])
    hello = await ben.writes("hello")
    asked = await there.member(there.owner).commands("/allow", reply_to=hello)
    await there.sees(said("allow-done", name="Ben"), reply_to=asked)
    grown = await there.migrates()

    async def moved() -> bool:
        return bool(shared.rows(f"SELECT * FROM groups WHERE chat_id = {grown.chat_id}"))

    await eventually(moved, "the group's settings under its new id")
    panel = await opened(grown)
    higher = label("choice-higher")
    assert said("groupsettings-resolution", value=higher) in text_of(panel)
    assert shared.rows(f"SELECT * FROM group_guests WHERE chat_id = {grown.chat_id}")


async def test_the_menu_of_admins_has_the_commands_of_admins(shared: World) -> None:
    there = await a_group(shared, "Menu")
    for person, offered in zip(there.people.values(), (True, False), strict=True):
        path = f"/sim/chats/{there.chat_id}/commands"
        shown = await shared.http.get(path, params={"user_id": person.user_id})
        names = {command["command"] for command in shown.json()["commands"]}
        assert ({"groupsettings", "allow", "disallow"} <= names) is offered
        assert "talk" in names
