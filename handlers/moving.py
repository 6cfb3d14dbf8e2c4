"""A group becomes a supergroup: its chat has a new id."""

from __future__ import annotations

import logging

from telegram import Update

from handlers.context import Context, desk_of
from storage import chats

logger = logging.getLogger(__name__)


async def note_move(update: Update, context: Context) -> None:
    """Both chats tell of it, in any order: the first one is enough."""
    message = update.effective_message
    assert message is not None  # noqa: S101
    old, new = message.chat_id, message.migrate_to_chat_id
    if new is None and message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat_id
    if new is None:
        return
    desk = desk_of(context)
    async with desk.database.transaction() as tx:
        if await chats.move(tx, old, new, desk.clock.now_milliseconds()):
            logger.info("chat %s became %s", old, new)
