"""All the bot sends goes through `Sender`: rate-limited, typed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InputFile,
    InputMediaPhoto,
    Message,
    ReactionTypeEmoji,
)

from bot.clock import Clock
from bot.retry import TELEGRAM_CALL
from bot.telegram.api_calls import CallPolicy, Calls
from bot.telegram.destination import Destination
from bot.telegram.error_mapping import Needless
from bot.telegram.errors import MessageGone, TelegramFailure, ThreadClosed
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import (
    OutgoingVideo,
    SentMessage,
    content,
    cover_part,
    opened,
    placed,
    to_media,
    to_sent,
)
from bot.telegram.rate_limits import RateLimiter, Urgency
from bot.telegram.status_edits import ProgressEdits, Status
from storage.jobs.deliveries import Form

logger = logging.getLogger(__name__)

# In a group with much going on an edit is put off rather than waited for: its sender is free for
# other chats meanwhile.
_CROWD_SECONDS = 10.0

_EDIT = CallPolicy(Urgency.RESULT, repeatable=True, edit=True, queue_seconds=_CROWD_SECONDS)
_TEXT = CallPolicy(Urgency.TEXT)
_ANSWER = CallPolicy(Urgency.ANSWER, repeatable=True)
_ONCE = TELEGRAM_CALL.first(0)
_ACTION = CallPolicy(Urgency.PROGRESS, repeatable=True, retry=_ONCE, floods=1)
_PROGRESS = CallPolicy(None, repeatable=True, retry=_ONCE, floods=1)

# The final word waits for a progress edit under way: not for long.
_PROGRESS_READ_SECONDS = 10.0


_Method = Callable[..., Awaitable[Message]]
Send = Callable[[Destination], Awaitable[Message]]

# A video that has to wait longer is put off by its sender, who is free for other chats meanwhile.
_FLOOD_SECONDS = 5.0

_RESULT = CallPolicy(Urgency.RESULT, flood_seconds=_FLOOD_SECONDS)
_RESULT_EDIT = CallPolicy(Urgency.RESULT, repeatable=True, flood_seconds=_FLOOD_SECONDS, edit=True)


class Sender:
    """Texts are HTML (every foreign string escaped by the caller), captions too.

    Unless a method says otherwise it may raise any of `ChatDead`, `ChatMoved`, `NotAllowed`,
    `RequestInvalid`, `TokenRejected`, and `NotSent` when Telegram could not be reached.
    """

    def __init__(self, bot: Bot, clock: Clock, *, rate_limiter: RateLimiter | None = None) -> None:
        self._bot = bot
        self._rate_limiter = rate_limiter or RateLimiter(clock)
        self._calls = Calls(self._rate_limiter, clock)
        self._progress = ProgressEdits(
            edit=self._edit_progress, rate_limiter=self._rate_limiter, clock=clock
        )

    async def close(self) -> None:
        """Drop pending progress and end the background tasks."""
        await self._progress.close()
        await self._rate_limiter.close()

    def start_link(self, payload: str) -> str:
        """Opens the private chat and sends /start with the payload (Bot API: "Deep linking")."""
        return f"https://t.me/{self._bot.username}?start={payload}"

    def start_button(self, label: str, payload: str) -> Keyboard:
        """One button that does the same."""
        return Keyboard.from_button(InlineKeyboardButton(label, self.start_link(payload)))

    def wait_seconds(self, chat_id: int) -> float:
        """How long a new message there would have to wait for its turn, all told."""
        return self._rate_limiter.wait_seconds(chat_id)

    async def send_text(
        self, destination: Destination, text: str, *, keyboard: Keyboard | ForceReply | None = None
    ) -> SentMessage:
        """A new message; that its `reply_to` is deleted or its topic closed does not stop it.

        Raises: also `SendUnknown` and `ThreadClosed`.
        """

        said = {"text": text}
        return await self._send_this(self._bot.send_message, destination, said, keyboard)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        """Replace a text and its buttons (none: they go away); progress still waiting is dropped.

        `NotSent` also stands for a group in which the bot has edited too much within the minute.

        Raises: also `MessageGone`, `TryAgain`.
        """
        async with self._progress.final(chat_id, message_id):
            status = Status(chat_id, message_id, text, keyboard)
            await self._edit_text(status, _EDIT, self._bot.request.read_timeout)

    def progress(self, status: Status) -> None:
        """Show this soon, unless something newer is said first; never waits, never raises.

        Edits of one message are at least 3 s apart in private and 8 s in groups, at most 10 in
        all, at most 4 a minute in a group, none while a 429 is pending; a text that is already
        shown is not sent. A message that somebody works with is shown promptly, and as often as
        they press.
        """
        self._progress.show(status)

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        """Delete; already gone is fine.

        Raises: also `TryAgain`; `NotAllowed` includes messages too old to be deleted.
        """
        delete = partial(self._bot.delete_message, chat_id, message_id)
        async with self._progress.final(chat_id, message_id):
            with suppress(MessageGone):
                await self._calls.make(delete, chat_id, _ANSWER)

    async def answer_callback(
        self, callback_query_id: str, text: str | None = None, *, alert: bool = False
    ) -> None:
        """Answer a pressed button (plain text, at most 200 characters); too late is fine.

        Raises: `TryAgain`, `RequestInvalid`, `TokenRejected`.
        """
        answer = partial(self._bot.answer_callback_query, callback_query_id, text, show_alert=alert)
        with suppress(Needless):
            await self._calls.make(answer, None, _ANSWER)

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        """Show that a message was seen, without a message; never raises `TelegramFailure`.

        A group may allow no reactions, or not this one: then nothing is shown.
        """
        reaction = ReactionTypeEmoji(emoji)
        react = partial(self._bot.set_message_reaction, chat_id, message_id, reaction)
        if self._rate_limiter.held_seconds(chat_id) > 0:
            return
        try:
            await self._calls.make(react, None, _ACTION)
        except TelegramFailure as failure:
            logger.info("a reaction in chat %s was not shown: %s", chat_id, failure)

    async def send_video(self, destination: Destination, video: OutgoingVideo) -> SentMessage:
        """A new message with a video, before any progress that waits; no message can become a round
        one, which has no caption.

        `NotSent` also stands for a 429 that asks for more than a few seconds.

        Raises: also `SendUnknown` (then `edit_into_video` is the way that never shows it twice),
        `ThreadClosed`, `FileTooBig`, `FileGone` (an unknown file id), OSError (no such file). Of a
        round one `RequestInvalid` and `NotAllowed` also mean that this person or chat takes none.
        """
        bot = self._bot
        methods: dict[Form, _Method] = {
            Form.FILE: bot.send_document,
            Form.ROUND: bot.send_video_note,
        }
        method = methods.get(video.form, bot.send_video)
        said = {} if video.form is Form.ROUND else {"caption": video.caption}
        keyboard = video.keyboard

        async def send(there: Destination) -> Message:
            with opened(video.source) as media:
                return await method(**content(video, media), **placed(there, keyboard, **said))

        return await self._send(send, destination, _RESULT)

    async def send_voice(
        self,
        destination: Destination,
        ogg: bytes,
        *,
        seconds: int,
        caption: str,
        keyboard: Keyboard,
    ) -> SentMessage:
        """A new message with a voice message (OGG, Opus); raises as `send_text`."""
        voice = InputFile(ogg, filename="clip.ogg", attach=True)
        said, content = {"caption": caption}, {"voice": voice, "duration": seconds}
        return await self._send_this(self._bot.send_voice, destination, said, keyboard, **content)

    async def send_photo(
        self,
        destination: Destination,
        jpeg: bytes,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> SentMessage:
        """A new message with a picture; raises as `send_text`."""
        said = {"caption": caption}
        return await self._send_this(self._bot.send_photo, destination, said, keyboard, photo=jpeg)

    async def send_document(
        self, destination: Destination, data: bytes, name: str, *, caption: str
    ) -> SentMessage:
        """A new message with a file that nobody looks into; raises as `send_text`."""
        return await self._send_this(
            self._bot.send_document,
            destination,
            {"caption": caption},
            document=InputFile(data, filename=name, attach=True),
            disable_content_type_detection=True,
        )

    async def edit_photo(
        self,
        chat_id: int,
        message_id: int,
        jpeg: bytes,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> None:
        """Replace a message's picture, caption and buttons; may be repeated without harm.

        Raises: also `MessageGone`, `TryAgain`.
        """
        photo, markup = InputMediaPhoto(jpeg, caption=caption), keyboard
        edit = partial(
            self._bot.edit_message_media, photo, chat_id, message_id, reply_markup=markup
        )
        with suppress(Needless):
            await self._calls.make(edit, chat_id, _EDIT)

    async def edit_into_video(
        self, chat_id: int, message_id: int, video: OutgoingVideo
    ) -> SentMessage:
        """Turn a text message into the video; may be repeated without harm.

        `video_file_id` is None when the message already was this video.

        Raises: also `MessageGone`, `TryAgain`, `FileTooBig`, `FileGone`, OSError.
        """

        async def edit() -> Message | bool:
            with opened(video.source) as media:
                return await self._bot.edit_message_media(
                    to_media(video, media),
                    chat_id,
                    message_id,
                    reply_markup=video.keyboard,
                    api_kwargs=cover_part(video),
                )

        async with self._progress.final(chat_id, message_id):
            try:
                edited = await self._calls.make(edit, chat_id, _RESULT_EDIT)
            except Needless:
                return SentMessage(chat_id, message_id)
        return to_sent(edited) if isinstance(edited, Message) else SentMessage(chat_id, message_id)

    async def _send(self, send: Send, destination: Destination, policy: CallPolicy) -> SentMessage:
        chat_id = destination.chat_id
        try:
            message = await self._calls.make(lambda: send(destination), chat_id, policy)
        except ThreadClosed:
            if not destination.thread_id:
                raise
            message = await self._calls.make(lambda: send(destination.astray()), chat_id, policy)
        return to_sent(message)

    async def _edit_text(
        self, status: Status, policy: CallPolicy, read_seconds: float | None
    ) -> None:
        edit = partial(
            self._bot.edit_message_text,
            status.text,
            status.chat_id,
            status.message_id,
            reply_markup=status.keyboard,
            read_timeout=read_seconds,
        )
        with suppress(Needless):
            await self._calls.make(edit, status.chat_id, policy)

    async def _edit_progress(self, status: Status) -> None:
        await self._edit_text(status, _PROGRESS, _PROGRESS_READ_SECONDS)

    async def _send_this(
        self,
        method: _Method,
        destination: Destination,
        said: Mapping[str, str | None],
        keyboard: Keyboard | ForceReply | None = None,
        **content: Any,
    ) -> SentMessage:
        def send(there: Destination) -> Awaitable[Message]:
            return method(**content, **placed(there, keyboard, **said))

        return await self._send(send, destination, _TEXT)
