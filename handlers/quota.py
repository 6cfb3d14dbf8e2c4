"""/quota: what was used today, what is left, when it is full again."""

from __future__ import annotations

from bot.chat.formatting import bar, say_when
from handlers.context import MessageContext
from storage.jobs.ledger import Allowance

_KEYS = {
    (False, False): "quota",
    (False, True): "quota-budget",
    (True, False): "group-quota",
    (True, True): "group-quota-budget",
}


async def allowance_here(context: MessageContext) -> Allowance:
    """What this person may still have made in this place, as videos are made for them there."""
    effective = await context.services.effective(context.conversation)
    return await context.services.allowance(context.user_id, effective.price)


async def show_quota(context: MessageContext) -> None:
    """The bar and the numbers."""
    caps, now = context.services.limits.caps, context.services.clock.now_milliseconds()
    allowance = await allowance_here(context)
    quota = allowance.quota
    taken = quota.limit_milliseconds - allowance.left_milliseconds
    text = context.texts.html(
        _KEYS[context.in_group, allowance.is_cut],
        bar=bar(taken / quota.limit_milliseconds if quota.limit_milliseconds else 1.0),
        used=quota.used_milliseconds / 1000,
        held=quota.held_milliseconds / 1000,
        left=allowance.left_milliseconds // 100 / 10,
        limit=quota.limit_milliseconds / 1000,
        when=say_when(context.texts, allowance.resets_at_milliseconds, now, caps.zone),
    )
    await context.reply(text)
