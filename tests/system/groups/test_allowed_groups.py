"""The operator names the groups the bot works in; it leaves the others with a sentence."""

from __future__ import annotations

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.texts import label, said
from tests.support.world import World


async def standing(there: Group) -> str:
    """What the bot is in the group."""
    chats: list[Json] = (await there.world.http.get("/sim/state")).json()["chats"]
    (chat,) = [chat for chat in chats if chat["chat_id"] == there.chat_id]
    return str(chat["bot"]["status"])


async def test_it_leaves_what_is_not_allowed_and_stays_where_an_allowed_group_moves(
    there: World,
) -> None:
    operator, ada = await there.person("Olga"), await there.person()
    await operator.writes("/start")
    home = await Group.create(there, "Home", ada, kind="group")
    await home.sees(said("introduction-hello", command="/talk@talking_photo_bot"))
    await there.stop_bot()
    await there.start_bot(ALLOWED_GROUPS=str(home.chat_id), ADMIN_IDS=str(operator.user_id))
    strange = await Group.create(there, "Strange", ada)
    await strange.sees(said("leaving-group"))

    async def gone() -> bool:
        return await standing(strange) == "left"

    await eventually(gone, "the bot's leaving")
    await operator.sees(str(strange.chat_id))
    assert len([m for m in await strange.heard() if text_of(m)]) == 1
    grown = await home.migrates()

    async def moved() -> bool:
        return bool(there.rows(f"SELECT 1 FROM moved_chats WHERE new_chat_id = {grown.chat_id}"))

    await eventually(moved, "the new id of the group")
    asked = await grown.member(ada).commands("/groupsettings")
    await grown.sees(said("groupsettings-hint"), reply_to=asked)
    assert await standing(grown) == "member"
    assert not [text for text in await grown.heard() if said("leaving-group") in str(text)]


async def test_a_group_that_is_no_longer_allowed_gets_no_video_by_a_button(there: World) -> None:
    ada = await there.person()
    group = await Group.create(there, "Faces", ada)
    shown = await group.member(ada).sends_photo()
    asked = await group.member(ada).commands("/talk", reply_to=shown)
    prompt = await group.sees("", reply_to=asked)
    await group.member(ada).says(reply_to=prompt["message_id"])
    video = await group.sees_video()
    job = (await ada.reaches("done"))["id"]
    await there.stop_bot()
    await there.start_bot(ALLOWED_GROUPS="-100999")
    await ada.writes("/start")
    private = await ada.sees("Hello")
    assert await ada.forges_press(private, f"finer:{job}") == label("answer-too-late")
    await ada.forges(video, buttons_of(video)[label("button-finer")])
    await group.sees(said("leaving-group"))
    assert len(there.rows("SELECT 1 FROM jobs")) == 1
