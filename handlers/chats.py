"""What becomes of a chat: the bot is added or removed, the chat moves, or is not allowed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable

from telegram import (
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    Update,
    User,
)
from telegram.constants import ChatType

from bot.services import Services
from bot.telegram.destination import Destination
from bot.telegram.dispatch import LetGo
from bot.telegram.errors import ChatDead, ChatMoved, Refused, SendUnknown
from handlers.context import Context, services_of, texts_for
from storage.groups import chats, groups
from storage.groups.chats import close_chat

logger = logging.getLogger(__name__)


async def note_membership(update: Update, context: Context) -> None:
    """Whether the chat can be written to from now on, and what follows from that."""
    change = update.my_chat_member
    assert change is not None  # noqa: S101
    services, old = services_of(context), change.chat.id
    if not is_out(change.new_chat_member):
        await _open(services, change)
    elif (new := await services.members.moved_to(old)) is not None:
        await _note_move(services, old, new)
    else:
        await _closed(services, change)


def is_out(member: ChatMember) -> bool:
    """Whether this member is none (any more)."""
    if isinstance(member, ChatMemberRestricted):
        return not member.is_member
    return member.status in (ChatMember.LEFT, ChatMember.BANNED)


async def _closed(services: Services, change: ChatMemberUpdated) -> None:
    """What only waited there is cancelled for nothing; if the bot comes back, it introduces itself
    again.
    """
    reason = f"the bot is {change.new_chat_member.status} there"
    async with services.recording() as tx:
        cancelled = await close_chat(tx, change.chat.id, reason)
        await groups.forget(tx, change.chat.id)
    logger.info("chat %s closed (%s), %d jobs end", change.chat.id, reason, len(cancelled))


async def _open(services: Services, change: ChatMemberUpdated) -> None:
    """It can be written to; in a group the bot was added, or has other rights than before."""
    await services.database.do(chats.mark_alive, change.chat.id)
    comes = is_out(change.old_chat_member)
    if change.chat.type == ChatType.CHANNEL and comes:
        channel, person_id = change.chat, change.from_user.id
        there = services.introductions.come_to_channel(channel.id, channel.title or "", person_id)
        await _told(channel.id, there)
    if change.chat.type not in _GROUPS:
        return
    if comes:
        await _come(services, change.chat, change.from_user)
    else:
        await _told(change.chat.id, services.introductions.look_again(change.chat.id))


_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


async def note_new_group(update: Update, context: Context) -> None:
    """A basic group was made with the bot in it."""
    message = update.effective_message
    if message is None:
        return
    await _come(services_of(context), message.chat, message.from_user)


async def _come(services: Services, chat: Chat, added_by: User | None) -> None:
    who = added_by.id if added_by else None
    await _told(chat.id, services.introductions.come(chat.id, chat.title or "", who))


async def _told(chat_id: int, telling: Awaitable[None]) -> None:
    try:
        await telling
    except (Refused, ChatMoved) as failure:
        logger.info("chat %s is not told of the bot: %s", chat_id, failure)


async def note_move(update: Update, context: Context) -> None:
    """Both chats tell of it, in any order: the first one is enough."""
    message = update.effective_message
    assert message is not None  # noqa: S101
    old = message.migrate_from_chat_id or message.chat_id
    new = message.migrate_to_chat_id or message.chat_id
    if old == new:
        return
    await _note_move(services_of(context), old, new)


async def _note_move(services: Services, old: int, new: int) -> None:
    async with services.recording() as tx:
        if await chats.move(tx, old, new):
            logger.info("chat %s became %s", old, new)


async def turn_away(update: Update, context: Context) -> None:
    """Leave a group that is not allowed, with a sentence; nothing else is done there."""
    services, chat = services_of(context), update.effective_chat
    if chat is None or chat.type not in _GROUPS or not services.limits.allowed_groups:
        return
    change = update.my_chat_member
    if change is not None and is_out(change.new_chat_member):
        return
    if not await _is_allowed(services, chat.id, update.effective_message):
        await _leave(services, chat, update)
        raise LetGo


async def _is_allowed(services: Services, chat_id: int, message: Message | None) -> bool:
    """A group that became a supergroup stays allowed, whatever is told of that first."""
    ids = await chats.ids_of(services.database, chat_id)
    if message is not None:
        ids |= {message.migrate_from_chat_id or 0, message.migrate_to_chat_id or 0}
    allowed = services.limits.allowed_groups
    return not allowed.isdisjoint(ids) or await _has_become(services, allowed, chat_id)


async def _has_become(services: Services, groups: Iterable[int], chat_id: int) -> bool:
    """Whether one of these is that chat by now: asked of Telegram, which may not have told yet."""
    for old in groups:
        if old != chat_id and await services.members.moved_to(old) == chat_id:
            await _note_move(services, old, chat_id)
            return True
    return False


async def _leave(services: Services, chat: Chat, update: Update) -> None:
    user = update.effective_user
    texts = await texts_for(services, user, chat.id) if user else services.texts.of(None)
    try:
        await services.sender.send_text(Destination(chat.id), texts.html("leaving-group"))
    except (Refused, SendUnknown) as failure:
        logger.info("leaving chat %s without a word: %s", chat.id, failure)
    try:
        await services.members.leave(chat.id)
    except ChatDead as failure:
        logger.info("chat %s was left already: %s", chat.id, failure)
        return
    subject, title = f"left:{chat.id}", chat.title or ""
    await services.operator.tell(subject, "operator-group-left", group=title, chat=str(chat.id))
