"""The bot comes into a group: what it says of its own accord, and what it lacks there."""

from __future__ import annotations

import pytest

from tests.support.chats import Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.texts import said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALK = "/talk@talking_photo_bot"
HELLO = said("introduction-hello", command=TALK)
NO_VIDEOS, MENDED = said("lack-videos"), said("lack-mended")


CHANNEL_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
    *("can_manage_video_chats", "can_restrict_members", "can_promote_members"),
    *("can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories"),
    *("can_delete_stories", "can_post_messages", "can_edit_messages"),
)


async def settled(shared: World) -> None:
    """Wait until the bot has handled everything that Telegram handed to it."""

    async def look() -> bool:
        return not shared.rows("SELECT 1 FROM inbox WHERE state = 'new'")

    await eventually(look, "an inbox that is empty")


async def texts(there: Group) -> list[str]:
    """Everything the bot says in the group."""
    return [text_of(message) for message in await there.heard()]


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_new_group_gets_one_short_introduction(shared: World, kind: str) -> None:
    there = await Group.create(shared, "New", await shared.person(), kind=kind)
    message = await there.sees(HELLO)
    assert said("introduction-hears-commands") in text_of(message)
    await settled(shared)
    assert len(await there.heard()) == 1
    assert "\n" not in HELLO


async def test_it_introduces_itself_in_the_language_of_who_added_it(shared: World) -> None:
    mei = await shared.person("Mei", "zh-hans")
    await mei.writes("/start")
    await mei.sees("", reply_to=None)
    there = await Group.create(shared, "Chinese", mei)
    await there.sees(said("introduction-hello", "zh-hans", command=TALK))


async def test_added_later_it_introduces_itself_and_after_a_removal_again(shared: World) -> None:
    there = await Group.create(shared, "Later", await shared.person(), bot=False)
    await there.sets_bot("member")
    await there.sees(HELLO)
    await there.sets_bot("kicked")
    await there.sets_bot("member")

    async def twice() -> bool:
        return len(await there.heard()) == 2

    await eventually(twice, "a second introduction")


async def test_a_promotion_is_not_worth_a_word(shared: World) -> None:
    there = await Group.create(shared, "Promotion", await shared.person())
    await there.sees(HELLO)
    await there.sets_bot("administrator")
    await there.sets_bot("member")
    asked = await there.member(there.owner).commands("/groupsettings")
    await there.sees(said("groupsettings-hint"), reply_to=asked)
    assert len(await there.heard()) == 2


async def test_the_introduction_says_what_is_missing_and_thanks_are_said_once_it_is_mended(
    shared: World,
) -> None:
    there = await Group.create(
        shared, "Lacking", await shared.person(), permissions={"can_send_videos": False}
    )
    assert NO_VIDEOS in text_of(await there.sees(HELLO))
    await there.sets_bot("administrator")
    await there.sees(MENDED)
    await there.sets_bot("member")
    await there.sees(NO_VIDEOS)

    async def told_again() -> bool:
        return [t for t in await texts(there) if t == NO_VIDEOS] == [NO_VIDEOS]

    await eventually(told_again, "the lack once more")


async def test_what_breaks_the_promise_is_said_once(shared: World) -> None:
    there = await Group.create(shared, "Breaking", await shared.person())
    await there.sees(HELLO)
    await there.sets_bot("restricted", can_send_videos=False)
    await there.sees(NO_VIDEOS)
    await there.sets_bot("restricted", can_send_videos=False, can_send_polls=False)
    await settled(shared)
    assert (await texts(there)).count(NO_VIDEOS) == 1


async def test_where_it_may_not_write_it_tells_who_added_it_in_private(shared: World) -> None:
    ada = await shared.person()
    there = await Group.create(shared, "Silent", ada, permissions={"can_send_messages": False})
    await ada.sees(said("lack-messages", group="Silent"))
    assert not await there.heard()
    await there.sets_bot("administrator")
    await there.sees(HELLO)


async def test_whoever_asks_where_it_may_not_answer_is_told_in_private(shared: World) -> None:
    ada, ben = await shared.person(), await shared.person()
    there = await Group.create(shared, "Hushed", ada, ben)
    await there.sees(HELLO)
    await ben.writes("/start")
    await there.sets_bot("restricted", can_send_messages=False)
    await there.member(ben).commands("/talk")
    await ben.sees(said("lack-messages", group="Hushed"))
    await ada.sees(said("lack-messages", group="Hushed"))
    await nothing_of_it_is_an_incident(shared)


async def test_in_a_closed_topic_whoever_asks_is_told_in_private(shared: World) -> None:
    ada = await shared.person()
    there = await Group.create(shared, "Shut", ada, forum=True)
    await there.sees(HELLO)
    topic = await there.opens_topic("Faces")
    for path in (f"topics/{topic}/close", "topics/1/close"):
        await shared.ask("POST", f"chats/{there.chat_id}/{path}", {"from": ada.user_id})
    await there.member(ada, topic).commands("/talk")
    await ada.sees(said("topic-no-reply", group="Shut"))
    await nothing_of_it_is_an_incident(shared)


@pytest.mark.parametrize("is_open", [True, False])
async def test_an_administrator_of_a_channel_says_what_it_is_for(
    shared: World, is_open: bool
) -> None:
    ada = await shared.person("Ada")
    channel = {"id": -1_009_000_000_001 - is_open, "type": "channel", "title": "Faces daily"}
    bot = {"id": 4242, "is_bot": True, "first_name": "Talking Photo"}
    rights = dict.fromkeys(CHANNEL_RIGHTS, False)
    change = {
        "chat": channel,
        "from": {"id": ada.user_id, "is_bot": False, "first_name": "Ada"},
        "date": 1_800_000_000,
        "old_chat_member": {"status": "left", "user": bot},
        "new_chat_member": {"status": "administrator", "user": bot, **rights},
    }
    if not is_open:
        await shared.ask("POST", f"chats/{ada.user_id}/block", {})
    await shared.ask("POST", "updates", {"my_chat_member": change})
    hello = said("channel-hello", name="@talking_photo_bot", channel="Faces daily")
    told_in = ada.user_id if is_open else channel["id"]

    async def told() -> bool:
        calls = [one["params"] for one in await shared.bot_calls("sendMessage")]
        return (str(told_in), hello) in {(str(one.get("chat_id")), one["text"]) for one in calls}

    await eventually(told, "what the bot is for")
    await nothing_of_it_is_an_incident(shared)


async def test_slow_mode_is_mentioned(shared: World) -> None:
    there = await Group.create(shared, "Slow", await shared.person(), slow_mode_seconds=30)
    assert said("introduction-slow", seconds=30) in text_of(await there.sees(HELLO))


async def test_the_settings_say_what_is_missing_at_any_time(shared: World) -> None:
    there = await Group.create(shared, "Asking", await shared.person())
    await there.sees(HELLO)
    await there.permits(can_send_videos=False)
    asked = await there.member(there.owner).commands("/groupsettings")
    panel: Json = await there.sees(said("groupsettings-hint"), reply_to=asked)
    assert NO_VIDEOS in text_of(panel)
    assert said("introduction-hears-commands") in text_of(panel)


async def test_a_command_in_a_group_that_muted_it_is_noted_once_and_handled(shared: World) -> None:
    ada = await shared.person()
    there = await Group.create(shared, "Muted", ada)
    await there.sees(HELLO)
    await there.permits(can_send_messages=False)
    for command in ("/help", "/quota", "/talk"):
        await there.member(ada).commands(command)
    await ada.sees(said("lack-messages", group="Muted"))
    await settled(shared)
    told = [text_of(message) for message in await ada.heard()]
    assert told.count(said("lack-messages", group="Muted")) == 1
    await nothing_of_it_is_an_incident(shared)


async def nothing_of_it_is_an_incident(shared: World) -> None:
    await settled(shared)
    assert not shared.rows("SELECT 1 FROM inbox WHERE state = 'parked' OR tries > 1")
    assert not shared.rows("SELECT 1 FROM notices")
    assert not shared.rows("SELECT 1 FROM outbox WHERE kind = 'alert'")
