"""A browser for all tests of the page; a sandbox, a bot and a tab for each."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from bot.sandbox.server import Sandbox, serve_sandbox
from tests.page.tab import DEADLINE_MILLISECONDS, Tab
from tests.support.bot_api import BotApi

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
    context.set_default_timeout(DEADLINE_MILLISECONDS)
    expect.set_options(timeout=DEADLINE_MILLISECONDS)
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
