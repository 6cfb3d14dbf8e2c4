"""What is sent, and what is known afterwards: plain values without Telegram's types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import ForceReply, InputFile, InputMediaDocument, InputMediaVideo, Message, PhotoSize

from bot.telegram.destination import Destination
from bot.telegram.errors import FileTooBig
from bot.telegram.keyboards import Keyboard
from storage.jobs.deliveries import Form

_COVER_PART = "cover_file"
_FILE_NAME = "talking-photo.mp4"

UPLOAD_LIMIT_BYTES = 50_000_000  # Bot API: bots can send files of up to 50 MB


@dataclass(frozen=True, slots=True)
class OutgoingVideo:
    """All that sending a video takes: `source` is a file, or the `file_id` of one sent before.

    `width` and `height` are pixels. `thumbnail` is a JPEG of at most 320 pixels a side and 200 kB;
    `cover` a JPEG shown before playing. As a file nobody looks into it; a round one is a square MP4
    of at most a minute.
    """

    source: Path | str
    width: int = 0
    height: int = 0
    duration_seconds: int = 0
    thumbnail: bytes | None = None
    cover: bytes | None = None
    form: Form = Form.VIDEO
    caption: str | None = None
    keyboard: Keyboard | None = None
    sha256: str | None = None
    """The hash of the file, as far as it is known."""


@contextmanager
def opened(source: Path | str) -> Iterator[InputFile | str]:
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
        yield InputFile(file, filename=_FILE_NAME, attach=True, read_file_handle=False)


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


def placed(
    there: Destination, keyboard: Keyboard | ForceReply | None = None, **said: str | None
) -> dict[str, Any]:
    """Where a new message goes and what it carries, as the Bot API's methods are told; what it says
    comes after what is to be said where that is not in its topic.
    """
    note = there.stray_note if there.is_astray else ""
    return {
        "chat_id": there.chat_id,
        "message_thread_id": there.thread_id or None,
        "reply_to_message_id": there.reply_to or None,
        "reply_markup": keyboard,
        **{name: "\n".join(filter(None, (note, text))) or None for name, text in said.items()},
    }


def to_media(video: OutgoingVideo, media: InputFile | str) -> InputMediaVideo | InputMediaDocument:
    """The video as editMessageMedia takes it; `media` is what `opened` gave."""
    if video.form is Form.FILE:
        return InputMediaDocument(media, caption=video.caption, disable_content_type_detection=True)
    shown = content(video, media)
    shown["cover"] = None if video.cover is None else f"attach://{_COVER_PART}"
    return InputMediaVideo(shown.pop("video"), caption=video.caption, **shown)


def content(video: OutgoingVideo, media: InputFile | str) -> dict[str, Any]:
    """The video as the Bot API's method for its form takes it; `media` is what `opened` gave."""
    # A thumbnail is taken together with a new file only.
    thumbnail = video.thumbnail if isinstance(media, InputFile) else None
    match video.form:
        case Form.FILE:
            return {"document": media, "disable_content_type_detection": True}
        case Form.ROUND:
            size = {"length": video.width or None, "duration": video.duration_seconds or None}
            return {"video_note": media, "thumbnail": thumbnail, **size}
    return {
        "video": media,
        "cover": video.cover,
        "width": video.width,
        "height": video.height,
        "duration": video.duration_seconds,
        "supports_streaming": True,
        "thumbnail": thumbnail,
    }


def cover_part(video: OutgoingVideo) -> dict[str, InputFile] | None:
    """The cover as a part of its own: python-telegram-bot 22.8 forgets to upload it."""
    if video.cover is None or video.form is Form.FILE:
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
