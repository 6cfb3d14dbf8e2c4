"""A photo or a sound becomes its sender's half: recorded, and answered at once."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Audio, Document, Message, PhotoSize, User, VideoNote, Voice

from handlers.context import Visit
from storage import consents, drafts, loans, media, people
from storage.database import Transaction
from storage.media import Arrival, Media
from storage.people import Person

# Long enough for the reply below to be sent; if that fails, the work begins all the same.
_REPLY_FIRST_MILLISECONDS = 3_000

# Long enough for the rest of what waited at Telegram: there is one question for all of it.
_GATHER_LATE_MILLISECONDS = 2_000


SEEN = "👀"
"""The reaction that stands for "looking at it" in a group, where messages are scarce."""


@dataclass(frozen=True, slots=True)
class Lender:
    """Whose photo or voice it is, where it is not its sender's; None: no person shows."""

    owner: User | None


@dataclass(frozen=True, slots=True)
class Half:
    """What Telegram says of the file, and the text that is said at once.

    `answered_at` is the message that is answered, where it is not the one that asked for this.
    """

    kind: str
    file: PhotoSize | Document | Voice | Audio | VideoNote
    said_at_once: str
    lender: Lender | None = None
    answered_at: int | None = None


def photo_of(message: Message) -> Half | None:
    """The message's picture: the largest size of a photo, or a file."""
    file = message.photo[-1] if message.photo else message.document
    return None if file is None else Half("photo", file, "photo-looking")


def sound_of(message: Message) -> Half | None:
    """The message's sound: a voice note, a sound file, a round video, or a file."""
    file = message.voice or message.audio or message.video_note or message.document
    return None if file is None else Half("sound", file, "sound-listening")


async def take(visit: Visit, source: str, half: Half) -> None:
    """Record it as the sender's photo or sound, once for each `source`, and say so at once."""
    before = await _photos_of_album_before(visit) if half.kind == "photo" else 0
    late = _is_late(visit)
    agreed = await consents.given(visit.desk.database, visit.user.id, visit.desk.terms.agreement)
    wait = _wait_milliseconds(late=late, reply_first=agreed and not visit.in_group)
    stored = await _record(
        visit, source, half, surplus=before > 0, late=late, wait_milliseconds=wait
    )
    if before:
        if before == 1:
            await visit.reply(visit.texts.html("album-first"))
        return
    if late or not agreed:  # the pipeline asks first, and says what the question is
        visit.desk.nudge()
        return
    if stored is None or stored.reply_message_id is not None:
        return
    await _acknowledge(visit, stored.id, half)
    visit.desk.nudge()


async def _acknowledge(visit: Visit, half_id: int, half: Half) -> None:
    """In a group by a reaction: what is to be said follows in one message."""
    if visit.in_group:
        await visit.desk.sender.react(visit.message.chat_id, visit.message.message_id, SEEN)
        return
    sent = await visit.reply_once(visit.texts.html(half.said_at_once))
    if sent is not None:
        async with visit.desk.database.transaction() as tx:
            await media.set_reply(
                tx, half_id, chat_id=sent.chat_id, reply_message_id=sent.message_id
            )


async def _photos_of_album_before(visit: Visit) -> int:
    """One photo makes a video: the second of an album is answered, the rest are passed over."""
    album = visit.message.media_group_id
    if album is None:
        return 0
    return await media.in_album_before(
        visit.desk.database, visit.place, album, visit.message.message_id
    )


def _is_late(visit: Visit) -> bool:
    """Sent so long ago that its sender may have given it up: asked about, not worked on."""
    desk = visit.desk
    age = desk.clock.now_milliseconds() - _sent_at_milliseconds(visit.message)
    return age > desk.terms.max_update_age_milliseconds


def _sent_at_milliseconds(message: Message) -> int:
    return int(message.date.timestamp() * 1000)


def _wait_milliseconds(*, late: bool, reply_first: bool) -> int:
    if late:
        return _GATHER_LATE_MILLISECONDS
    return _REPLY_FIRST_MILLISECONDS if reply_first else 0


async def _record(
    visit: Visit, source: str, half: Half, *, surplus: bool, late: bool, wait_milliseconds: int
) -> Media | None:
    """In one transaction: what arrived, and that it is now the draft's photo or sound.

    A half that is new answers the question about an older one.
    """
    arrival = _arrival(visit, source, half)
    now = visit.desk.clock.now_milliseconds()
    async with visit.desk.database.transaction() as tx:
        new = await media.record(
            tx,
            arrival,
            now_milliseconds=now,
            not_before_milliseconds=now + wait_milliseconds,
            surplus=surplus,
            late=late,
        )
        stored = await media.by_source(tx, arrival.source)
        if new and stored is not None and half.lender is not None:
            await _borrow(tx, stored.id, half.lender, now)
        if new and stored is not None and not surplus:
            await drafts.put(tx, stored, now)
            if not late:
                await drafts.wake_other(tx, stored)
    return stored


async def _borrow(tx: Transaction, half_id: int, lender: Lender, now_milliseconds: int) -> None:
    """Keep whose it is; they are told by their name, even if the bot never met them."""
    owner = lender.owner
    await loans.borrow(tx, half_id, owner.id if owner else None)
    if owner is not None and await people.find(tx, owner.id) is None:
        person = Person(owner.id, owner.first_name, owner.username, owner.language_code)
        await people.remember(tx, person, now_milliseconds)


def _arrival(visit: Visit, source: str, half: Half) -> Arrival:
    message: Message = visit.message
    return Arrival(
        source=source,
        kind=half.kind,
        place=visit.place,
        message_id=half.answered_at or message.message_id,
        media_group_id=message.media_group_id,
        file_id=half.file.file_id,
        file_unique_id=half.file.file_unique_id,
        file_size_bytes=half.file.file_size,
        sent_at_milliseconds=_sent_at_milliseconds(message),
    )
