"""Inline buttons: pressed, pending, answered."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.conftest import Tab

BUTTONS = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel:1"}]]}


async def test_a_press_is_pending_until_the_bot_answers(tab: Tab) -> None:
    await tab.say("rendering", reply_markup=BUTTONS)
    button = tab.page.get_by_role("button", name="Cancel", exact=True)
    await button.click()
    query = await tab.bot.next("callback_query")
    assert query["data"] == "cancel:1"
    await expect(button).to_have_attribute("aria-busy", "true")
    await tab.bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Cancelled")
    await expect(tab.page.locator(".toast")).to_have_text("Cancelled")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_is_shown_until_it_is_read(tab: Tab) -> None:
    await tab.say("rendering", reply_markup=BUTTONS)
    await tab.page.get_by_role("button", name="Cancel", exact=True).click()
    query = await tab.bot.next("callback_query")
    answer = {"callback_query_id": query["id"], "text": "<b>Too late</b>", "show_alert": True}
    await tab.bot.call("answerCallbackQuery", **answer)
    alert = tab.page.get_by_role("dialog")
    await expect(alert).to_contain_text("<b>Too late</b>")
    await alert.get_by_role("button", name="OK").click()
    await expect(alert).to_have_count(0)


async def test_buttons_leave_with_the_markup(tab: Tab) -> None:
    sent = await tab.say("rendering", reply_markup=BUTTONS)
    await expect(tab.page.locator(".key")).to_have_count(1)
    where = {"chat_id": sent["chat"]["id"], "message_id": sent["message_id"]}
    await tab.bot.call("editMessageText", **where, text="done")
    await expect(tab.page.locator(".key")).to_have_count(0)
