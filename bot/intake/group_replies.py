"""What is said of a photo or voice in a group: little, and so that replies reach the bot.

With privacy mode on a bot sees only what answers its own messages, so whatever it asks for is asked
for with the reply field open. What is good and complete is not mentioned: the job's status follows.
"""

from __future__ import annotations

from telegram import ForceReply

from bot.chat.owners import with_owners
from bot.gate import Rule
from bot.intake.outcome import NO_SPEECH
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.telegram.keyboards import Keyboard
from bot.texts import Catalogue
from storage import drafts
from storage.db.database import Database
from storage.groups import borrowed_media, groups
from storage.jobs import jobs
from storage.media import Media, MediaState

Said = tuple[str, Keyboard | ForceReply | None]

_WANTS_ANOTHER = frozenset(
    {
        "ask-no-face",
        "ask-several",
        NO_SPEECH,
        "too_long",
        Rule.LONGEST,
        Rule.OBJECTION,
        Rule.OTHERS,
        Rule.AGE,
    }
)


def ask_for(kind: str, texts: Catalogue) -> ForceReply:
    """Opens the reply field for a photo or a voice: of the person whose message is answered, and
    of nobody else. A message that was sent with it cannot be edited (Bot API, "Updating messages").
    """
    said = texts.plain("placeholder-photo" if kind == "photo" else "placeholder-voice")
    return ForceReply(selective=True, input_field_placeholder=said)


async def ask_in_group(
    database: Database, chat_id: int, kind: str, texts: Catalogue
) -> tuple[str, ForceReply]:
    """Asks for the one that is missing, a photo or a voice, where the other one is there."""
    if kind == "photo":
        return texts.html("group-ask-photo"), ask_for(kind, texts)
    longest = await longest_seconds(database, chat_id)
    return texts.html("group-ask-voice", longest=longest), ask_for(kind, texts)


async def longest_seconds(database: Database, chat_id: int) -> float:
    """How long a video may be there: the group's limit, or ours."""
    limit = (await groups.settings_of(database, chat_id)).longest_milliseconds
    return (limit or LONGEST_MILLISECONDS) / 1000


async def ready_in_group(database: Database, item: Media, texts: Catalogue) -> Said | None:
    """Ask for the other media item, if it is not there and not on its way."""
    if await jobs.newest_with(database, item.id) is not None:
        return None
    draft = await drafts.get(database, item.conversation)
    if (draft.voice if item.is_photo else draft.photo) is not None:
        return None
    if item.is_photo:
        longest = await longest_seconds(database, item.chat_id)
        text = texts.html("group-photo-ready", longest=longest)
    else:
        seconds = (item.duration_milliseconds or 0) / 1000
        text = texts.html("group-voice-ready", seconds=seconds)
    borrowed = await borrowed_media.get(database, item.id)
    text = await with_owners(
        database, text, "borrowed-asked", [borrowed] if borrowed else [], texts
    )
    return text, ask_for("voice" if item.is_photo else "photo", texts)


def in_group(item: Media, said: tuple[str, Keyboard | None], texts: Catalogue) -> Said:
    """The same as in a private chat, and where to send what is asked for instead."""
    text, keyboard = said
    if item.state == MediaState.REFUSED or item.fault in _WANTS_ANOTHER:
        text = "\n".join([text, texts.html("group-answer-here")])
    return text, keyboard or ask_for(item.kind, texts)
