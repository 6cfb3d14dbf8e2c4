"""Senders under test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock, SystemClock
from bot.telegram.connection import READ_SECONDS, build_bot
from bot.telegram.sender import Sender
from tests.support.credentials import SECRET_TOKEN


@asynccontextmanager
async def sender_of(
    base_url: str, clock: Clock | None = None, read_seconds: float = READ_SECONDS
) -> AsyncIterator[Sender]:
    """A Sender over a real Bot and real sockets; the Bot has not introduced itself (getMe)."""
    bot = build_bot(SECRET_TOKEN, base_url, read_seconds=read_seconds)
    async with Sender(bot, clock or SystemClock()) as sender:
        yield sender
    await bot.request.shutdown()
