"""What every handler begins with: the services, who wrote and where, and a reply."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram import ForceReply, MaybeInaccessibleMessage, Message, Update, User
from telegram.ext import CallbackContext

from bot.retry import REPLY, persisting
from bot.services import Services
from bot.telegram.destination import Destination
from bot.telegram.errors import ChatDead, ChatMoved, NotAllowed, SendUnknown, ThreadClosed
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage.db.database import Database
from storage.groups import chats
from storage.groups.chats import close_chat
from storage.media import ConversationKey
from storage.people import people
from storage.people.people import Person

logger = logging.getLogger(__name__)

Context = CallbackContext[Any, Any, Any, Any]


def services_of(context: Context) -> Services:
    """The running bot's services."""
    services = context.bot_data[Services]
    assert isinstance(services, Services)  # noqa: S101
    return services


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateContext:
    """What one person did, with what is needed to answer it."""

    services: Services
    user: User
    texts: Catalogue
    destination: Destination
    """The answer to the message that it was done with."""
    update_id: int = 0

    @property
    def database(self) -> Database:
        """Where everything is kept."""
        return self.services.database

    @property
    def user_id(self) -> int:
        """Whose doing it is."""
        return self.user.id

    @property
    def cause(self) -> str:
        """What names this update, and what comes of it: it may be handled twice."""
        return f"update:{self.update_id}"

    @property
    def chat_id(self) -> int:
        """Where it was done."""
        return self.destination.chat_id

    @property
    def message_id(self) -> int:
        """With which message there."""
        return self.destination.reply_to

    @property
    def conversation(self) -> ConversationKey:
        """The conversation it belongs to."""
        return ConversationKey(self.chat_id, self.destination.thread_id, self.user_id)

    @property
    def in_group(self) -> bool:
        """Whether others read along: less is said, and what is asked for opens the reply field."""
        return is_group(self.chat_id)

    async def reply_once(
        self, text: str, keyboard: Keyboard | ForceReply | None = None
    ) -> SentMessage | None:
        """Answer that message with what is better lost than said twice.

        None when it is not wanted, or nobody knows whether it is there.
        """
        try:
            return await self._send(text, keyboard)
        except SendUnknown as failure:
            logger.info("reply in chat %s: %s", self.chat_id, failure)
            return None

    async def _send(
        self, text: str, keyboard: Keyboard | ForceReply | None = None
    ) -> SentMessage | None:
        send = partial(self.services.sender.send_text, text=text, keyboard=keyboard)
        try:
            note = self.texts.html("topic-closed", name=self.user.first_name)
            return await send(replace(self.destination, stray_note=note))
        except ChatMoved as failure:
            return await send(Destination(failure.new_chat_id))
        except ChatDead as failure:
            logger.info("reply in chat %s: %s", self.chat_id, failure)
            await self.database.do(close_chat, self.chat_id, str(failure))
        except (NotAllowed, ThreadClosed) as failure:
            logger.info("reply in chat %s: %s", self.chat_id, failure)
            if self.in_group:
                await self._note_that_it_is_muted(failure)
        return None

    async def _note_that_it_is_muted(self, failure: NotAllowed | ThreadClosed) -> None:
        """Whoever asks is told in private; of the whole group, once, whoever added the bot."""
        introductions = self.services.introductions
        if isinstance(failure, NotAllowed):
            await introductions.refused(self.chat_id, "messages", self.user_id)
        else:
            await introductions.tell_of_closed_topic(self.chat_id, self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext(UpdateContext):
    """One message of one person."""

    message: Message
    words: tuple[str, ...] = ()
    """What follows the command."""

    async def reply(
        self, text: str, keyboard: Keyboard | ForceReply | None = None
    ) -> SentMessage | None:
        """Answer this very message, for as long as it takes until an answer is known to be there.

        Twice the same text does less harm than none: the person asked. None when it is not wanted
        any more, or after a quarter of an hour.
        """
        send, sleep = partial(self._send, text, keyboard), self.services.clock.sleep
        try:
            return await persisting(send, SendUnknown, REPLY, sleep)
        except SendUnknown as failure:
            logger.info("reply in chat %s: %s; given up", self.chat_id, failure)
            return None


Handler = Callable[[MessageContext], Awaitable[None]]
"""Answers a message; raises CannotDo."""


class CannotDo(Exception):
    """What a message asks for is not done; `text` (HTML) says why, `keyboard` what can be done."""

    def __init__(self, text: str, keyboard: Keyboard | None = None) -> None:
        super().__init__(text)
        self.text, self.keyboard = text, keyboard


async def message_context_of(update: Update, context: Context) -> MessageContext | None:
    """That of this update; None for messages that no person wrote."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return None
    services = services_of(context)
    await remember(services, user, message.chat_id)
    texts = await texts_for(services, user, message.chat_id)
    return MessageContext(
        services=services,
        message=message,
        user=user,
        texts=texts,
        destination=destination_of(message),
        update_id=update.update_id,
        words=tuple(context.args or ()),
    )


def destination_of(message: MaybeInaccessibleMessage) -> Destination:
    """The answer to that message."""
    thread_id = None
    if isinstance(message, Message) and message.is_topic_message:
        thread_id = message.message_thread_id
    return Destination(message.chat.id, thread_id or 0, message.message_id)


async def texts_for(services: Services, user: User, chat_id: int | None = None) -> Catalogue:
    """In the language this group chose, or this person, or in that of their app."""
    chosen = await people.language_code(services.database, user.id, chat_id)
    return services.texts.of(chosen or user.language_code)


async def remember(services: Services, user: User, chat_id: int) -> None:
    """Keep who this is; they wrote, so their chat is alive."""
    async with services.database.transaction() as tx:
        await people.remember(tx, person_of(user))
        await chats.mark_alive(tx, chat_id)


def person_of(user: User) -> Person:
    """As Telegram shows them now."""
    return Person(user.id, user.first_name, user.username, user.language_code)
