"""Who writes without showing: hidden administrators, channels, what a linked channel posts.

They share one account for everybody, so nobody's photo, quota or rights can be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Message, Update
from telegram.constants import ChatID

from handlers.context import Context, Visit, desk_of, texts_for

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]

_STAND_INS = frozenset({ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL, ChatID.SERVICE_CHAT})


def shows_nobody(message: Message) -> bool:
    """Whether the message is signed by a group or a channel, or written by another bot."""
    author = message.from_user
    if message.sender_chat is not None or author is None:
        return True
    return author.is_bot or author.id in _STAND_INS


def people_only(handler: Handler) -> Handler:
    """The handler for people; whoever hides is told in one sentence why nothing happens."""

    async def handle(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None or not shows_nobody(message):
            await handler(update, context)
        elif not message.is_automatic_forward or _names_the_bot(message):
            await _explain(message, context)

    return handle


async def _explain(message: Message, context: Context) -> None:
    """The stand-in is no person: it is not remembered as one."""
    desk, author = desk_of(context), message.from_user
    if author is None:
        return
    texts = await texts_for(desk, author, message.chat_id)
    await Visit(desk, message, author, texts).reply(texts.html("group-write-as-yourself"))


def _names_the_bot(message: Message) -> bool:
    """What a channel posts comes into its group by itself: it was not meant for the bot."""
    text = message.text or message.caption or ""
    return f"@{message.get_bot().username}".lower() in text.lower()
