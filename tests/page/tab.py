"""A tab of the browser on the chat page: the bot behind it, and what went wrong in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page

from bot.sandbox.server import Sandbox
from tests.support.bot_api import BotApi

DEADLINE_MILLISECONDS = 20_000


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
