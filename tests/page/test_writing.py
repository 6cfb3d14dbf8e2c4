"""Writing to each other: text, replies, edits, deletions."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.conftest import Tab

HOSTILE = "<img src=x onerror=\"document.title='caught'\">"


async def test_the_first_visit_makes_a_person_who_can_write_at_once(tab: Tab) -> None:
    await tab.write("hello, bot")
    message = await tab.bot.next()
    assert message["text"] == "hello, bot"
    assert message["from"]["first_name"] == "Ada"
    assert message["from"]["language_code"] == "en"
    await expect(tab.bubble("hello, bot")).to_have_count(1)


async def test_the_bots_text_bears_its_entities(tab: Tab) -> None:
    text = '👋🏽 <b>Hi</b> <tg-spoiler>secret</tg-spoiler> <a href="https://example.org/">there</a>'
    await tab.say(text + " <code>x</code>", parse_mode="HTML")
    bubble = tab.bubble("Hi")
    await expect(bubble.locator("strong")).to_have_text("Hi")
    await expect(bubble.locator("code")).to_have_text("x")
    await expect(bubble.get_by_role("link")).to_have_attribute("href", "https://example.org/")
    spoiler = bubble.locator(".spoiler")
    await spoiler.click()
    await expect(spoiler).to_have_class("spoiler shown")


async def test_names_and_texts_made_of_html_are_shown_as_text(tab: Tab) -> None:
    await tab.page.locator("#person").click()
    await tab.page.get_by_role("menuitem", name="Change name…").click()
    await tab.page.get_by_label("First name").fill(HOSTILE)
    await tab.page.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#person b")).to_have_text(HOSTILE)
    buttons = {"inline_keyboard": [[{"text": HOSTILE, "callback_data": HOSTILE[:20]}]]}
    await tab.say(HOSTILE, reply_markup=buttons)
    await expect(tab.bubble("onerror").locator(".text")).to_contain_text(HOSTILE)
    await expect(tab.bubble("onerror").locator(".key")).to_have_text(HOSTILE)
    assert await tab.page.title() != "caught"
    assert await tab.page.locator("img[src=x]").count() == 0


async def test_a_script_address_is_no_link(tab: Tab) -> None:
    entity = {"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(1)"}
    nodes = await tab.page.evaluate(
        """async (entity) => {
            const {render} = await import("/js/entities.js");
            return render("click", [entity]).map((node) => node.outerHTML);
        }""",
        entity,
    )
    assert nodes == ["<span>click</span>"]


async def test_entities_that_overlap_badly_lose_no_text(tab: Tab) -> None:
    entities = [
        {"type": "bold", "offset": 0, "length": 6},
        {"type": "italic", "offset": 4, "length": 40},
        {"type": "code", "offset": 90, "length": 2},
    ]
    text = await tab.page.evaluate(
        """async (entities) => {
            const {render} = await import("/js/entities.js");
            const box = document.createElement("p");
            box.append(...render("a👋🏽 b <i>c</i>", entities));
            return box.textContent;
        }""",
        entities,
    )
    assert text == "a👋🏽 b <i>c</i>"


async def test_an_edit_changes_the_message_where_it_stands(tab: Tab) -> None:
    first = await tab.say("working")
    await tab.say("something after it")
    await expect(tab.messages).to_have_count(2)
    where = {"chat_id": first["chat"]["id"], "message_id": first["message_id"]}
    await tab.bot.call("editMessageText", **where, text="finished")
    await expect(tab.messages.first.locator(".text")).to_contain_text("finished")
    await expect(tab.messages.first.locator(".edited")).to_be_visible()
    await expect(tab.messages).to_have_count(2)


async def test_a_quote_leads_to_the_message_it_quotes(tab: Tab) -> None:
    await tab.write("the question")
    asked = await tab.bot.next()
    await tab.say("filler\n" * 60)
    await tab.say("the answer", reply_parameters={"message_id": asked["message_id"]})
    await tab.bubble("the answer").locator(".quote").click()
    await expect(tab.messages.first).to_be_in_viewport()


async def test_replying_by_the_context_menu(tab: Tab) -> None:
    said = await tab.say("which photo?")
    await tab.bubble("which photo?").click(button="right")
    await tab.page.get_by_role("menuitem", name="Reply").click()
    await tab.write("this one")
    message = await tab.bot.next()
    assert message["reply_to_message"]["message_id"] == said["message_id"]


async def test_editing_and_deleting_ones_own_message(tab: Tab) -> None:
    await tab.write("hallo")
    await tab.bubble("hallo").wait_for()
    await tab.page.keyboard.press("ArrowUp")
    await tab.write("hello")
    assert (await tab.bot.next("edited_message"))["text"] == "hello"
    await tab.bubble("hello").click(button="right")
    await tab.page.get_by_role("menuitem", name="Delete").click()
    await expect(tab.bubble("hello")).to_have_count(0)


async def test_a_slash_offers_the_bots_commands(tab: Tab) -> None:
    commands = [{"command": "quota", "description": "What is left"}]
    await tab.bot.call("setMyCommands", commands=commands)
    await tab.page.get_by_role("button", name="Commands of the bot").click()
    await expect(tab.page.get_by_role("option")).to_have_text("/quotaWhat is left")
    await tab.page.keyboard.press("Enter")
    assert (await tab.bot.next())["text"] == "/quota"


async def test_the_persons_language_is_a_switch(tab: Tab) -> None:
    chinese = tab.page.get_by_label("简体中文")
    async with tab.page.expect_response("**/sim/people/*"):
        await chinese.check()
    await expect(chinese).to_be_checked()
    await tab.write("你好")
    assert (await tab.bot.next())["from"]["language_code"].startswith("zh")


async def test_what_the_bot_is_doing_is_said_in_the_head(tab: Tab) -> None:
    await tab.bot.call("sendChatAction", chat_id=await tab.chat_id(), action="record_video")
    await expect(tab.page.locator("#chat-subtitle")).to_have_text("recording a video…")
    await tab.say("done")
    await expect(tab.page.locator("#chat-subtitle")).to_contain_text("bot")


async def test_blocking_the_bot_and_letting_it_in_again(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Chat menu").click()
    await tab.page.get_by_role("menuitem", name="Block bot").click()
    await tab.page.get_by_role("button", name="Unblock").wait_for()
    refused = await tab.bot.raw("sendMessage", chat_id=await tab.chat_id(), text="hm")
    assert refused.status_code == 403
    await tab.page.get_by_role("button", name="Unblock").click()
    await expect(tab.page.get_by_label("Message", exact=True)).to_be_visible()


async def test_what_somebody_else_was_sent_is_marked_until_it_is_looked_at(tab: Tab) -> None:
    await tab.bot.http.post("/sim/people", json={"first_name": "Zoe", "user_id": 900})
    await tab.bot.call("sendMessage", chat_id=900, text="a report")
    switcher = tab.page.locator("#person")
    await expect(switcher.locator(".count")).to_have_text("1")
    await switcher.click()
    await tab.page.get_by_text("Zoe (1 new)").click()
    await expect(tab.bubble("a report")).to_have_count(1)
    await expect(switcher.locator(".count")).to_have_count(0)
