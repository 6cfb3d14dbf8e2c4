"""A group on the page: several people, what the bot sees, topics, coming and going."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, expect

from tests.page.conftest import Tab
from tests.support.media.photos import gradient

Json = dict[str, Any]
UNSEEN = "not seen by the bot"
NAMED = "/talk@talking_photo_bot"


async def _ask(tab: Tab, path: str, body: Json) -> Json:
    script = """([path, body]) => fetch(`/sim${path}`, {method: "POST",
        headers: {"content-type": "application/json"}, body: JSON.stringify(body)})
        .then((answer) => answer.json())"""
    said: Json = await tab.page.evaluate(script, [path, body])
    return said


async def _group(tab: Tab, **fields: Any) -> int:
    """Ada (the page's person) and Ben have a group, and it is open."""
    ben = await _ask(tab, "/people", {"first_name": "Ben"})
    members = [await tab.chat_id(), ben["user_id"]]
    body = {"title": "Faces", "members": members, "type": "supergroup", **fields}
    group = await _ask(tab, "/groups", body)
    await tab.page.locator(".chat-row").filter(has_text="Faces").click()
    await expect(tab.page.locator("#chat-title")).to_have_text("Faces")
    return int(group["chat_id"])


async def _become(tab: Tab, name: str) -> None:
    await tab.page.locator("#sender").click()
    await tab.page.get_by_role("menuitemradio", name=name).click()


def _bar(tab: Tab) -> Locator:
    return tab.page.locator("#context-bar")


async def test_a_group_is_made_here_with_people_who_were_not_there(tab: Tab) -> None:
    await tab.page.locator("#person").click()
    await tab.page.get_by_role("menuitem", name="New group").click()
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Faces")
    await dialog.get_by_label("New people").fill("Ben, Zoe")
    await dialog.get_by_label("Supergroup with topics").check()
    await dialog.get_by_role("button", name="Create").click()
    await expect(tab.page.locator("#chat-subtitle")).to_have_text("4 members · privacy mode on")
    await expect(tab.page.locator("#topics")).to_be_visible()
    await _become(tab, "Zoe")
    await tab.write("hello")
    await expect(tab.bubble("hello")).to_have_class(re.compile("out"))
    await _become(tab, "Ben")
    await expect(tab.bubble("hello").locator(".sender")).to_have_text("Zoe")


async def test_a_press_is_answered_to_the_one_who_pressed(tab: Tab) -> None:
    chat_id = await _group(tab)
    buttons = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "c:1"}]]}
    await tab.bot.call("sendMessage", chat_id=chat_id, text="Making it", reply_markup=buttons)
    await _become(tab, "Ben")
    await tab.page.get_by_role("button", name="Cancel", exact=True).click()
    query = await tab.bot.next("callback_query")
    assert query["from"]["first_name"] == "Ben"
    answer = {"callback_query_id": query["id"], "text": "That is not yours."}
    await tab.bot.call("answerCallbackQuery", **answer)
    toast = tab.page.locator(".toast")
    await expect(toast).to_contain_text("That is not yours.")
    await expect(toast).to_contain_text("Shown to Ben only")


async def test_what_the_bot_did_not_get_says_so_until_privacy_mode_is_off(tab: Tab) -> None:
    await _group(tab)
    await tab.write("hello")
    await expect(tab.bubble("hello")).to_contain_text(UNSEEN)
    await tab.write(NAMED)
    await expect(tab.bubble(NAMED)).not_to_contain_text(UNSEEN)
    await tab.page.get_by_role("button", name="About this group").click()
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_role("switch", name="Privacy mode").uncheck()
    await expect(dialog).to_contain_text("Without privacy mode the bot gets every message.")
    await tab.page.keyboard.press("Escape")
    await tab.write("and now")
    await expect(tab.bubble("and now")).to_be_visible()
    await expect(tab.bubble("and now")).not_to_contain_text(UNSEEN)
    await expect(tab.bubble("hello")).to_contain_text(UNSEEN)


async def test_the_bot_may_be_made_an_administrator_or_be_removed(tab: Tab) -> None:
    chat_id = await _group(tab)
    await tab.page.get_by_role("button", name="About this group").click()
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Administrator").check()
    await expect(dialog).to_contain_text("As an administrator the bot gets every message.")
    await dialog.get_by_role("radio", name="Not here").check()
    await expect(dialog).to_contain_text("The bot is not in this group")
    answer = await tab.bot.raw("sendMessage", chat_id=chat_id, text="x")
    assert answer.json()["description"].startswith("Forbidden: bot was kicked")
    await dialog.get_by_role("button", name="Done").click()
    await expect(tab.page.get_by_text("Ada removed Talking Photo").last).to_be_visible()


async def test_topics_are_opened_written_in_and_closed(tab: Tab) -> None:
    await _group(tab, is_forum=True)
    await tab.page.get_by_role("button", name="New topic").click()
    await tab.page.get_by_label("Name").fill("Cats")
    await tab.page.get_by_role("button", name="Open", exact=True).click()
    topics = tab.page.get_by_role("navigation", name="Topics")
    await expect(topics.get_by_role("button", name="Cats")).to_have_attribute(
        "aria-current", "true"
    )
    await tab.write(NAMED)
    message = await tab.bot.next()
    while "text" not in message:
        message = await tab.bot.next()
    assert message["is_topic_message"]
    await topics.get_by_role("button", name="General").click()
    await expect(tab.bubble(NAMED)).to_have_count(0)
    await topics.get_by_role("button", name="Cats").click()
    await topics.get_by_role("button", name="Close topic").click()
    await expect(topics.get_by_role("button", name="Cats")).to_contain_text("closed")
    await _become(tab, "Ben")
    await expect(tab.page.locator("#blocked")).to_contain_text("This topic is closed")


async def test_the_one_who_is_asked_finds_the_reply_begun(tab: Tab) -> None:
    chat_id = await _group(tab)
    await tab.write(NAMED)
    message = await tab.bot.next()
    while "text" not in message:
        message = await tab.bot.next()
    wish = {"force_reply": True, "selective": True, "input_field_placeholder": "Speak"}
    reply = {"message_id": message["message_id"]}
    await _become(tab, "Ben")
    asked = await tab.bot.call(
        "sendMessage",
        chat_id=chat_id,
        text="Now a voice",
        reply_parameters=reply,
        reply_markup=wish,
    )
    await expect(tab.bubble("Now a voice")).to_be_visible()
    await expect(_bar(tab)).to_be_hidden()
    await _become(tab, "Ada")
    await expect(_bar(tab)).to_contain_text("Now a voice")
    await expect(tab.page.locator("#message-text")).to_have_attribute("placeholder", "Speak")
    await tab.attach("Try: sample voice")
    voice = await tab.bot.next()
    assert voice["reply_to_message"]["message_id"] == asked["message_id"]
    await expect(_bar(tab)).to_be_hidden()


async def test_a_double_click_begins_a_reply(tab: Tab) -> None:
    await tab.say("hello there")
    await tab.bubble("hello there").locator(".meta").dblclick()
    await expect(_bar(tab)).to_contain_text("hello there")


async def test_a_swipe_to_the_left_begins_a_reply(tab: Tab) -> None:
    await tab.say("hello there")
    script = """(target) => {
        const at = (x) => new Touch({identifier: 1, target, clientX: x, clientY: 100});
        const how = {bubbles: true, changedTouches: [], touches: []};
        target.dispatchEvent(new TouchEvent("touchstart", {...how, touches: [at(200)]}));
        target.dispatchEvent(new TouchEvent("touchend", {...how, changedTouches: [at(100)]}));
    }"""
    await tab.bubble("hello there").evaluate(script)
    await expect(_bar(tab)).to_contain_text("hello there")


async def test_people_leave_and_join(tab: Tab) -> None:
    await _group(tab)
    await _become(tab, "Ben")
    await tab.page.get_by_role("button", name="Chat menu").click()
    await tab.page.get_by_role("menuitem", name="Leave the group, Ben").click()
    outside = tab.page.locator("#blocked")
    await expect(outside).to_contain_text("Ben is not in this group.")
    await expect(tab.page.get_by_text("Ben left").last).to_be_visible()
    await outside.get_by_role("button", name="Join").click()
    await expect(tab.page.get_by_text("Ben joined").last).to_be_visible()
    await tab.write("back again")
    await expect(tab.bubble("back again")).to_be_visible()


async def test_a_blocked_bot_is_unblocked_where_one_would_write(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Chat menu").click()
    await tab.page.get_by_role("menuitem", name="Block bot").click()
    blocked = tab.page.locator("#blocked")
    await expect(blocked).to_contain_text("You have blocked this bot.")
    change = await tab.bot.next("my_chat_member")
    assert change["new_chat_member"]["status"] == "kicked"
    await blocked.get_by_role("button", name="Unblock").click()
    await expect(tab.page.get_by_label("Message", exact=True)).to_be_visible()


async def test_a_link_to_the_bot_opens_the_private_chat_and_starts_it(tab: Tab) -> None:
    chat_id = await _group(tab)
    url = "https://t.me/talking_photo_bot?start=help-7"
    buttons = {"inline_keyboard": [[{"text": "Help, privately", "url": url}]]}
    await tab.bot.call("sendMessage", chat_id=chat_id, text="Here", reply_markup=buttons)
    await tab.page.get_by_role("link", name="Help, privately").click()
    await expect(tab.page.locator("#chat-title")).to_have_text("Talking Photo")
    await expect(tab.bubble("/start help-7")).to_be_visible()


async def test_an_album_stands_in_one_frame(tab: Tab) -> None:
    face = ("p.jpg", gradient(), "image/jpeg")
    media = [{"type": "photo", "media": f"attach://{name}"} for name in "abc"]
    chat_id = str(await tab.chat_id())
    files = dict.fromkeys("abc", face)
    await tab.bot.call("sendMediaGroup", chat_id=chat_id, media=media, files=files)
    album = tab.page.get_by_role("group", name="Album")
    await expect(album.get_by_role("button", name="Open photo")).to_have_count(3)


async def test_a_group_fits_a_phone(tab: Tab) -> None:
    await _group(tab, is_forum=True)
    await tab.page.set_viewport_size({"width": 360, "height": 740})
    await tab.write("w" * 200)
    await tab.page.get_by_role("button", name="About this group").click()
    for selector in ("html", "dialog", "#scroller"):
        box = tab.page.locator(selector)
        assert await box.evaluate("(e) => e.scrollWidth <= e.clientWidth"), selector
    await tab.page.keyboard.press("Escape")
    await tab.page.set_viewport_size({"width": 1280, "height": 800})
