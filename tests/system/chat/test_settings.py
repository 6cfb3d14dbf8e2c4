"""/settings: chosen once, in one message that changes in place, and followed by everything."""

from __future__ import annotations

import re

import pytest

from tests.support.chats import Json, buttons_of, text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE = "zh-hans"


async def test_everything_is_said_in_words_and_changed_in_place(shared: World) -> None:
    ada = await shared.person()
    menu = await opened(ada)
    assert line("setting-resolution", "resolution-small") in text_of(menu)
    assert line("setting-reply", "reply-video") in text_of(menu)
    assert line("setting-levelling", "levelling-on") in text_of(menu)
    assert line("setting-confirm", "confirm-never") in text_of(menu)
    assert line("setting-progress", "progress-shown") in text_of(menu)
    assert line("setting-language", "language-automatic") in text_of(menu)

    await ada.presses(menu, label("setting-resolution"))
    question = await reads(ada, menu, said("setting-resolution-ask", ratio=1.8))
    assert label("choice-now", choice="480P") in buttons_of(question)
    assert await ada.presses(question, "720P") == label("settings-saved")
    changed = await reads(ada, menu, line("setting-resolution", "resolution-large"))
    assert changed["message_id"] == menu["message_id"]
    assert len(await ada.heard()) == 1


async def test_the_way_back_changes_nothing(shared: World) -> None:
    ada = await shared.person()
    menu = await opened(ada)
    await ada.presses(menu, label("setting-progress"))
    question = await reads(ada, menu, said("setting-progress-ask"))
    await ada.presses(question, label("button-back"))
    await reads(ada, menu, line("setting-progress", "progress-shown"))
    assert shared.rows(f"SELECT * FROM preferences WHERE user_id = {ada.user_id}") == []


async def test_what_was_chosen_makes_the_next_video(shared: World) -> None:
    ada = await shared.person()
    menu = await opened(ada)
    await chooses(ada, menu, "resolution", "large")
    await chooses(ada, menu, "levelling", "off")
    await ada.sends_photo()
    await ada.says()
    video = await ada.sees_video()
    job = await ada.reaches("done")
    assert job["resolution"] == "720P"
    assert video["video"]["width"] > 700
    assert label("button-finer") not in buttons_of(video)
    (voice,) = shared.rows(f"SELECT * FROM media WHERE id = {job['voice_id']}")
    assert voice["levelled"] == 0


async def test_the_language_is_that_of_every_text_from_then_on(shared: World) -> None:
    mei = await shared.person("Mei", "en")
    menu = await opened(mei)
    await chooses(mei, menu, "language", "zh")
    await reads(mei, menu, said("settings-title", CHINESE))
    sent = await mei.writes("/status")
    await mei.sees(said("status-nothing", CHINESE), reply_to=sent)
    photo = await mei.sends_photo()
    await mei.sees(said("photo-ready", CHINESE, longest=19.9), reply_to=photo)
    await mei.says()
    video = await mei.sees_video()
    assert label("button-finer", CHINESE) in buttons_of(video)
    assert await mei.forges_press(video, "cancel:999999") == label("answer-too-late", CHINESE)
    before, *after = await texts_to(shared, mei)
    assert "Your settings" in before
    assert len(after) > 5
    assert [text for text in after if not re.search("[\u4e00-\u9fff]", text)] == []
    await chooses(mei, menu, "language", "automatic")
    sent = await mei.writes("/status")
    await mei.sees(said("status-photo"), reply_to=sent)


async def test_quiet_means_one_message_and_the_video(shared: World) -> None:
    ada = await shared.person()
    await chooses(ada, await opened(ada), "progress", "quiet")
    await ada.sends_photo()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    await ada.says()
    status = await ada.sees(said("job-quiet", seconds=0.87))
    assert label("button-cancel") in buttons_of(status)
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video()
    assert not [text for text in await texts_to(shared, ada) if "Uploading" in text or "▱" in text]


async def test_who_wants_to_be_asked_is_asked_before_much_quota_is_taken(shared: World) -> None:
    ada = await shared.person()
    await chooses(ada, await opened(ada), "confirm", "always")
    await ada.sends_photo()
    voice = await ada.says()
    question = await ada.sees(said("voice-confirm", seconds=0.87, needed=0.87, left=60))
    assert question["reply_to_message"]["message_id"] == voice
    assert shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id}") == []
    assert await ada.presses(question, label("button-go-on")) == label("answer-started")
    await ada.sees_video()
    assert await ada.presses_again(question, label("button-go-on")) == label("answer-too-late")
    assert len(shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id}")) == 1


async def test_who_says_no_keeps_the_photo_and_pays_nothing(shared: World) -> None:
    ada = await shared.person()
    menu = await opened(ada)
    await chooses(ada, menu, "confirm", "always")
    await ada.sends_photo()
    await ada.says()
    question = await ada.sees(said("voice-confirm", seconds=0.87, needed=0.87, left=60))
    assert await ada.presses(question, label("button-not-now")) == label("answer-dropped")
    await ada.sees(said("voice-dropped"))
    await chooses(ada, menu, "confirm", "ten")
    await ada.says()
    await ada.sees_video()
    assert len(shared.rows(f"SELECT * FROM jobs WHERE user_id = {ada.user_id}")) == 1


async def test_old_and_forged_presses_change_nothing_and_say_so(shared: World) -> None:
    ada, eve = await shared.person(), await shared.person("Eve")
    menu = await opened(ada)
    for data in ("setting:resolution:9999P", "setting:nonsense", "setting:nonsense:1"):
        assert await ada.forges_press(menu, data) == label("answer-too-late")
    assert await ada.forges_press(menu, "setting") == label("answer-too-late")
    assert await eve.forges_press(menu, "setting:progress:quiet") == label("answer-not-yours")
    assert await eve.forges_press(menu, "settings") == label("answer-not-yours")
    assert shared.rows(f"SELECT * FROM preferences WHERE user_id IN ({ada.user_id})") == []
    assert shared.rows(f"SELECT * FROM preferences WHERE user_id IN ({eve.user_id})") == []


async def test_a_link_to_the_private_chat_opens_the_settings(shared: World) -> None:
    ada = await shared.person()
    await ada.writes("/start settings")
    await ada.sees(said("settings-title"))


async def texts_to(shared: World, person: Person) -> list[str]:
    """All that the bot wrote to this person, edits too."""
    calls: list[Json] = []
    for method in ("sendMessage", "editMessageText", "sendVideo"):
        calls += await shared.bot_calls(method)
    mine = [c["params"] for c in calls if str(c["params"]["chat_id"]) == str(person.user_id)]
    return [str(params.get("text") or params.get("caption")) for params in mine]


def line(name: str, choice: str) -> str:
    return said("settings-line", name=label(name), value=label(choice))


async def opened(person: Person) -> Json:
    await person.writes("/settings")
    return await person.sees("\n")


async def chooses(person: Person, menu: Json, setting: str, choice: str) -> None:
    await person.forges_press(menu, f"setting:{setting}:{choice}")


async def reads(person: Person, menu: Json, text: str) -> Json:
    async def look() -> Json | None:
        for message in await person.heard():
            if message["message_id"] == menu["message_id"] and text in text_of(message):
                return message
        return None

    return await eventually(look, f"the menu with {text!r}")
