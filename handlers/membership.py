"""The bot's own place in a chat changes: blocked, unblocked, removed, added, given other rights."""

from __future__ import annotations

import logging

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update

from bot.desk import Desk
from handlers import arrival
from handlers.context import Context, desk_of
from storage import chats
from storage.closing import close_chat

logger = logging.getLogger(__name__)


async def note_membership(update: Update, context: Context) -> None:
    """Whether the chat can be written to from now on, and what follows from that."""
    change = update.my_chat_member
    assert change is not None  # noqa: S101
    desk = desk_of(context)
    if is_out(change.new_chat_member):
        await _closed(desk, change)
        await arrival.note_leaving(desk, change)
    else:
        await _open(desk, change)
        await arrival.note_arrival(desk, change, was_out=is_out(change.old_chat_member))


def is_out(member: ChatMember) -> bool:
    """Whether this member is none (any more)."""
    if isinstance(member, ChatMemberRestricted):
        return not member.is_member
    return member.status in (ChatMember.LEFT, ChatMember.BANNED)


async def _closed(desk: Desk, change: ChatMemberUpdated) -> None:
    """What only waited there is cancelled for nothing."""
    reason = f"the bot is {change.new_chat_member.status} there"
    async with desk.database.transaction() as tx:
        now = desk.clock.now_milliseconds()
        cancelled = await close_chat(tx, change.chat.id, reason, now)
    logger.info("chat %s closed (%s), %d jobs end", change.chat.id, reason, len(cancelled))
    desk.nudge()


async def _open(desk: Desk, change: ChatMemberUpdated) -> None:
    """It can be written to, again or for the first time."""
    async with desk.database.transaction() as tx:
        await chats.mark_alive(tx, change.chat.id)
