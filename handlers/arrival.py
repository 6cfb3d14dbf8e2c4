"""The bot comes into a group, or its rights there change: it says what has to be said."""

from __future__ import annotations

import logging

from telegram import ChatMemberUpdated, Update
from telegram.constants import ChatType

from bot.desk import Desk
from bot.telegram.errors import ChatDead, ChatMoved, NotAllowed, RequestInvalid
from handlers.context import Context, desk_of
from storage import arrivals

logger = logging.getLogger(__name__)

_OVER = (ChatDead, ChatMoved, NotAllowed, RequestInvalid)
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


async def note_new_group(update: Update, context: Context) -> None:
    """A basic group was made with the bot in it."""
    message = update.effective_message
    if message is None:
        return
    author = message.from_user
    await _come(desk_of(context), message.chat_id, message.chat.title, author.id if author else 0)


async def note_arrival(desk: Desk, change: ChatMemberUpdated, *, was_out: bool) -> None:
    """The bot was added, or has other rights than before."""
    if change.chat.type not in _GROUPS:
        return
    if was_out:
        await _come(desk, change.chat.id, change.chat.title, change.from_user.id)
        return
    try:
        await desk.arrivals.look_again(change.chat.id)
    except _OVER as failure:
        logger.info("chat %s is not told of the bot's rights: %s", change.chat.id, failure)


async def note_leaving(desk: Desk, change: ChatMemberUpdated) -> None:
    """The bot was removed: if it comes back, it introduces itself again."""
    async with desk.database.transaction() as tx:
        await arrivals.forget(tx, change.chat.id)


async def _come(desk: Desk, chat_id: int, title: str | None, added_by: int) -> None:
    try:
        await desk.arrivals.come(chat_id, title or "", added_by or None)
    except _OVER as failure:
        logger.info("not introduced to chat %s: %s", chat_id, failure)
