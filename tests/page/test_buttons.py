"""Inline buttons: pressed, pending, answered."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.visit import MessageContext

BUTTONS = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel:1"}]]}


async def test_a_press_is_pending_until_the_bot_answers(visit: MessageContext) -> None:
    await visit.say("rendering", reply_markup=BUTTONS)
    button = visit.page.get_by_role("button", name="Cancel", exact=True)
    await button.click()
    query = await visit.bot.next("callback_query")
    assert query["data"] == "cancel:1"
    await expect(button).to_have_attribute("aria-busy", "true")
    await visit.bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Cancelled")
    await expect(visit.page.locator(".toast")).to_have_text("Cancelled")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_is_shown_until_it_is_read(visit: MessageContext) -> None:
    await visit.say("rendering", reply_markup=BUTTONS)
    await visit.page.get_by_role("button", name="Cancel", exact=True).click()
    query = await visit.bot.next("callback_query")
    answer = {"callback_query_id": query["id"], "text": "<b>Too late</b>", "show_alert": True}
    await visit.bot.call("answerCallbackQuery", **answer)
    alert = visit.page.get_by_role("dialog")
    await expect(alert).to_contain_text("<b>Too late</b>")
    await alert.get_by_role("button", name="OK").click()
    await expect(alert).to_have_count(0)


async def test_buttons_leave_with_the_markup(visit: MessageContext) -> None:
    sent = await visit.say("rendering", reply_markup=BUTTONS)
    await expect(visit.page.locator(".key")).to_have_count(1)
    where = {"chat_id": sent["chat"]["id"], "message_id": sent["message_id"]}
    await visit.bot.call("editMessageText", **where, text="done")
    await expect(visit.page.locator(".key")).to_have_count(0)
