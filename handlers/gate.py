"""The gate: where the operator names the groups the bot works in, it leaves every other."""

from __future__ import annotations

import logging

from telegram import Chat, Update
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop

from bot.desk import Desk
from bot.telegram.errors import ChatDead, NotAllowed, SendUnknown, ThreadClosed
from handlers.context import Context, desk_of, texts_for
from handlers.membership import is_out
from storage import chats

logger = logging.getLogger(__name__)

_SHUT = (ChatDead, NotAllowed, ThreadClosed, SendUnknown)
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


async def turn_away(update: Update, context: Context) -> None:
    """Leave a group that is not allowed, with a sentence; nothing else is done there."""
    desk, chat = desk_of(context), update.effective_chat
    if chat is None or chat.type not in _GROUPS or not desk.terms.allowed_groups:
        return
    change = update.my_chat_member
    if change is not None and is_out(change.new_chat_member):
        return
    message = update.effective_message
    former = message.migrate_from_chat_id if message is not None else None
    if await _is_allowed(desk, chat.id, former):
        return
    await _leave(desk, chat, update)
    raise ApplicationHandlerStop


async def _is_allowed(desk: Desk, chat_id: int, former: int | None) -> bool:
    """A group that became a supergroup stays allowed under its old id."""
    former = former or await chats.former_id(desk.database, chat_id)
    return not desk.terms.allowed_groups.isdisjoint({chat_id, former})


async def _leave(desk: Desk, chat: Chat, update: Update) -> None:
    user = update.effective_user
    texts = await texts_for(desk, user, chat.id) if user else desk.texts.of(None)
    try:
        await desk.sender.send_text(chat.id, texts.html("leaving-group"))
    except _SHUT as failure:
        logger.info("leaving chat %s without a word: %s", chat.id, failure)
    try:
        await desk.members.leave(chat.id)
    except ChatDead as failure:
        logger.info("chat %s was left already: %s", chat.id, failure)
        return
    subject, title = f"left:{chat.id}", chat.title or ""
    await desk.operator.tell(subject, "operator-group-left", group=title, chat=str(chat.id))
