"""What is said in chats: in the person's language, on the right message, once."""

from __future__ import annotations

import logging
from dataclasses import replace

from telegram import ForceReply

from bot.common import Component
from bot.telegram.destination import Destination
from bot.telegram.errors import ChatDead, ChatMoved, MessageGone, Refused, TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.status_edits import Status
from bot.texts import Catalogue
from storage import media
from storage.groups import chats
from storage.groups.chats import close_chat
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from storage.media import Media
from storage.people import people

logger = logging.getLogger(__name__)

LAST_VIDEO = "last"
"""What the button carries that leads a person to their video in the private chat."""


class Messenger(Component):
    """Says things about media items and jobs; a chat that is closed to the bot is remembered."""

    async def destination(self, subject: Media | Job, reply_to: int) -> Destination:
        """Where something about it is said; where its topic is closed, with whom it is for."""
        there = Destination(subject.chat_id, subject.thread_id, reply_to)
        if not there.thread_id:
            return there
        texts = await self.texts_for(subject.user_id, subject.chat_id)
        person = await people.find(self.database, subject.user_id)
        note = texts.html("topic-closed", name=person.first_name if person else "…")
        return replace(there, stray_note=note)

    async def reply_to_voice(self, job: Job) -> Destination:
        """The answer to the message with the voice, where that is known."""
        _, voice = await jobs.items_of(self.database, job)
        return await self.destination(job, voice.message_id)

    async def about(
        self, item: Media, text: str, keyboard: Keyboard | ForceReply | None = None
    ) -> None:
        """Say it in the bot's message about this media item; a new one where that is gone.

        A new one that opens the reply field cannot be edited: it does not become that message. A
        picture cannot become a text: it goes, with its buttons.

        Raises: `TelegramFailure`s that the next attempt may not meet; the saying may be repeated.
        """
        current = await media.get(self.database, item.id) or item
        pictured, reply_message_id = current.is_pictured, current.reply_message_id
        try:
            reply = await self._put(
                await self.destination(current, current.message_id),
                None if pictured else reply_message_id,
                text,
                keyboard,
            )
        except ChatMoved as failure:
            await self.note_moved(current.chat_id, failure.new_chat_id)
            await self.about(item, text, keyboard)
        except Refused as failure:
            await self._note_unsayable(current.chat_id, failure)
        else:
            if isinstance(keyboard, ForceReply) and reply != reply_message_id:
                await self._take_away(current.chat_id, reply_message_id if pictured else None)
            elif reply != reply_message_id:
                await self.note_reply(item.id, SentMessage(current.chat_id, reply))

    async def note_reply(self, media_id: int, sent: SentMessage, *, is_first: bool = False) -> None:
        """This is the bot's message about it; see `media.set_reply`."""
        there = {"chat_id": sent.chat_id, "reply_message_id": sent.message_id}
        extra = await self.database.do(media.set_reply, media_id, **there, is_first=is_first)
        await self._take_away(sent.chat_id, extra)

    async def status(self, job: Job, text: str, keyboard: Keyboard | None = None) -> bool:
        """Say it in the job's status message; a new one, replying to the voice, where it is gone.

        False: Telegram refuses it, in a chat that is not closed to the bot.

        Raises: as `about`.
        """
        current = await jobs.get(self.database, job.id) or job
        try:
            there = await self.reply_to_voice(current)
            message_id = await self._put(there, current.status_message_id, text, keyboard)
        except ChatMoved as failure:
            await self.note_moved(current.chat_id, failure.new_chat_id)
            return await self.status(job, text, keyboard)
        except Refused as failure:
            await self._note_unsayable(current.chat_id, failure)
            return isinstance(failure, ChatDead)
        if message_id != current.status_message_id:
            await self.database.do(
                moves.set_status_message, job.id, chat_id=current.chat_id, message_id=message_id
            )
        return True

    async def new_status(self, job: Job, key: str) -> int:
        """Say it in a new message, which is the job's status from now on; the message's id.

        Raises: `TelegramFailure`s.
        """
        texts = await self.texts_for(job.user_id, job.chat_id)
        sent = await self.sender.send_text(await self.reply_to_voice(job), texts.html(key))
        await self.database.do(
            moves.set_status_message, job.id, chat_id=sent.chat_id, message_id=sent.message_id
        )
        return sent.message_id

    async def first_status(self, job: Job, text: str, keyboard: Keyboard | None) -> None:
        """Say it in a new message, the status of a job that has none; soon or not at all.

        Raises: `TelegramFailure`s; after `NotSent` it can be tried again.
        """
        there = await self.reply_to_voice(job)
        sent = await self.sender.send_text(there, text, keyboard=keyboard)
        taken = await self.database.do(
            moves.set_first_status, job.id, chat_id=sent.chat_id, message_id=sent.message_id
        )
        if not taken:  # it ended while this waited for its turn
            await self.sender.delete_message(job.chat_id, sent.message_id)

    def progress(self, job: Job, text: str, keyboard: Keyboard | None) -> None:
        """Show it in the status message when there is room for it; it may be skipped."""
        if job.status_message_id is not None:
            self.sender.progress(Status(job.chat_id, job.status_message_id, text, keyboard))

    async def lead_to_private(self, job: Job, key: str) -> None:
        """Say it in the job's status message, with a button that leads to the private chat.

        Raises: as `about`.
        """
        texts = await self.texts_for(job.user_id, job.chat_id)
        await self.status(job, texts.html(key), self.private_chat(texts))

    def private_chat(self, texts: Catalogue) -> Keyboard:
        """The button that leads a person to their video in the private chat."""
        return self.sender.start_button(texts.plain("button-private-chat"), LAST_VIDEO)

    async def remove_status(self, job: Job) -> None:
        """The video is in the chat: its status message goes, or says that it is done."""
        if job.status_message_id is None:
            return
        try:
            await self.sender.delete_message(job.chat_id, job.status_message_id)
        except ChatDead as failure:
            await self.note_dead(job.chat_id, failure)
        except ChatMoved as failure:
            await self.note_moved(job.chat_id, failure.new_chat_id)
        except TelegramFailure as failure:
            logger.info("status of job %s stays: %s", job.id, failure)
            texts = await self.texts_for(job.user_id, job.chat_id)
            await self.status(job, texts.html("job-done"))

    async def _take_away(self, chat_id: int, message_id: int | None) -> None:
        if message_id is None:
            return
        try:
            await self.sender.delete_message(chat_id, message_id)
        except TelegramFailure as failure:
            logger.info("message %s of chat %s stays: %s", message_id, chat_id, failure)

    async def note_dead(self, chat_id: int, failure: ChatDead) -> None:
        """Remember that the chat takes nothing any more; what only waits there is cancelled."""
        logger.info("chat %s takes no messages: %s", chat_id, failure)
        await self.database.do(close_chat, chat_id, str(failure))

    async def note_moved(self, chat_id: int, new_chat_id: int) -> None:
        """The group has a new id, everywhere."""
        logger.info("chat %s moved to %s", chat_id, new_chat_id)
        await self.database.do(chats.move, chat_id, new_chat_id)

    async def _note_unsayable(self, chat_id: int, failure: TelegramFailure) -> None:
        if isinstance(failure, ChatDead):
            await self.note_dead(chat_id, failure)
        else:
            logger.error("something stays unsaid in chat %s: %r", chat_id, failure)

    async def _put(
        self,
        destination: Destination,
        message_id: int | None,
        text: str,
        keyboard: Keyboard | ForceReply | None,
    ) -> int:
        chat_id = destination.chat_id
        if message_id is not None:
            buttons = keyboard if isinstance(keyboard, Keyboard) else None
            try:
                await self.sender.edit_text(chat_id, message_id, text, keyboard=buttons)
            except ChatDead:
                raise
            except (MessageGone, Refused) as failure:
                logger.info("message %s of chat %s: %s; a new one", message_id, chat_id, failure)
            else:
                return message_id
        sent = await self.sender.send_text(destination, text, keyboard=keyboard)
        return sent.message_id
