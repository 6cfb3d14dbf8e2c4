"""How the bot is connected to Telegram: the `Bot` and the `Application`."""

from __future__ import annotations

import logging
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, Defaults, ExtBot

from bot.clock import Clock
from bot.http_client import join_small_parts, named
from bot.logs import SELDOM
from bot.retry import POLLING
from bot.telegram.answers import BotApiRequest, understood
from bot.telegram.error_mapping import describe
from bot.telegram.errors import TokenRejected

logger = logging.getLogger(__name__)

BotApplication = Application[Any, Any, Any, Any, Any, Any]


READ_SECONDS = 75.0
"""Generous, because an answer given up too early is a message in an unknown state: python-telegram-
bot's own 5 s lose the answer of many a video that was delivered."""

_SAID_AS = Defaults(
    parse_mode=ParseMode.HTML,
    link_preview_options=LinkPreviewOptions(is_disabled=True),
    allow_sending_without_reply=True,
)
"""A reply arrives even when what it answers was deleted."""


def build_bot(
    token: SecretStr, base_url: str, *, read_seconds: float = READ_SECONDS
) -> ExtBot[None]:
    """The bot; `base_url` is what stands before `/bot<token>` and `/file/bot<token>`.

    Never log its `repr`: python-telegram-bot puts the token there.
    """
    root = base_url.rstrip("/")
    request = BotApiRequest(
        connect_timeout=10.0,
        read_timeout=read_seconds,
        write_timeout=60.0,
        media_write_timeout=180.0,
        pool_timeout=30.0,
        httpx_kwargs={"event_hooks": {"request": [join_small_parts, _name]}},
    )
    return ExtBot(
        token.get_secret_value(),
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=request,  # never used: `polling.Poller` fetches
        defaults=_SAID_AS,
    )


async def _name(request: httpx.Request) -> None:
    """By the end of its address; what stands before is secret."""
    request.extensions |= named("telegram", request.url.path.rpartition("/")[2])


def build_application(bot: ExtBot[None]) -> BotApplication:
    """An Application that fetches nothing by itself: `updates.UpdateLoop` feeds it."""
    return ApplicationBuilder().bot(bot).updater(None).job_queue(None).build()


async def initialize(application: BotApplication, clock: Clock) -> None:
    """`Application.initialize`, patient with the network and without the token in its failure.

    Raises:
        TokenRejected: Telegram does not know the token.
    """
    failures = 0
    while True:
        try:
            await understood(application.initialize())
        except InvalidToken:  # its text is the token itself
            await application.bot.shutdown()
            raise TokenRejected from None
        except TelegramError as error:
            failures += 1
            logger.warning("Telegram cannot be reached yet: %s", describe(error), extra=SELDOM)
            await clock.sleep(POLLING.endless_delay_seconds(failures))
        else:
            return
