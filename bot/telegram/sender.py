"""Everything the bot says in a chat goes through `Sender`: paced, with typed failures."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from telegram import (
    Bot,
    InputFile,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode

from bot.clock import Clock
from bot.telegram.calls import Calls, Manner
from bot.telegram.errors import MessageGone, TelegramFailure, ThreadClosed
from bot.telegram.keyboard import Keyboard, to_markup
from bot.telegram.outgoing import (
    OutgoingVideo,
    SentMessage,
    cover_part,
    to_media,
    to_reply,
    to_sent,
)
from bot.telegram.pace import Pace, Urgency
from bot.telegram.progress import ProgressEdits, Status
from bot.telegram.translation import Needless

logger = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

# A video that has to wait longer is put off by its sender, who is free for other chats meanwhile.
_PATIENCE_SECONDS = 5.0

_TEXT = Manner(Urgency.TEXT)
_RESULT = Manner(Urgency.RESULT, patience_seconds=_PATIENCE_SECONDS)
_RESULT_EDIT = Manner(Urgency.RESULT, repeatable=True, patience_seconds=_PATIENCE_SECONDS)
_EDIT = Manner(Urgency.RESULT, repeatable=True)
_ANSWER = Manner(Urgency.ANSWER, repeatable=True)
_ACTION = Manner(Urgency.PROGRESS, repeatable=True, attempts=1, floods=1)
_PROGRESS = Manner(None, repeatable=True, attempts=1, floods=1)

# The final word waits for a progress edit under way: not for long.
_PROGRESS_READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the chat a new message goes."""

    reply_to: int | None = None
    thread_id: int | None = None


_Send = Callable[[_Place], Awaitable[Message]]


class Sender:
    """Texts are HTML (every foreign string escaped by the caller), captions too.

    Unless a method says otherwise it may raise any of `ChatDead`, `ChatMoved`, `NotAllowed`,
    `RequestInvalid`, `TokenRejected`, and `NotSent` when Telegram could not be reached.
    Use it as an async context manager, or call `close`.
    """

    def __init__(self, bot: Bot, clock: Clock, *, pace: Pace | None = None) -> None:
        self._bot = bot
        self._pace = pace or Pace(clock)
        self._calls = Calls(self._pace, clock)
        self._progress = ProgressEdits(self._edit_progress, self._pace, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Drop pending progress and end the background tasks."""
        await self._progress.close()
        await self._pace.close()

    def held_seconds(self, chat_id: int) -> float:
        """How long a 429 still silences this chat; 0 when it does not."""
        return self._pace.held_seconds(chat_id)

    async def send_text(
        self,
        chat_id: int,
        text: str,
        *,
        keyboard: Keyboard | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> SentMessage:
        """A new message; a deleted `reply_to` or a closed topic does not stop it.

        Raises: also `SendUnknown` and `ThreadClosed`.
        """

        async def send(place: _Place) -> Message:
            return await self._bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=to_markup(keyboard),
                reply_parameters=to_reply(place.reply_to),
                message_thread_id=place.thread_id,
            )

        return await self._send(send, chat_id, _TEXT, _Place(reply_to, thread_id))

    async def send_video(
        self,
        chat_id: int,
        video: OutgoingVideo,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> SentMessage:
        """A new message with a video, before any progress that waits.

        `NotSent` also stands for a 429 that asks for more than a few seconds (`held_seconds`).

        Raises: also `SendUnknown` (then `edit_into_video` is the way that never shows it twice),
        `ThreadClosed`, `FileTooBig`, `FileGone` (an unknown file id), OSError (no such file).
        """

        async def send(place: _Place) -> Message:
            with video.opened() as media:
                if video.as_file:
                    return await self._bot.send_document(
                        chat_id,
                        media,
                        caption=caption,
                        parse_mode=ParseMode.HTML,
                        disable_content_type_detection=True,
                        reply_markup=to_markup(keyboard),
                        reply_parameters=to_reply(place.reply_to),
                        message_thread_id=place.thread_id,
                    )
                return await self._bot.send_video(
                    chat_id,
                    media,
                    duration=video.duration_seconds,
                    width=video.width,
                    height=video.height,
                    thumbnail=video.thumbnail if isinstance(media, InputFile) else None,
                    cover=video.cover,
                    supports_streaming=True,
                    caption=caption,
                    parse_mode=ParseMode.HTML,
                    reply_markup=to_markup(keyboard),
                    reply_parameters=to_reply(place.reply_to),
                    message_thread_id=place.thread_id,
                )

        return await self._send(send, chat_id, _RESULT, _Place(reply_to, thread_id))

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        """Replace a text and its buttons (none: they go away); progress still waiting is dropped.

        Raises: also `MessageGone`, `TryAgain`.
        """
        async with self._progress.final(chat_id, message_id):
            status = Status(chat_id, message_id, text, keyboard)
            await self._edit_text(status, _EDIT, self._bot.request.read_timeout)

    async def edit_into_video(
        self,
        chat_id: int,
        message_id: int,
        video: OutgoingVideo,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> SentMessage:
        """Turn a text message into the video; may be repeated without harm.

        `video_file_id` is None when the message already was this video.

        Raises: also `MessageGone`, `TryAgain`, `FileTooBig`, `FileGone`, OSError.
        """

        async def edit() -> Message | bool:
            with video.opened() as media:
                return await self._bot.edit_message_media(
                    to_media(video, media, caption),
                    chat_id,
                    message_id,
                    reply_markup=to_markup(keyboard),
                    api_kwargs=cover_part(video),
                )

        async with self._progress.final(chat_id, message_id):
            try:
                edited = await self._calls.make(edit, chat_id, _RESULT_EDIT)
            except Needless:
                return SentMessage(chat_id, message_id)
        return to_sent(edited) if isinstance(edited, Message) else SentMessage(chat_id, message_id)

    def progress(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        """Show this soon, unless something newer is said first; never waits, never raises.

        Edits of one message are at least 3 s apart in private and 8 s in groups, none while a 429
        is pending; a text that is already shown is not sent.
        """
        self._progress.show(Status(chat_id, message_id, text, keyboard))

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        """Delete; already gone is fine.

        Raises: also `TryAgain`; `NotAllowed` includes messages too old to be deleted.
        """

        async def delete() -> bool:
            return await self._bot.delete_message(chat_id, message_id)

        async with self._progress.final(chat_id, message_id):
            with suppress(MessageGone):
                await self._calls.make(delete, chat_id, _EDIT)

    async def answer_callback(
        self, callback_query_id: str, text: str | None = None, *, alert: bool = False
    ) -> None:
        """Answer a pressed button (plain text, at most 200 characters); too late is fine.

        Raises: `TryAgain`, `RequestInvalid`, `TokenRejected`.
        """

        async def answer() -> bool:
            return await self._bot.answer_callback_query(callback_query_id, text, show_alert=alert)

        with suppress(Needless):
            await self._calls.make(answer, None, _ANSWER)

    async def chat_action(self, chat_id: int, action: str, *, thread_id: int | None = None) -> None:
        """Show "sending a video…" and the like for 5 s; never raises `TelegramFailure`.

        `action` is one of `telegram.constants.ChatAction`.
        """

        async def act() -> bool:
            return await self._bot.send_chat_action(chat_id, action, message_thread_id=thread_id)

        if self._pace.held_seconds(chat_id) > 0:
            return
        try:
            await self._calls.make(act, None, _ACTION)
        except TelegramFailure as failure:
            logger.info("chat action in chat %s was not shown: %s", chat_id, failure)

    async def _send(self, send: _Send, chat_id: int, manner: Manner, place: _Place) -> SentMessage:
        try:
            message = await self._calls.make(lambda: send(place), chat_id, manner)
        except ThreadClosed:
            if place.thread_id is None:
                raise
            # A reply would lead back into the closed topic.
            message = await self._calls.make(lambda: send(_Place()), chat_id, manner)
        return to_sent(message)

    async def _edit_text(self, status: Status, manner: Manner, read_seconds: float | None) -> None:
        async def edit() -> Message | bool:
            return await self._bot.edit_message_text(
                status.text,
                status.chat_id,
                status.message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=to_markup(status.keyboard),
                read_timeout=read_seconds,
            )

        with suppress(Needless):
            await self._calls.make(edit, status.chat_id, manner)

    async def _edit_progress(self, status: Status) -> None:
        await self._edit_text(status, _PROGRESS, _PROGRESS_READ_SECONDS)
