"""A browser for all tests of the page; a sandbox, a bot and a tab for each."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
    expect,
)

from bot.sandbox.server import Sandbox, serve_sandbox
from tests.support.bot_api import BotApi
from tests.support.deadlines import deadline

FOLDER = Path(__file__).parent
BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@dataclass
class Tab:
    """One tab, opened and ready, with a person in it."""

    page: Page
    bot: BotApi
    sandbox: Sandbox
    errors: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Collect what the browser complains about."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self) -> None:
        """Load the page and wait until it can be used."""
        await self.page.goto(self.sandbox.page_url)
        await self.page.locator('#page[data-ready][data-connection="connected"]').wait_for()

    @property
    def messages(self) -> Locator:
        """All bubbles, oldest first."""
        return self.page.locator("#timeline article")

    def bubble(self, text: str) -> Locator:
        """The newest bubble with this text."""
        return self.messages.filter(has_text=text).last

    async def chat_id(self) -> int:
        """The private chat of the person in this tab."""
        return int(await self.page.evaluate("Number(localStorage.getItem('person'))"))

    async def say(self, text: str, **params: Any) -> Any:
        """The bot writes to the person."""
        return await self.bot.call("sendMessage", chat_id=await self.chat_id(), text=text, **params)

    async def write(self, text: str) -> None:
        """The person writes."""
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def attach(self, entry: str) -> None:
        """The person chooses an entry of the paperclip's menu."""
        await self.page.get_by_role("button", name="Attach").click()
        await self.page.get_by_role("menuitem", name=entry).click()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(json.dumps([message.text, message.location]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need the browser, and share the loop it lives on."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.proof)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, started once."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium here: apt install chromium, and the page is tested as well")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """Both local servers, emptied for each tab: one address lets the browser cache the page."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A desktop browser with a microphone."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB", permissions=["microphone"]
    )
    context.set_default_timeout(deadline() * 1000)
    expect.set_options(timeout=deadline() * 1000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tab(context: BrowserContext, sandbox: Sandbox) -> AsyncIterator[Tab]:
    """The page, opened for the first time while the bot is there; it may not complain."""
    bot = BotApi(sandbox.telegram_base_url)
    for path in ("/sim/provider/reset", "/sim/reset"):
        (await bot.http.post(path)).raise_for_status()
    await bot.call("getMe")
    opened = Tab(await context.new_page(), bot, sandbox)
    opened.listen()
    await opened.page.add_init_script("localStorage.clear()")
    await opened.open()
    yield opened
    await opened.page.close()
    await bot.http.aclose()
    assert opened.errors == []
