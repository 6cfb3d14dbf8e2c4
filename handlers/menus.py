"""The menus of commands that Telegram shows, by kind of chat and by language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from itertools import product
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.texts import LANGUAGES, Texts

logger = logging.getLogger(__name__)

COMMANDS = (
    *("start", "help", "last", "history", "quota"),
    *("queue", "status", "cancel", "settings"),
    *("privacy", "terms", "forget", "report"),
)

GROUP_COMMANDS = ("talk", "queue", "quota", "status", "cancel", "last", "notme", "report", "help")

GROUP_ADMIN_COMMANDS = (*GROUP_COMMANDS, "groupsettings", "allow", "disallow")
"""Telegram shows an administrator the menu of the narrowest scope alone."""

MENUS: tuple[tuple[BotCommandScope, Sequence[str]], ...] = (
    (BotCommandScopeDefault(), COMMANDS),
    (BotCommandScopeAllGroupChats(), GROUP_COMMANDS),
    (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN_COMMANDS),
)
"""Which commands are offered where: what a person may do is decided elsewhere."""

_KEYS = (
    *("command-start", "command-help", "command-last", "command-history", "command-quota"),
    *("command-queue", "command-status", "command-cancel", "command-settings"),
    *("command-privacy", "command-terms", "command-forget", "command-report", "command-talk"),
    *("command-notme", "command-groupsettings", "command-allow", "command-disallow"),
)
_TEXTS = {key.removeprefix("command-"): key for key in _KEYS}


class Menus:
    """A chore: has the menus published once, as soon as `is_polling`: they keep nobody waiting."""

    def __init__(self, *, bot: Bot, texts: Texts, is_polling: Callable[[], bool]) -> None:
        self._bot = bot
        self._texts = texts
        self._is_polling = is_polling
        self._published = False

    async def due(self) -> dict[object, Callable[[], Coroutine[Any, Any, None]]]:
        """See `BackgroundTask`."""
        return {} if self._published or not self._is_polling() else {"menus": self._publish}

    async def _publish(self) -> None:
        await publish_menus(self._bot, self._texts)
        self._published = True


async def publish_menus(bot: Bot, texts: Texts) -> None:
    """The menus of commands, in every language; without them the bot works all the same."""
    for language, (scope, names) in product(LANGUAGES, MENUS):
        catalogue = texts.of(language)
        menu = [BotCommand(name, catalogue.plain(_TEXTS[name])) for name in names]
        code = "" if language == "en" else language.split("-")[0]
        try:
            await bot.set_my_commands(menu, scope=scope, language_code=code)
        except TelegramError as failure:
            logger.warning("a menu of commands could not be set: %s", type(failure).__name__)
