"""`talking-photo release`: what a platform runs once, before a new version starts."""

from __future__ import annotations

import asyncio

import click
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.commands.failure import UNKNOWN_BOT, Failure, sentences_said
from bot.config.settings import Settings


@click.command()
def release() -> None:
    """Have Telegram send messages to the webhook of `web`, at PUBLIC_URL.

    Without PUBLIC_URL it does nothing: then the bot fetches its messages. It never touches the
    database, which may be on another machine's disk.
    """
    with sentences_said():
        settings = Settings.load()
    if settings.webhook_url is None:
        click.echo("PUBLIC_URL is not set: nothing to do, the bot fetches its messages.")
        return
    asyncio.run(set_webhook(settings))
    click.echo(f"Telegram sends messages to {settings.webhook_url}")


async def set_webhook(settings: Settings) -> None:
    """Once, for all kinds of updates that the bot takes; what waits stays.

    Raises Failure.
    """
    from bot.clock import SystemClock
    from bot.retry import TELEGRAM_CALL, persisting
    from bot.telegram import account
    from bot.telegram.answers import MethodMissing
    from bot.telegram.error_mapping import describe

    async def call() -> None:
        address, secret = settings.webhook_url or "", settings.webhook_secret
        try:
            await account.identity(bot)
            await account.set_webhook(bot, address, secret)
        except InvalidToken:
            raise Failure(UNKNOWN_BOT) from None
        except MethodMissing as error:
            raise Failure(f"TELEGRAM_BASE_URL: {error.message}. {_WITHOUT}.") from None
        except BadRequest as error:
            raise Failure(f"Telegram refuses PUBLIC_URL ({describe(error)}): {_TAKEN}.") from None

    try:
        async with account.lone_bot(settings.telegram_bot_token, settings.telegram_base_url) as bot:
            await persisting(call, TelegramError, TELEGRAM_CALL, SystemClock().sleep)
    except TelegramError as error:
        raise Failure(f"Telegram cannot be reached ({describe(error)}): try again.") from None


_WITHOUT = "Update that server, or have the bot fetch its messages: no PUBLIC_URL, and run"
_TAKEN = "write an https address that everybody can reach, with port 443, 80, 88 or 8443"
