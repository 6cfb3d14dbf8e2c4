"""/last: the last video once more."""

from __future__ import annotations

import logging

from telegram import Update

from bot.pipeline.last_video import Outcome
from bot.telegram.errors import SendUnknown
from handlers.context import Context, Visit, visit_of

logger = logging.getLogger(__name__)

_SAID = {Outcome.NONE_YET: "last-none", Outcome.GONE: "last-gone"}
_SAID_IN_GROUP = {Outcome.NONE_YET: "group-last-none", Outcome.GONE: "group-last-gone"}


async def send_last(update: Update, context: Context) -> None:
    """Send it, or say why there is none. An answer of Telegram that got lost is not sent twice."""
    visit = await visit_of(update, context)
    if visit is not None:
        await bring(visit)


async def bring(visit: Visit) -> None:
    """The same, whatever asked for it."""
    try:
        outcome = await visit.desk.last.send(visit.place, visit.message.message_id)
    except SendUnknown as failure:
        logger.info("/last in chat %s: %s", visit.message.chat_id, failure)
        return
    if outcome in _SAID:
        said = _SAID_IN_GROUP if visit.in_group else _SAID
        await visit.reply(visit.texts.html(said[outcome]))
