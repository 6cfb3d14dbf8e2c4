"""The bot's own account: its name, pictures, webhook and menus, and a word without a running bot.

Each is one call, which its caller repeats or not. All of them raise TelegramError.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import SecretStr
from telegram import Bot, BotCommand, BotCommandScope, User, WebhookInfo

from bot.telegram.answers import understood
from bot.telegram.connection import READ_SECONDS, build_bot
from bot.telegram.receiving import ALLOWED_UPDATES

_WEBHOOK_SECONDS = 10.0


@asynccontextmanager
async def lone_bot(
    token: SecretStr, base_url: str, *, read_seconds: float = READ_SECONDS
) -> AsyncIterator[Bot]:
    """One beside the running bot, or without any. Telegram is not asked who it is, which would be
    one more call to fail.
    """
    bot = build_bot(token, base_url, read_seconds=read_seconds)
    try:
        yield bot
    finally:
        await bot.request.shutdown()


async def identity(bot: Bot) -> User:
    """Who the bot is."""
    return await understood(bot.get_me())


async def picture_ids(bot: Bot, bot_id: int) -> list[str]:
    """The `file_id` of its picture, if it has one."""
    found = await understood(bot.get_user_profile_photos(bot_id, limit=1))
    return [sizes[0].file_id for sizes in found.photos]


async def webhook_of(bot: Bot) -> WebhookInfo:
    """Where its updates are sent to, and how that goes."""
    return await understood(bot.get_webhook_info(read_timeout=_WEBHOOK_SECONDS))


async def set_webhook(bot: Bot, address: str, secret: SecretStr) -> None:
    """Have all kinds of updates that the bot takes sent there; what waits stays."""
    setting = bot.set_webhook(
        address, allowed_updates=ALLOWED_UPDATES, secret_token=secret.get_secret_value()
    )
    await understood(setting)


async def set_menu(
    bot: Bot, menu: Sequence[tuple[str, str]], scope: BotCommandScope, language: str | None
) -> None:
    """Commands with what is said of each; without a language for all who have none of their own."""
    commands = [BotCommand(name, text) for name, text in menu]
    await understood(bot.set_my_commands(commands, scope=scope, language_code=language))


async def say(bot: Bot, chat_id: int, text: str) -> None:
    """A text, once: it may be lost."""
    await understood(bot.send_message(chat_id, text))
