"""Telling the operator when not even the database can be used: by the log, and by Telegram."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import tempfile
import time
from pathlib import Path

from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.config import Settings
from bot.telegram.connection import build_bot
from bot.telegram.translation import describe
from bot.texts import Texts

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 3600.0
_PATIENCE_SECONDS = 10.0
_NO_LANGUAGE = None


async def raise_alarm(settings: Settings, key: str, detail: str) -> None:
    """Say the text `key` to everyone in ADMIN_IDS, once an hour however often the bot restarts.

    It needs nothing that may be broken: no database, no connection of the running bot.
    """
    logger.error("%s: %s", key, detail)
    if not settings.admin_ids or not _is_due(_mark(settings, key)):
        return
    text = Texts().of(_NO_LANGUAGE).html(key, detail=detail)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await _say(settings, text)
    except (TelegramError, TimeoutError) as failure:
        reason = describe(failure) if isinstance(failure, TelegramError) else "no answer in time"
        logger.warning("the operator could not be told in Telegram: %s", reason)


async def _say(settings: Settings, text: str) -> None:
    """Without `initialize`: that would be one more call to fail."""
    bot = build_bot(settings.telegram_bot_token, settings.telegram_base_url)
    try:
        for admin_id in sorted(settings.admin_ids):
            await bot.send_message(admin_id, text, parse_mode=ParseMode.HTML)
    finally:
        await bot.request.shutdown()


def _mark(settings: Settings, key: str) -> Path:
    """A file that remembers when this was said; not on the disk of the database."""
    name = hashlib.sha256(f"{settings.database_path.resolve()} {key}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"talking-photo-alarm-{name}"


def _is_due(mark: Path) -> bool:
    """Where nothing can be remembered it is said each time: too often is better than never."""
    try:
        if mark.exists() and 0 <= time.time() - mark.stat().st_mtime < _EVERY_SECONDS:
            return False
        mark.touch()
    except OSError:
        logger.info("it cannot be remembered that the operator was told")
    return True
