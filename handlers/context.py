"""What every handler begins with: the desk, who wrote and where, and a reply."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from telegram import Message, Update, User
from telegram.ext import CallbackContext

from bot.desk import Desk
from bot.telegram.connection import BotApplication
from bot.telegram.errors import ChatDead, ChatMoved, SendUnknown
from bot.telegram.keyboard import AskReply, Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.pace import is_group
from bot.texts import Catalogue
from storage import chats, people
from storage.closing import close_chat
from storage.media import Place
from storage.people import Person

logger = logging.getLogger(__name__)

_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, *[30.0] * 30)

Context = CallbackContext[Any, Any, Any, Any]


def keep_desk(application: BotApplication, desk: Desk) -> None:
    """Where `desk_of` finds it."""
    application.bot_data[Desk] = desk


def desk_of(context: Context) -> Desk:
    """The running bot's services."""
    desk = context.bot_data[Desk]
    assert isinstance(desk, Desk)  # noqa: S101
    return desk


@dataclass(frozen=True, slots=True)
class Visit:
    """One message of one person, with what is needed to answer it."""

    desk: Desk
    message: Message
    user: User
    texts: Catalogue

    @property
    def place(self) -> Place:
        """The conversation it belongs to."""
        thread = self.message.message_thread_id if self.message.is_topic_message else None
        return Place(self.message.chat_id, thread or 0, self.user.id)

    @property
    def in_group(self) -> bool:
        """Whether others read along: less is said, and what is asked for opens the reply field."""
        return is_group(self.message.chat_id)

    async def reply(
        self, text: str, keyboard: Keyboard | AskReply | None = None
    ) -> SentMessage | None:
        """Answer this very message, for as long as it takes until an answer is known to be there.

        Twice the same text does less harm than none: the person asked. None when it is not wanted
        any more, or after a quarter of an hour.
        """
        for pause_seconds in _PAUSES_SECONDS:
            try:
                return await self._send(text, keyboard)
            except SendUnknown as failure:
                logger.info("reply in chat %s: %s; once more", self.message.chat_id, failure)
                await self.desk.clock.sleep(pause_seconds)
        return await self.reply_once(text, keyboard)

    async def reply_once(
        self, text: str, keyboard: Keyboard | AskReply | None = None
    ) -> SentMessage | None:
        """Answer this very message with what is better lost than said twice; None as `reply`."""
        try:
            return await self._send(text, keyboard)
        except SendUnknown as failure:
            logger.info("reply in chat %s: %s", self.message.chat_id, failure)
            return None

    async def _send(
        self, text: str, keyboard: Keyboard | AskReply | None = None
    ) -> SentMessage | None:
        send = partial(self.desk.sender.send_text, text=text, keyboard=keyboard)
        try:
            return await send(
                self.message.chat_id,
                reply_to=self.message.message_id,
                thread_id=self.place.thread_id or None,
                stray_note=self.texts.html("topic-closed", name=self.user.first_name),
            )
        except ChatMoved as failure:
            return await send(failure.new_chat_id)
        except ChatDead as failure:
            logger.info("reply in chat %s: %s", self.message.chat_id, failure)
            await self._close(str(failure))
            return None

    async def _close(self, reason: str) -> None:
        async with self.desk.database.transaction() as tx:
            now = self.desk.clock.now_milliseconds()
            await close_chat(tx, self.message.chat_id, reason, now)


async def visit_of(update: Update, context: Context) -> Visit | None:
    """The visit this update is; None for messages that no person wrote."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return None
    desk = desk_of(context)
    await remember(desk, user, message.chat_id)
    return Visit(desk, message, user, await texts_for(desk, user, message.chat_id))


async def texts_for(desk: Desk, user: User, chat_id: int | None = None) -> Catalogue:
    """In the language this group chose, or this person, or in that of their app."""
    chosen = await people.language_code(desk.database, user.id, chat_id)
    return desk.texts.of(chosen or user.language_code)


async def remember(desk: Desk, user: User, chat_id: int) -> None:
    """Keep who this is; they wrote, so their chat is alive."""
    person = Person(user.id, user.first_name, user.username, user.language_code)
    async with desk.database.transaction() as tx:
        await people.remember(tx, person, desk.clock.now_milliseconds())
        await chats.mark_alive(tx, chat_id)
