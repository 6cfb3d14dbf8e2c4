"""Whoever is banned is told so in one sentence, and nothing else is done for them."""

from __future__ import annotations

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from handlers.context import Context, desk_of, texts_for, visit_of
from storage import bans

_TELL_EVERY_MILLISECONDS = 60_000
_ALLOWED_COMMANDS = frozenset({"privacy", "terms", "forget"})
_ALLOWED_ACTIONS = frozenset({"mydata", "forgetme", "keepme"})


async def stop_banned(update: Update, context: Context) -> None:
    """Before every other handler; what concerns their own data stays open to them."""
    user, desk = update.effective_user, desk_of(context)
    if user is None or not await bans.is_banned(desk.database, user.id) or _is_allowed(update):
        return
    if update.callback_query is not None:
        texts = await texts_for(desk, user)
        await desk.sender.answer_callback(
            update.callback_query.id, texts.plain("answer-you-are-banned")
        )
    elif update.message is not None and _is_addressed(update):
        await _tell(update, context, user.id)
    raise ApplicationHandlerStop


async def _tell(update: Update, context: Context, user_id: int) -> None:
    """Once a minute at most: it may be meant as a flood."""
    desk = desk_of(context)
    async with desk.database.transaction() as tx:
        now = desk.clock.now_milliseconds()
        due = await bans.is_to_be_told(
            tx, user_id, now, every_milliseconds=_TELL_EVERY_MILLISECONDS
        )
    visit = await visit_of(update, context) if due else None
    if visit is not None:
        await visit.reply_once(visit.texts.html("you-are-banned"))


def _is_addressed(update: Update) -> bool:
    """In a group most of what is seen is not for the bot."""
    message = update.message
    assert message is not None  # noqa: S101
    return message.chat.type == "private" or bool(message.text and message.text.startswith("/"))


def _is_allowed(update: Update) -> bool:
    if update.callback_query is not None:
        return (update.callback_query.data or "").partition(":")[0] in _ALLOWED_ACTIONS
    words = (update.message.text or "").split() if update.message else []
    if not words or not words[0].startswith("/"):
        return False
    command = words[0][1:].partition("@")[0]
    if command == "start":
        return len(words) > 1 and words[1] in _ALLOWED_COMMANDS
    return command in _ALLOWED_COMMANDS
