"""The menus of commands that Telegram shows, by kind of chat and by language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from itertools import product
from typing import Any

from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.telegram.account import set_menu
from bot.texts import LANGUAGES, Texts
from handlers import COMMANDS, GROUP
from handlers.access import Who

logger = logging.getLogger(__name__)

FOR_PEOPLE = [
    command.name
    for command in COMMANDS
    if command.where is not GROUP and command.who in (Who.PEOPLE, Who.ANYBODY)
]
_RANKS = {command.name: rank for command in COMMANDS if (rank := command.group_menu)}
IN_GROUPS = sorted(_RANKS, key=_RANKS.__getitem__)
FOR_GROUP_ADMINS = [command.name for command in COMMANDS if command.who is Who.GROUP_ADMINS]

MENUS: tuple[tuple[BotCommandScope, Sequence[str]], ...] = (
    (BotCommandScopeDefault(), FOR_PEOPLE),
    (BotCommandScopeAllGroupChats(), IN_GROUPS),
    (BotCommandScopeAllChatAdministrators(), [*IN_GROUPS, *FOR_GROUP_ADMINS]),
)
"""Telegram shows an administrator the menu of the narrowest scope alone."""

_TEXTS = {command.name: command.text for command in COMMANDS}


class Menus:
    """A background task: publishes the menus once the bot `is_up`: they keep nobody waiting."""

    def __init__(self, *, bot: Bot, texts: Texts, is_up: Callable[[], bool]) -> None:
        self._bot = bot
        self._texts = texts
        self._is_up = is_up
        self._published = False

    async def due(self) -> dict[object, Callable[[], Coroutine[Any, Any, None]]]:
        """See `BackgroundTask`."""
        return {} if self._published or not self._is_up() else {"menus": self._publish}

    async def _publish(self) -> None:
        """In every language; without them the bot works all the same."""
        for language, (scope, names) in product(LANGUAGES, MENUS):
            catalogue = self._texts.of(language)
            menu = [(name, catalogue.plain(_TEXTS[name])) for name in names]
            code = None if language == "en" else language.split("-")[0]
            try:
                await set_menu(self._bot, menu, scope, code)
            except TelegramError as failure:
                logger.warning("a menu of commands could not be set: %s", type(failure).__name__)
        self._published = True
