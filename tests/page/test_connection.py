"""Losing the sandbox and finding it again."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Browser, WebSocketRoute, expect

from bot.sandbox.server import serve_sandbox
from tests.page.conftest import Tab
from tests.support.bot_api import BotApi
from tests.support.deadlines import deadline


async def test_a_lost_connection_comes_back_and_misses_nothing(tab: Tab) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    await tab.page.route_web_socket("**/sim/events*", through)
    await tab.open()
    await tab.say("before")
    await tab.bubble("before").wait_for()
    await sockets[0].close()
    await tab.say("while it was away")
    await expect(tab.bubble("while it was away")).to_be_visible()
    await tab.say("after")
    await expect(tab.bubble("after")).to_be_visible()
    assert await tab.messages.count() == 3
    assert "after=0" not in sockets[1].url


async def test_a_sandbox_started_anew_is_noticed(browser: Browser) -> None:
    async with serve_sandbox(telegram_port=0, dashscope_port=0) as first:
        port = urlsplit(first.telegram_base_url).port or 0
        bot = BotApi(first.telegram_base_url)
        await bot.call("getMe")
        page = await browser.new_page()
        page.set_default_timeout(deadline() * 1000)
        tab = Tab(page, bot, first)
        await tab.open()
        await tab.write("in the first life")
        await tab.bubble("in the first life").wait_for()
    await expect(page.locator("#chat-subtitle")).to_contain_text("sandbox not reachable")
    async with serve_sandbox(telegram_port=port, dashscope_port=0):
        await page.locator('#page[data-connection="connected"]').wait_for()
        await expect(page.locator(".welcome")).to_be_visible()
        await expect(page.locator("#person b")).to_have_text("Ada")
        await page.close()
    await bot.http.aclose()


async def test_forgetting_everything_begins_anew(tab: Tab) -> None:
    await tab.write("soon forgotten")
    await tab.bubble("soon forgotten").wait_for()
    await tab.page.get_by_role("button", name="Chat menu").click()
    await tab.page.get_by_role("menuitem", name="Forget everything…").click()
    await tab.page.get_by_role("button", name="Forget everything", exact=True).click()
    await expect(tab.page.locator(".welcome")).to_be_visible()
    await tab.write("a new life")
    await expect(tab.messages).to_have_count(1)
