"""/quota: what was used today, what is left, when it starts afresh."""

from __future__ import annotations

from telegram import Update

from bot.pipeline.moments import bar, say_when
from handlers.context import Context, visit_of
from storage import ledger


async def show_quota(update: Update, context: Context) -> None:
    """The bar and the numbers."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    caps, now = visit.desk.terms.caps, visit.desk.clock.now_milliseconds()
    quota = await ledger.quota_of(visit.desk.database, visit.user.id, caps, now)
    taken = quota.limit_milliseconds - quota.left_milliseconds
    text = visit.texts.html(
        "group-quota" if visit.in_group else "quota",
        bar=bar(taken / quota.limit_milliseconds if quota.limit_milliseconds else 1.0),
        used=quota.used_milliseconds / 1000,
        held=quota.held_milliseconds / 1000,
        left=quota.left_milliseconds // 100 / 10,
        limit=quota.limit_milliseconds / 1000,
        when=say_when(visit.texts, quota.resets_at_milliseconds, now, caps.zone),
    )
    await visit.reply(text)
