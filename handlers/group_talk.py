"""/talk, the way into a group: in reply to a photo or a voice, on a photo, or alone.

With privacy mode on the bot gets commands and what answers its own messages, and nothing else.
"""

from __future__ import annotations

import re

from telegram import Message
from telegram.ext import filters

from bot.chat.owners import mention_of
from bot.gate import Rule, RuleRefused, Wanted, Way
from bot.intake.group_replies import ask_for, ask_in_group
from bot.intake.replies import OF_BOTH
from handlers.access import answered_by
from handlers.context import CannotDo, MessageContext
from handlers.media import MediaMessage, item_for, item_of, receive
from storage import drafts, media
from storage.groups import borrowed_media
from storage.groups.borrowed_media import BorrowedMedia
from storage.media import MediaState


def caption_command(bot_name: str) -> filters.BaseFilter:
    """A caption that begins with /talk, by itself or with the name of this bot.

    Whether Telegram shows such a message to a bot in privacy mode is not documented.
    """
    return filters.CaptionRegex(re.compile(rf"^/talk(@{bot_name})?(?![\w@])", re.IGNORECASE))


def names_bot(bot_name: str) -> filters.BaseFilter:
    """A command with the name of this bot, whichever it is."""
    return filters.Regex(re.compile(rf"^/\S*@{bot_name}(?!\S)", re.IGNORECASE))


async def talk(context: MessageContext) -> None:
    """Take what it answers, or ask for what is missing."""
    await _require_use(context)
    answered = answered_by(context.message)
    if context.message.reply_to_story is not None:
        raise CannotDo(context.texts.html("talk-cannot"))
    if answered is None or answered.is_ours:
        await _ask_for_what_is_missing(context)
        return
    item = item_for(context.user_id, answered)
    if item is None:
        key = "talk-cannot" if answered.is_here else "talk-unseen"
        raise CannotDo(context.texts.html(key))
    await _use(context, item)


class AnswersBot(filters.MessageFilter):
    """A photo or a voice that answers a message of this bot."""

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        answered = answered_by(message)
        return answered is not None and answered.is_ours and item_of(message) is not None


async def receive_own(context: MessageContext) -> None:
    """/talk as the caption of a photo, or the answer to any message of the bot: it is the sender's
    own photo or voice.
    """
    item = item_of(context.message)
    if item is not None:
        await _require_use(context)
        await _use(context, item)


async def _require_use(context: MessageContext, *borrowing: BorrowedMedia) -> None:
    """Raises CannotDo where the group does not let this person use the bot, or what is somebody
    else's.
    """
    wanted = Wanted(way=Way.TALK, conversation=context.conversation, borrowing=borrowing)
    try:
        await context.services.gate.check(wanted)
    except RuleRefused as refusal:
        owner_id = borrowing[0].owner_id if borrowing else None
        owner = await mention_of(context.database, owner_id or 0, context.texts)
        raise CannotDo(context.texts.html(_REFUSED[refusal.rule], owner=owner)) from refusal


_REFUSED = {**OF_BOTH, Rule.OBJECTION: "talk-objected"}


async def _require_borrowing(context: MessageContext, item: MediaMessage) -> None:
    """Raises CannotDo where they may not use what is its owner's."""
    if await borrowed_media.is_forgotten(context.database, item.file.file_unique_id):
        key = "photo-borrowed" if item.kind == "photo" else "voice-borrowed"
        raise CannotDo(context.texts.html(key))
    owner_id = item.owner.id if item.owner else None
    await _require_use(context, BorrowedMedia(0, owner_id, None))


async def _use(context: MessageContext, item: MediaMessage) -> None:
    if item.is_borrowed:
        await _require_borrowing(context, item)
    if item.kind == "voice":
        await _lay_known_photo(context)
    await receive(context, item)


async def _lay_known_photo(context: MessageContext) -> None:
    """Into the draft, if it has none: the photo of their last video here, whichever the topic; of
    one that may not be used it is said why another one is asked for.
    """
    database = context.database
    if (await drafts.get(database, context.conversation)).photo is not None:
        return
    photo = await media.last_used_photo(database, context.user_id, context.chat_id)
    if photo is None or photo.state != MediaState.READY:
        return
    borrowed = await borrowed_media.get(database, photo.id)
    try:
        if borrowed is not None:
            await _require_use(context, borrowed)
    except CannotDo as refusal:
        await context.reply(refusal.text)
        return
    await database.do(drafts.put, photo, conversation=context.conversation)


async def _ask_for_what_is_missing(context: MessageContext) -> None:
    texts = context.texts
    draft = await drafts.get(context.database, context.conversation)
    if draft.photo is not None and draft.voice is not None:
        await context.reply(texts.html("group-both-there"))
    elif draft.photo is None and draft.voice is None:
        await context.reply(texts.html("group-how"), ask_for("photo", texts))
    else:
        wanted = "photo" if draft.photo is None else "voice"
        await context.reply(*await ask_in_group(context.database, context.chat_id, wanted, texts))
