"""All the bot sends goes through `Sender`: rate-limited, typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from telegram import InputFile, InputMediaPhoto, Message

from bot.telegram.api_calls import CallPolicy
from bot.telegram.destination import Destination
from bot.telegram.error_mapping import Needless
from bot.telegram.keyboards import Keyboard, to_markup
from bot.telegram.outgoing import (
    OutgoingNote,
    OutgoingVideo,
    SentMessage,
    cover_part,
    opened,
    placed,
    to_media,
    to_sent,
)
from bot.telegram.rate_limits import Urgency
from bot.telegram.text_sender import EDIT, TEXT, TextSender

# A video that has to wait longer is put off by its sender, who is free for other chats meanwhile.
_FLOOD_SECONDS = 5.0

_RESULT = CallPolicy(Urgency.RESULT, flood_seconds=_FLOOD_SECONDS)
_RESULT_EDIT = CallPolicy(Urgency.RESULT, repeatable=True, flood_seconds=_FLOOD_SECONDS, edit=True)


class Sender(TextSender):
    """Texts are HTML (every foreign string escaped by the caller), captions too.

    Unless a method says otherwise it may raise any of `ChatDead`, `ChatMoved`, `NotAllowed`,
    `RequestInvalid`, `TokenRejected`, and `NotSent` when Telegram could not be reached.
    Use it as an async context manager, or call `close`.
    """

    async def send_video(
        self,
        destination: Destination,
        video: OutgoingVideo,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> SentMessage:
        """A new message with a video, before any progress that waits.

        `NotSent` also stands for a 429 that asks for more than a few seconds (`held_seconds`).

        Raises: also `SendUnknown` (then `edit_into_video` is the way that never shows it twice),
        `ThreadClosed`, `FileTooBig`, `FileGone` (an unknown file id), OSError (no such file).
        """

        async def send(there: Destination) -> Message:
            more = {"caption": there.noted(caption), **placed(there, keyboard)}
            with opened(video.source, video.file_name) as media:
                if video.as_file:
                    return await self._bot.send_document(
                        document=media, disable_content_type_detection=True, **more
                    )
                return await self._bot.send_video(
                    video=media,
                    duration=video.duration_seconds,
                    width=video.width,
                    height=video.height,
                    thumbnail=video.thumbnail if isinstance(media, InputFile) else None,
                    cover=video.cover,
                    supports_streaming=True,
                    **more,
                )

        return await self._send(send, destination, _RESULT)

    async def send_video_note(
        self, destination: Destination, note: OutgoingNote, *, keyboard: Keyboard | None = None
    ) -> SentMessage:
        """A new message with a round video; it has no caption, and no message can become one.

        Raises: as `send_video`; after `SendUnknown` a normal video may be edited into a text.
        `RequestInvalid` and `NotAllowed` also mean that this person or chat takes no round notes.
        """

        async def send(there: Destination) -> Message:
            with opened(note.source, "note.mp4") as media:
                return await self._bot.send_video_note(
                    video_note=media,
                    duration=note.duration_seconds or None,
                    length=note.side or None,
                    thumbnail=note.thumbnail if isinstance(media, InputFile) else None,
                    **placed(there, keyboard),
                )

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
        """A new message with a voice note (OGG, Opus); raises as `send_text`."""
        voice = InputFile(ogg, filename="clip.ogg", attach=True)
        content = {"voice": voice, "duration": seconds, "caption": caption}
        return await self._send_this(self._bot.send_voice, destination, keyboard, **content)

    async def send_photo(
        self,
        destination: Destination,
        jpeg: bytes,
        *,
        caption: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> SentMessage:
        """A new message with a picture; raises as `send_text`."""
        content = {"photo": jpeg, "caption": caption}
        return await self._send_this(self._bot.send_photo, destination, keyboard, **content)

    async def send_document(
        self, destination: Destination, data: bytes, name: str, *, caption: str
    ) -> SentMessage:
        """A new message with a file that nobody looks into; raises as `send_text`."""
        return await self._send_this(
            self._bot.send_document,
            destination,
            document=InputFile(data, filename=name, attach=True),
            caption=caption,
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
        photo, markup = InputMediaPhoto(jpeg, caption=caption), to_markup(keyboard)
        edit = partial(
            self._bot.edit_message_media, photo, chat_id, message_id, reply_markup=markup
        )
        with suppress(Needless):
            await self._calls.make(edit, chat_id, EDIT)

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
            with opened(video.source, video.file_name) as media:
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

    async def _send_this(
        self,
        method: Callable[..., Awaitable[Message]],
        destination: Destination,
        keyboard: Keyboard | None = None,
        **content: Any,
    ) -> SentMessage:
        def send(there: Destination) -> Awaitable[Message]:
            return method(**content, **placed(there, keyboard))

        return await self._send(send, destination, TEXT)
