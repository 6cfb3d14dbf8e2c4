"""What is sent, and what is known afterwards: plain values without Telegram's types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import InputFile, InputMediaDocument, InputMediaVideo, Message, PhotoSize

from bot.telegram.destination import Destination
from bot.telegram.errors import FileTooBig
from bot.telegram.keyboards import AskReply, Keyboard, to_new_markup

_COVER_PART = "cover_file"

UPLOAD_LIMIT_BYTES = 50_000_000  # Bot API: bots can send files of up to 50 MB


@dataclass(frozen=True, slots=True)
class OutgoingVideo:
    """A video to send: `source` is a file on disk, or the `file_id` of one sent before.

    `width` and `height` are pixels. `thumbnail` is a JPEG of at most 320 pixels a side and 200 kB;
    `cover` a JPEG shown before playing. `as_file`: as a document that nobody looks into.
    """

    source: Path | str
    width: int
    height: int
    duration_seconds: int
    thumbnail: bytes | None = None
    cover: bytes | None = None
    file_name: str = "video.mp4"
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingNote:
    """A round video note: a square MP4 of at most a minute on disk, or the `file_id` of one.

    `side` is in pixels; `thumbnail` as that of a video.
    """

    source: Path | str
    side: int
    duration_seconds: int
    thumbnail: bytes | None = None


@contextmanager
def opened(source: Path | str, file_name: str) -> Iterator[InputFile | str]:
    """What PTB takes as the video; a file is streamed from disk, never read into memory.

    Raises:
        FileTooBig: over Telegram's limit, before a byte is sent.
        OSError: the file cannot be opened.
    """
    if isinstance(source, str):
        yield source
        return
    size_bytes = source.stat().st_size
    if size_bytes > UPLOAD_LIMIT_BYTES:
        raise FileTooBig(f"the video has {size_bytes} bytes (limit {UPLOAD_LIMIT_BYTES})")
    with source.open("rb") as file:
        yield InputFile(file, filename=file_name, attach=True, read_file_handle=False)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that is in the chat now; `video_file_id` sends its video again without an upload.

    `is_note`: it is a round note. `thumbnail_id` is that of the small picture Telegram keeps of it.
    `thread_id` is where it really went: None when the topic was closed and the chat took it.
    """

    chat_id: int
    message_id: int
    thread_id: int | None = None
    video_file_id: str | None = None
    thumbnail_id: str | None = None
    is_note: bool = False


def placed(there: Destination, keyboard: Keyboard | AskReply | None = None) -> dict[str, Any]:
    """Where a new message goes and what it carries, as the Bot API's methods are told."""
    return {
        "chat_id": there.chat_id,
        "message_thread_id": there.thread_id,
        "reply_to_message_id": there.reply_to,
        "reply_markup": to_new_markup(keyboard),
    }


def to_media(
    video: OutgoingVideo, media: InputFile | str, caption: str | None
) -> InputMediaVideo | InputMediaDocument:
    """The video as editMessageMedia takes it; `media` is what `opened` gave."""
    if video.as_file:
        return InputMediaDocument(media, caption=caption, disable_content_type_detection=True)
    cover = None if video.cover is None else f"attach://{_COVER_PART}"
    return InputMediaVideo(media, caption=caption, cover=cover, **shape(video, media))


def shape(video: OutgoingVideo, media: InputFile | str) -> dict[str, Any]:
    """What Telegram cannot see for itself; a thumbnail it takes together with a new file only."""
    return {
        "width": video.width,
        "height": video.height,
        "duration": video.duration_seconds,
        "supports_streaming": True,
        "thumbnail": video.thumbnail if isinstance(media, InputFile) else None,
    }


def cover_part(video: OutgoingVideo) -> dict[str, InputFile] | None:
    """The cover as a part of its own: python-telegram-bot 22.8 forgets to upload it."""
    if video.cover is None or video.as_file:
        return None
    return {_COVER_PART: InputFile(video.cover)}


def to_sent(message: Message) -> SentMessage:
    """What we keep of a message that Telegram confirmed."""
    # Telegram turns a short video without sound into an animation.
    media = message.video or message.animation or message.video_note or message.document
    thumbnail: PhotoSize | None = None if media is None else media.thumbnail
    return SentMessage(
        message.chat_id,
        message.message_id,
        message.message_thread_id if message.is_topic_message else None,
        None if media is None else media.file_id,
        None if thumbnail is None else thumbnail.file_id,
        message.video_note is not None,
    )
