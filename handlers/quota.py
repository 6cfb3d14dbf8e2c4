"""/quota: what was used today, what is left, when it is full again."""

from __future__ import annotations

from bot.chat.formatting import bar, say_when
from bot.config.engines import ENGINES
from handlers.context import MessageContext
from storage import verdicts
from storage.jobs import ledger
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
        when=say_when(context.services, context.texts, allowance.resets_at_milliseconds),
    )
    await context.reply("\n".join([text, *await _free_lines(context)]))


async def _free_lines(context: MessageContext) -> list[str]:
    """To an operator: what was used of that which the provider gives for nothing."""
    limits, database = context.services.limits, context.database
    if context.in_group or context.user_id not in limits.admin_ids:
        return []
    billed, lines = await ledger.billed_by_engine(database), []
    for kind in map(ENGINES.get, limits.engines):
        if kind and kind.free and (free := getattr(limits, kind.free)) is not None:
            used, name = billed.get(kind.name, 0) / 1000, context.texts.plain(kind.title)
            lines.append(context.texts.html("quota-free", name=name, used=used, limit=float(free)))
    if limits.free_checks is not None:
        used = await verdicts.checks_made(database)
        lines.append(context.texts.html("quota-free-checks", used=used, limit=limits.free_checks))
    return lines
