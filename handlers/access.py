"""Who may: the banned, those who hide, people, administrators of a group, the operator."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any

from telegram import ExternalReplyInfo, Message, MessageOriginUser, Update, User
from telegram.constants import ChatID

from bot.gate import Wanted, Way
from bot.telegram.dispatch import LetGo
from handlers.button_press import ButtonPress, TooLate
from handlers.context import (
    CannotDo,
    Context,
    Handler,
    MessageContext,
    destination_of,
    message_context_of,
    services_of,
    texts_for,
)
from storage.groups import chats
from storage.jobs.jobs import Job
from storage.media import Media
from storage.people import people


async def let_in(_update: Update, _context: Context) -> None:
    """Of handlers together the first that fits is the only one: this keeps off `stop_banned`."""


async def stop_banned(update: Update, context: Context) -> None:
    """Before every handler of what people do."""
    user, services = update.effective_user, services_of(context)
    if user is None or not await people.is_banned(services.database, user.id):
        return
    if update.callback_query is not None:
        texts = await texts_for(services, user)
        await services.sender.answer_callback(
            update.callback_query.id, texts.plain("answer-you-are-banned")
        )
    elif update.message is not None and _is_addressed(update):
        await _tell(update, context, user.id)
    raise LetGo


async def _tell(update: Update, context: Context, user_id: int) -> None:
    due = await services_of(context).database.do(people.is_to_be_told, user_id)
    message_context = await message_context_of(update, context) if due else None
    if message_context is not None:
        await message_context.reply_once(message_context.texts.html("you-are-banned"))


def _is_addressed(update: Update) -> bool:
    """In a group most of what is seen is not for the bot."""
    message = update.message
    assert message is not None  # noqa: S101
    return message.chat.type == "private" or bool(message.text and message.text.startswith("/"))


class Who(Enum):
    """Whom a command is for."""

    ANYBODY = "whoever writes, also in the name of a group or a channel"
    PEOPLE = "people, as themselves"
    GROUP_ADMINS = "administrators of the group, also in its name"
    OPERATOR = "those of ADMIN_IDS"


UpdateHandler = Callable[[Update, Context], Coroutine[Any, Any, None]]

_STAND_INS = frozenset({ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL, ChatID.SERVICE_CHAT})


def shows_nobody(message: Message) -> bool:
    """Whether the message is signed by a group or a channel, or written by another bot."""
    return message.sender_chat is not None or not _is_person(message.from_user)


def _is_person(user: User | None) -> bool:
    return user is not None and not user.is_bot and user.id not in _STAND_INS


@dataclass(frozen=True, slots=True)
class Answered:
    """A message that is replied to, in whichever topic or chat it is.

    `content`: its media, and of one elsewhere no text. `author`: the person, if one shows.
    `message_id`: None where it is in another chat. `is_ours`: the bot wrote it.
    """

    content: Message | ExternalReplyInfo
    author: User | None
    message_id: int | None
    is_here: bool
    is_ours: bool


def answered_by(message: Message) -> Answered | None:
    """What the message answers; what is simply written in a topic answers its opening."""
    bot_id, external = message.get_bot().id, message.external_reply
    if external is not None:
        origin = external.origin
        user = origin.sender_user if isinstance(origin, MessageOriginUser) else None
        known = external.chat is not None and external.chat.id == message.chat_id
        return Answered(
            content=external,
            author=user if _is_person(user) else None,
            message_id=external.message_id if known else None,
            is_here=False,
            is_ours=user is not None and user.id == bot_id,
        )
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        return None
    return Answered(
        content=answered,
        author=None if shows_nobody(answered) else answered.from_user,
        message_id=answered.message_id,
        is_here=True,
        is_ours=answered.from_user is not None and answered.from_user.id == bot_id,
    )


def answering(handler: Handler, who: Who = Who.PEOPLE) -> UpdateHandler:
    """The handler for those; anybody else is told in one sentence why nothing happens."""

    async def handle(update: Update, context: Context) -> None:
        message = update.effective_message
        if who is Who.PEOPLE and message is not None and shows_nobody(message):
            if message.is_automatic_forward and not _names_the_bot(message):
                raise LetGo
            await _explain(message, context)
            return
        message_context = await message_context_of(update, context)
        if message_context is None:
            return
        try:
            await _require(message_context, who)
            await handler(message_context)
        except CannotDo as refusal:
            await message_context.reply(refusal.text, refusal.keyboard)

    return handle


async def _require(message_context: MessageContext, who: Who) -> None:
    """Raises CannotDo where the command is not for this person here."""
    services, texts = message_context.services, message_context.texts
    user_id, chat_id = message_context.user_id, message_context.chat_id
    if who is Who.OPERATOR and user_id not in services.limits.admin_ids:
        raise CannotDo(texts.html("command-unknown"))
    if who is Who.GROUP_ADMINS and not await services.members.administers(chat_id, user_id):
        in_group = message_context.in_group
        key = "groupsettings-only-admins" if in_group else "groupsettings-in-private"
        raise CannotDo(texts.html(key))


async def _explain(message: Message, context: Context) -> None:
    """The stand-in is no person: it is not remembered as one."""
    services, author = services_of(context), message.from_user
    if author is None:
        return
    texts = await texts_for(services, author, message.chat_id)
    hidden = MessageContext(
        services=services,
        message=message,
        user=author,
        texts=texts,
        destination=destination_of(message),
    )
    await hidden.reply(texts.html("group-write-as-yourself"))


def _names_the_bot(message: Message) -> bool:
    """What a channel posts comes into its group by itself: it was not meant for the bot."""
    text = message.text or message.caption or ""
    return f"@{message.get_bot().username}".lower() in text.lower()


def require_private(context: MessageContext, payload: str, text: str) -> None:
    """Raises CannotDo in a group, where a button leads to /start with that payload."""
    if context.in_group:
        texts, sender = context.texts, context.services.sender
        button = sender.start_button(texts.plain("button-private-chat"), payload)
        raise CannotDo(texts.html(text), button)


async def admit(
    pressed: ButtonPress,
    way: Way,
    chat_id: int,
    items: tuple[Media, ...] = (),
    job: Job | None = None,
) -> None:
    """Before a press sets something going in that chat, of that job if there is one: by the rules
    as they are now.

    It has to be the chat in which the button is. A group that became a supergroup has buttons
    under its old id.

    Raises: RuleRefused, TooLate.
    """
    await require_here(pressed, chat_id)
    conversation = pressed.conversation._replace(chat_id=chat_id)
    await pressed.services.gate.check(
        Wanted(way=way, conversation=conversation, items=items, job=job)
    )


async def require_here(pressed: ButtonPress, chat_id: int) -> None:
    """Raises TooLate where the button is in another chat: it was forged."""
    if pressed.chat_id not in await chats.ids_of(pressed.database, chat_id):
        raise TooLate
