"""Telegram as the rest of the bot uses it, built once."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from telegram import Bot

from bot.clock import Clock
from bot.http_client import HttpClient
from bot.telegram.files import Files
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender


@dataclass(frozen=True, kw_only=True)
class TelegramServices:
    """All calls share one rate limiter."""

    bot_name: str
    sender: Sender
    members: Members
    files: Files


async def build_telegram(
    bot: Bot, http: HttpClient, clock: Clock, stack: AsyncExitStack
) -> TelegramServices:
    """For an initialised bot; `stack` ends what runs in the background."""
    rate_limiter = RateLimiter(clock)
    return TelegramServices(
        bot_name=bot.username,
        sender=await stack.enter_async_context(Sender(bot, clock, rate_limiter=rate_limiter)),
        members=Members(bot=bot, rate_limiter=rate_limiter, clock=clock),
        files=Files(bot=bot, http=http, clock=clock),
    )
