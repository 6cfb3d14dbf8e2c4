"""/quota: what was used today, what is left, when it starts afresh."""

from __future__ import annotations

from telegram import Update

from bot.pipeline.moments import bar, say_when
from bot.pipeline.wishes import wishes_of
from handlers.context import Context, Visit, visit_of
from storage import ledger
from storage.ledger import Allowance

_KEYS = {
    (False, False): "quota",
    (False, True): "quota-budget",
    (True, False): "group-quota",
    (True, True): "group-quota-budget",
}


async def allowance_here(visit: Visit) -> Allowance:
    """What this person may still have made in this place, as videos are made for them there."""
    desk = visit.desk
    price = (await wishes_of(desk.database, desk.terms, visit.place)).price
    now = desk.clock.now_milliseconds()
    return await ledger.allowance_of(desk.database, visit.user.id, price, desk.terms.caps, now)


async def show_quota(update: Update, context: Context) -> None:
    """The bar and the numbers."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    caps, now = visit.desk.terms.caps, visit.desk.clock.now_milliseconds()
    allowance = await allowance_here(visit)
    quota = allowance.quota
    taken = quota.limit_milliseconds - allowance.left_milliseconds
    text = visit.texts.html(
        _KEYS[visit.in_group, allowance.is_cut],
        bar=bar(taken / quota.limit_milliseconds if quota.limit_milliseconds else 1.0),
        used=quota.used_milliseconds / 1000,
        held=quota.held_milliseconds / 1000,
        left=allowance.left_milliseconds // 100 / 10,
        limit=quota.limit_milliseconds / 1000,
        when=say_when(visit.texts, allowance.resets_at_milliseconds, now, caps.zone),
    )
    await visit.reply(text)
