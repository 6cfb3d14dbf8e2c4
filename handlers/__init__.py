"""What a person can do, one file each; `register` is the table of contents."""

from __future__ import annotations

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.desk import Desk
from bot.telegram.connection import BotApplication
from handlers import (
    admin,
    answering,
    arrival,
    banned,
    buttons,
    cancelling,
    forgetting,
    gate,
    group_settings,
    guests,
    history,
    intake,
    last,
    legal,
    membership,
    moving,
    objecting,
    queue,
    quota,
    reporting,
    settings,
    start,
    status,
    talk,
)
from handlers.anonymity import Handler, people_only
from handlers.context import keep_desk

_BEFORE_ALL = -2
_BEFORE_PEOPLE = -1
_PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
_GROUP = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
_EVERYWHERE = filters.UpdateType.MESSAGE

_IN_PRIVATE: dict[str, Handler] = {
    "start": start.start,
    "help": start.show_help,
    "last": last.send_last,
    "quota": quota.show_quota,
    "queue": queue.show_queue,
    "status": status.show_status,
    "cancel": cancelling.cancel,
    "resume": admin.resume,
    "adopt": answering.adopt,
    "release": answering.release,
}

_IN_GROUPS: dict[str, Handler] = {
    "talk": talk.talk,
    "queue": queue.show_queue,
    "quota": quota.show_quota,
    "status": status.show_status,
    "cancel": cancelling.cancel,
    "last": last.send_last,
    "notme": objecting.notme,
    "start": start.start,
    "help": start.show_help,
}

_ANYWHERE: dict[str, Handler] = {
    "settings": settings.show_settings,
    "history": history.show_history,
    "groupsettings": group_settings.show_group_settings,
    "allow": guests.allow,
    "disallow": guests.disallow,
    "privacy": legal.show_privacy,
    "terms": legal.show_terms,
    "forget": forgetting.show_forget,
    "report": people_only(reporting.report),
}


def register(application: BotApplication, desk: Desk) -> None:
    """Make the application answer people."""
    keep_desk(application, desk)
    application.add_handler(TypeHandler(Update, gate.turn_away), group=_BEFORE_ALL)
    application.add_handler(TypeHandler(Update, banned.stop_banned), group=_BEFORE_PEOPLE)
    for name, command in _ANYWHERE.items():
        application.add_handler(CommandHandler(name, command, filters=_EVERYWHERE))
    for name, command in _IN_PRIVATE.items():
        application.add_handler(CommandHandler(name, command, filters=_PRIVATE))
    for name, command in _IN_GROUPS.items():
        application.add_handler(CommandHandler(name, people_only(command), filters=_GROUP))
    _register_chats(application)
    _register_private_messages(application)
    _register_group_messages(application)
    application.add_handler(CallbackQueryHandler(buttons.press))


def _register_chats(application: BotApplication) -> None:
    """What becomes of a chat, and of the bot in it."""
    for kind, handler in (
        (filters.StatusUpdate.MIGRATE, moving.note_move),
        (filters.StatusUpdate.CHAT_CREATED, arrival.note_new_group),
    ):
        application.add_handler(MessageHandler(kind, handler))
    changed = ChatMemberHandler.MY_CHAT_MEMBER
    application.add_handler(ChatMemberHandler(membership.note_membership, changed))


def _register_private_messages(application: BotApplication) -> None:
    """Everything gets an answer; the first that fits counts."""
    for kind, handler in (
        (intake.PHOTO, intake.take_photo),
        (intake.SOUND, intake.take_sound),
        (filters.COMMAND, start.unknown_command),
        (filters.TEXT, intake.hint_at_text),
        (~filters.StatusUpdate.ALL, intake.hint_at_other),
    ):
        application.add_handler(MessageHandler(_PRIVATE & kind, handler))


def _register_group_messages(application: BotApplication) -> None:
    """What answers the bot or names it; whatever else people write there is theirs."""
    for kind, handler in (
        (talk.CaptionCommand("talk"), talk.talk_on_photo),
        (talk.AnswersBot(), talk.take_answer),
        (talk.NamesBot(), start.unknown_command),
    ):
        application.add_handler(MessageHandler(_GROUP & kind, people_only(handler)))
