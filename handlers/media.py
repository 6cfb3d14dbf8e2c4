"""A photo or a voice arrives, or something that is neither."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telegram import (
    Audio,
    Document,
    ExternalReplyInfo,
    Message,
    PhotoSize,
    User,
    Video,
    VideoNote,
    Voice,
)
from telegram.ext import filters

from bot.config.amounts import MINUTE, whole
from handlers.access import Answered
from handlers.context import MessageContext, person_of
from storage import drafts, media
from storage.db.database import Transaction
from storage.groups import borrowed_media
from storage.media import Media, ReceivedMedia
from storage.people import consents, people


class HoldsMedia(filters.MessageFilter):
    """A photo or a voice."""

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        return item_of(message) is not None


async def receive_media(context: MessageContext) -> None:
    """Record the photo or the voice; the worker looks at it, or listens to it."""
    item = item_of(context.message)
    if item is not None:
        await receive(context, item)


async def hint_at_text(context: MessageContext) -> None:
    """Text instead of a photo or a voice: say what is missing."""
    draft = await drafts.get(context.database, context.conversation)
    key = _HINTS[draft.photo is not None, draft.voice is not None]
    await context.reply(context.texts.html(key))


_HINTS = {
    (False, False): "hint-text",
    (True, False): "hint-text-photo-kept",
    (False, True): "hint-text-voice-kept",
    (True, True): "status-asked",
}
"""By whether there is a photo, and a voice."""


async def hint_at_other(context: MessageContext) -> None:
    """Something the bot cannot use."""
    message = context.message
    key = "hint-file" if message.document else "hint-other"
    await context.reply(context.texts.html("voice-no_sound" if message.animation else key))


# Long enough for the reply below to be sent; if that fails, the work begins all the same.
_REPLY_FIRST_MILLISECONDS = 3_000

# Long enough for the rest of what waited at Telegram: there is one question for all of it.
_GATHER_LATE_MILLISECONDS = 2_000


SEEN = "👀"
"""The reaction that stands for "looking at it" in a group, where messages are scarce."""


@dataclass(frozen=True, slots=True)
class MediaMessage:
    """What Telegram says of the file, and the text that is said at once.

    `answered_at` is the message that is answered, where it is not the one that asked for this.
    Where it `is_borrowed` it is not its sender's: `owner` is None where no person shows.
    """

    kind: str
    file: PhotoSize | Document | Voice | Audio | VideoNote | Video
    said_at_once: str
    is_borrowed: bool = False
    owner: User | None = None
    answered_at: int | None = None


async def receive(context: MessageContext, item: MediaMessage) -> None:
    """Record it as the sender's photo or voice, once for each update, and say so at once."""
    before = await _photos_of_album_before(context) if item.kind == "photo" else 0
    late = _is_late(context)
    stored, agreed = await _record(context, item, surplus=before > 0, late=late)
    if before:
        if before == 1:
            await context.reply(context.texts.html("album-first"))
        return
    if late or not agreed:  # the worker asks first, and says what the question is
        context.services.wakeup()
        return
    if stored is None or stored.reply_message_id is not None:
        return
    await _acknowledge(context, stored.id, item)
    context.services.wakeup()


async def _acknowledge(context: MessageContext, media_id: int, item: MediaMessage) -> None:
    """In a group by a reaction: what is to be said follows in one message."""
    if context.in_group:
        await context.services.sender.react(context.chat_id, context.message.message_id, SEEN)
        return
    sent = await context.reply_once(context.texts.html(item.said_at_once))
    if sent is not None:
        await context.services.messenger.note_reply(media_id, sent, is_first=True)


async def _photos_of_album_before(context: MessageContext) -> int:
    """One photo makes a video: the second of an album is answered, the rest are passed over."""
    album = context.message.media_group_id
    if album is None:
        return 0
    return await media.in_album_before(
        context.database, context.conversation, album, context.message.message_id
    )


def _is_late(context: MessageContext) -> bool:
    """Sent so long ago that its sender may have given it up: asked about, not worked on."""
    services = context.services
    age = services.clock.now_milliseconds() - _sent_at_milliseconds(context.message)
    return age > whole(services.limits.max_update_age_minutes, MINUTE)


def _sent_at_milliseconds(message: Message) -> int:
    return int(message.date.timestamp() * 1000)


def _wait_milliseconds(*, late: bool, reply_first: bool) -> int:
    if late:
        return _GATHER_LATE_MILLISECONDS
    return _REPLY_FIRST_MILLISECONDS if reply_first else 0


async def _record(
    context: MessageContext, item: MediaMessage, *, surplus: bool, late: bool
) -> tuple[Media | None, bool]:
    """In one transaction: what arrived, and that it is now the draft's photo or voice; and whether
    its sender has agreed.

    A media item that is new answers the question about an older one.
    """
    received = _received(context, item)
    async with context.database.transaction() as tx:
        agreed = await consents.given(tx, context.user_id, context.services.limits.agreement)
        wait = _wait_milliseconds(late=late, reply_first=agreed and not context.in_group)
        new = await media.record(
            tx,
            received,
            not_before_milliseconds=tx.now_milliseconds + wait,
            surplus=surplus,
            late=late,
        )
        if new is not None and item.is_borrowed:
            await _borrow(tx, new.id, item.owner)
        if new is not None and not surplus:
            if not late:
                await _wait_for_consent(tx, context, new, agreed=agreed)
            await drafts.put(tx, new)
            if not late:
                await drafts.wake_other(tx, new)
        return new or await media.by_source(tx, received.source), agreed


async def _wait_for_consent(
    tx: Transaction, context: MessageContext, item: Media, *, agreed: bool
) -> None:
    """Until its sender agrees, or behind what waits for its turn since they did."""
    if not agreed:
        await consents.hold_back(tx, item)
        agreement = context.services.limits.agreement
        await consents.want_question(tx, item.conversation, agreement, item.message_id)
    elif await media.has_waiting(tx, item.conversation):
        await consents.keep_order(tx, item)


async def _borrow(tx: Transaction, media_id: int, owner: User | None) -> None:
    """Keep whose it is; they are told by their name, even if the bot never met them."""
    await borrowed_media.borrow(tx, media_id, owner.id if owner else None)
    if owner is not None and await people.find(tx, owner.id) is None:
        await people.remember(tx, person_of(owner))


def _received(context: MessageContext, item: MediaMessage) -> ReceivedMedia:
    message: Message = context.message
    return ReceivedMedia(
        source=context.cause,
        kind=item.kind,
        conversation=context.conversation,
        message_id=item.answered_at or message.message_id,
        media_group_id=message.media_group_id,
        file_id=item.file.file_id,
        file_unique_id=item.file.file_unique_id,
        file_size_bytes=item.file.file_size,
        sent_at_milliseconds=_sent_at_milliseconds(message),
    )


PICTURE_NAMES = (
    *(".apng", ".avif", ".bmp", ".dib", ".dng", ".gif", ".heic", ".heif", ".hif", ".jfif", ".jp2"),
    *(".jpe", ".jpeg", ".jpg", ".jxl", ".mpo", ".png", ".tif", ".tiff", ".webp"),
)
OTHER_NAMES = (
    *(".7z", ".apk", ".csv", ".doc", ".docx", ".epub", ".exe", ".gz", ".htm", ".html", ".ipa"),
    *(".iso", ".jar", ".js", ".json", ".pdf", ".ppt", ".pptx", ".py", ".rar", ".rtf", ".srt"),
    *(".svg", ".tar", ".tgs", ".torrent", ".txt", ".xls", ".xlsx", ".xml", ".zip"),
)
_OTHER_TYPES = (
    *("text/", "font/", "model/", "message/", "application/pdf", "application/zip"),
    *("application/x-zip", "application/x-rar", "application/x-7z", "application/x-tar"),
    *("application/gzip", "application/json", "application/xml", "application/msword"),
    *("application/rtf", "application/epub", "application/java", "application/x-tgsticker"),
    *("application/vnd.openxml", "application/vnd.oasis", "application/vnd.ms-"),
    *("application/vnd.android", "application/vnd.rar", "application/x-bittorrent"),
)
"""What is certainly neither; everything else is listened to, since its content decides."""


def item_of(message: Message | ExternalReplyInfo) -> MediaMessage | None:
    """The photo (its largest size) or voice in it: a sound, or a video for its sound.

    Of a file its type or its name tells a picture, and what is neither; all others are listened
    to. An animation has no sound, says Telegram; of one that is a picture the first frame counts.
    """
    if message.photo:
        return MediaMessage("photo", message.photo[-1], "photo-looking")
    if sound := message.voice or message.audio or message.video_note or message.video:
        return MediaMessage("voice", sound, "voice-listening")
    kind = None if message.document is None else _kind_of_file(message.document)
    if message.document is None or kind is None or (message.animation and kind == "voice"):
        return None
    said_at_once = "photo-looking" if kind == "photo" else "voice-listening"
    return MediaMessage(kind, message.document, said_at_once)


def _kind_of_file(document: Document) -> str | None:
    type_, name = (document.mime_type or "").lower(), (document.file_name or "").lower()
    main = type_.partition("/")[0]
    if main == "image" or (main not in ("audio", "video") and name.endswith(PICTURE_NAMES)):
        return "photo"
    if main not in ("audio", "video") and name.endswith(OTHER_NAMES):
        return None
    return None if type_.startswith(_OTHER_TYPES) else "voice"


def item_for(user_id: int, answered: Answered) -> MediaMessage | None:
    """The same for somebody who answers that message: it may be another's.

    A voice of one's own is answered where it is, if that is here; everything else where it was
    asked for.
    """
    item = item_of(answered.content)
    if item is None:
        return None
    if answered.author is None or answered.author.id != user_id:
        return replace(item, is_borrowed=True, owner=answered.author)
    is_answered_there = item.kind == "voice" and answered.is_here
    return replace(item, answered_at=answered.message_id) if is_answered_there else item
