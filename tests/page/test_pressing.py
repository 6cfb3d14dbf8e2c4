"""What is pressed is still there when it is let go, whatever comes in meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.page.conftest import Tab
from tests.support.deadlines import in_time

KEYS = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
PLACES = {
    "a chat": ".chat-row[data-chat^='-']",
    "who one is": "#person b",
    "a language": "#languages input >> nth=0",
    "who writes": "#sender b",
    "a topic": ".topic >> nth=1",
    "a bot's button": ".key",
    "a call": "#tab-panel-bot summary >> nth=0",
    "a fault": ".active-faults button",
    "a member": ".group-people button >> nth=0",
}
# Everything is drawn anew, longer ago than the page takes to do so.
CHANGES = """async () => {
    const {store, tell} = await import("/js/store.js");
    for (const one of store.chats) tell("messages", {chatId: one.chat_id});
    const topics = ["current", "chats", "people", "actions", "settings", "faults", "calls"];
    for (const topic of topics) tell(topic);
    await new Promise((resolve) => setTimeout(resolve, 100));
}"""
LISTEN = """() => {
    addEventListener("pointerdown", (event) => (window.pressed = event.target), true);
    addEventListener("click", (event) => (window.clicked ??= event.target), true);
}"""


async def _everything(tab: Tab, place: str) -> None:
    """A forum with two people is open, its bot has asked something, a fault is switched on."""
    page, http = tab.page, tab.bot.http
    ben = (await http.post("/sim/people", json={"first_name": "Ben"})).json()
    members = [await tab.chat_id(), ben["user_id"]]
    body = {"title": "Faces", "members": members, "type": "supergroup", "is_forum": True}
    group = (await http.post("/sim/groups", json=body)).json()
    await page.locator(".chat-row").filter(has_text="Faces").click()
    await expect(page.locator("#chat-title")).to_have_text("Faces")
    await tab.bot.call("sendMessage", chat_id=group["chat_id"], text="Well?", reply_markup=KEYS)
    if place == "a fault":
        await page.locator("#tab-faults").click()
        await page.locator("#tab-panel-faults input[role=switch]").first.check()
    if place == "a member":
        await page.locator("#group-button").click()


@pytest.mark.parametrize("place", PLACES)
async def test_a_press_is_not_lost_to_what_comes_in_before_it_is_let_go(
    tab: Tab, place: str
) -> None:
    await _everything(tab, place)
    target = tab.page.locator(PLACES[place])
    await target.hover()
    await tab.page.evaluate(LISTEN)
    await tab.page.mouse.down()
    await tab.page.evaluate(CHANGES)
    assert await tab.page.evaluate("pressed.isConnected")
    await tab.page.mouse.up()
    assert await tab.page.evaluate("clicked === pressed")


async def test_what_came_in_during_a_press_is_shown_when_it_is_let_go(tab: Tab) -> None:
    await tab.say("one")
    await tab.bubble("one").hover()
    await tab.page.mouse.down()
    await tab.say("two")
    await tab.page.locator(".chat-row", has_text="two").wait_for()
    await tab.page.evaluate(CHANGES)
    await expect(tab.bubble("two")).to_have_count(0)
    await tab.page.mouse.up()
    await expect(tab.bubble("two")).to_be_visible()


async def test_a_group_made_while_the_page_reads_anew_is_not_forgotten_again(tab: Tab) -> None:
    row = tab.page.locator(".chat-row").filter(has_text="Late")
    members = [await tab.chat_id()]

    over = asyncio.Event()

    async def overtaken(route: Route) -> None:
        answer = await route.fetch()
        await tab.bot.http.post("/sim/groups", json={"title": "Late", "members": members})
        await row.wait_for()
        await route.fulfill(response=answer)
        over.set()

    await tab.page.route("**/sim/state", overtaken, times=1)
    await tab.page.evaluate("""() => import("/js/store.js").then(({refresh}) => refresh())""")
    await in_time(over.wait())
    await tab.page.evaluate(CHANGES)
    assert await tab.page.evaluate("""async () => {
        const {store} = await import("/js/store.js");
        return store.chats.some((one) => one.title === "Late");
    }""")
