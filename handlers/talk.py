"""/talk, the way into a group: in reply to a photo or a voice, on a photo, or alone.

With privacy mode on the bot gets commands and what answers its own messages, and nothing else.
"""

from __future__ import annotations

from telegram import Message, Update
from telegram.constants import MessageEntityType
from telegram.ext import filters

from bot.pipeline.group_wording import ask_for, longest_seconds
from bot.pipeline.lending import mention_of
from handlers.context import Context, Visit, visit_of
from handlers.found import half_for, half_of
from handlers.halves import Half, take
from handlers.intake import source_of
from handlers.known_photo import lay_known_photo
from handlers.rights import may_use
from storage import drafts, loans


class CaptionCommand(filters.MessageFilter):
    """A caption that begins with this command, by itself or with the name of this bot.

    Whether Telegram shows such a message to a bot in privacy mode is not documented.
    """

    def __init__(self, command: str) -> None:
        super().__init__(f"CaptionCommand({command})")
        self._command = command

    def filter(self, message: Message) -> bool:
        """Whether it does."""
        entities = message.caption_entities
        if not entities or entities[0].type != MessageEntityType.BOT_COMMAND or entities[0].offset:
            return False
        word = (message.caption or "")[1 : entities[0].length]
        name, _, bot_name = word.lower().partition("@")
        return name == self._command and bot_name in ("", message.get_bot().username.lower())


async def talk(update: Update, context: Context) -> None:
    """Take what it answers, or ask for what is missing."""
    visit = await _user_of(update, context)
    if visit is None:
        return
    answered = _answered(visit.message)
    if answered is None or _is_our_own(answered):
        await _ask_for_what_is_missing(visit)
        return
    half = half_for(visit.user.id, answered)
    if half is None:
        await visit.reply(visit.texts.html("talk-cannot"))
    else:
        await _use(visit, source_of(update), half)


async def talk_on_photo(update: Update, context: Context) -> None:
    """/talk as the caption of a photo: that photo."""
    visit = await _user_of(update, context)
    half = half_of(visit.message) if visit else None
    if visit is not None and half is not None:
        await _use(visit, source_of(update), half)


class NamesBot(filters.MessageFilter):
    """A command with the name of this bot, whichever it is."""

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        word, *_ = (message.text or "").lower().split(maxsplit=1) or [""]
        return word.startswith("/") and word.endswith(f"@{message.get_bot().username.lower()}")


class AnswersBot(filters.MessageFilter):
    """A photo or a sound that answers a message of this bot."""

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        answered = _answered(message)
        return answered is not None and _is_our_own(answered) and half_of(message) is not None


async def take_answer(update: Update, context: Context) -> None:
    """Whatever message of the bot it answers, it is the sender's own photo or sound."""
    visit = await _user_of(update, context)
    half = half_of(visit.message) if visit else None
    if visit is not None and half is not None:
        await _use(visit, source_of(update), half)


async def _user_of(update: Update, context: Context) -> Visit | None:
    """The visit, if the group lets this person use the bot."""
    visit = await visit_of(update, context)
    if visit is None or await may_use(visit.desk, visit.message.chat_id, visit.user.id):
        return visit
    await visit.reply(visit.texts.html("group-not-for-you"))
    return None


async def _use(visit: Visit, source: str, half: Half) -> None:
    refusal = await _refusal(visit, half)
    if refusal is not None:
        await visit.reply(refusal)
        return
    if half.kind == "sound":
        await lay_known_photo(visit)
    await take(visit, source, half)


async def _refusal(visit: Visit, half: Half) -> str | None:
    """Why somebody else's photo or voice cannot be used."""
    if half.lender is None:
        return None
    owner_id = half.lender.owner.id if half.lender.owner else None
    database, chat_id = visit.desk.database, visit.message.chat_id
    if await loans.may_borrow(database, chat_id, owner_id):
        return None
    if owner_id is None or not await loans.objects(database, chat_id, owner_id):
        return visit.texts.html("talk-own-only")
    owner = await mention_of(database, owner_id, visit.texts)
    return visit.texts.html("talk-objected", owner=owner)


async def _ask_for_what_is_missing(visit: Visit) -> None:
    texts = visit.texts
    draft = await drafts.get(visit.desk.database, visit.place)
    if draft.photo is not None and draft.sound is not None:
        await visit.reply(texts.html("group-both-there"))
    elif draft.photo is not None:
        longest = await longest_seconds(visit.desk.database, visit.message.chat_id)
        text = texts.html("group-ask-voice", longest=longest)
        await visit.reply(text, ask_for("sound", texts))
    else:
        key = "group-how" if draft.sound is None else "group-ask-photo"
        await visit.reply(texts.html(key), ask_for("photo", texts))


def _answered(message: Message) -> Message | None:
    """What the message answers; what is simply written in a topic answers its opening."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        return None
    return answered


def _is_our_own(message: Message) -> bool:
    return message.from_user is not None and message.from_user.id == message.get_bot().id
