"""/start, /help, and commands there are not."""

from __future__ import annotations

from telegram import Update

from bot.pipeline.wording import LONGEST_SECONDS
from handlers.context import Context, visit_of
from storage import ledger


async def start(update: Update, context: Context) -> None:
    """The greeting: what to send, and how much video there is today."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    desk = visit.desk
    quota = await ledger.quota_of(
        desk.database, visit.user.id, desk.terms.caps, desk.clock.now_milliseconds()
    )
    left = quota.left_milliseconds // 100 / 10
    await visit.reply(visit.texts.html("start", longest=LONGEST_SECONDS, left=left))


async def show_help(update: Update, context: Context) -> None:
    """How it works."""
    visit = await visit_of(update, context)
    if visit is not None:
        await visit.reply(visit.texts.html("help", longest=LONGEST_SECONDS))


async def unknown_command(update: Update, context: Context) -> None:
    """Point at /help."""
    visit = await visit_of(update, context)
    if visit is not None:
        await visit.reply(visit.texts.html("command-unknown"))
