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

from bot.services import Services
from bot.telegram.connection import BotApplication
from handlers import (
    access,
    callbacks,
    chats,
    group_settings,
    group_talk,
    jobs,
    media,
    operator,
    owners,
    privacy,
    quota,
    reports,
    settings,
    start,
    videos,
)
from handlers.access import Handler, people_only
from handlers.context import set_services

_BEFORE_ALL = -2
_BEFORE_PEOPLE = -1
_PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
_GROUP = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
_EVERYWHERE = filters.UpdateType.MESSAGE

_IN_PRIVATE: dict[str, Handler] = {
    "start": start.start,
    "help": start.show_help,
    "last": videos.send_last,
    "quota": quota.show_quota,
    "queue": jobs.show_queue,
    "status": jobs.show_status,
    "cancel": jobs.cancel,
    "resume": operator.resume,
    "adopt": operator.adopt,
    "release": operator.release,
}

_IN_GROUPS: dict[str, Handler] = {
    "talk": group_talk.talk,
    "queue": jobs.show_queue,
    "quota": quota.show_quota,
    "status": jobs.show_status,
    "cancel": jobs.cancel,
    "last": videos.send_last,
    "notme": owners.notme,
    "start": start.start,
    "help": start.show_help,
}

_ANYWHERE: dict[str, Handler] = {
    "settings": settings.show_settings,
    "history": videos.show_history,
    "groupsettings": group_settings.show_group_settings,
    "allow": group_settings.allow,
    "disallow": group_settings.disallow,
    "privacy": privacy.show_privacy,
    "terms": privacy.show_terms,
    "forget": privacy.show_forget,
    "report": people_only(reports.report),
}


def register(application: BotApplication, services: Services) -> None:
    """Make the application answer people."""
    set_services(application, services)
    application.add_handler(TypeHandler(Update, chats.turn_away), group=_BEFORE_ALL)
    application.add_handler(TypeHandler(Update, access.stop_banned), group=_BEFORE_PEOPLE)
    for name, command in _ANYWHERE.items():
        application.add_handler(CommandHandler(name, command, filters=_EVERYWHERE))
    for name, command in _IN_PRIVATE.items():
        application.add_handler(CommandHandler(name, command, filters=_PRIVATE))
    for name, command in _IN_GROUPS.items():
        application.add_handler(CommandHandler(name, people_only(command), filters=_GROUP))
    _register_chats(application)
    _register_private_messages(application)
    _register_group_messages(application)
    application.add_handler(CallbackQueryHandler(callbacks.press))


def _register_chats(application: BotApplication) -> None:
    """What becomes of a chat, and of the bot in it."""
    for kind, handler in (
        (filters.StatusUpdate.MIGRATE, chats.note_move),
        (filters.StatusUpdate.CHAT_CREATED, chats.note_new_group),
    ):
        application.add_handler(MessageHandler(kind, handler))
    changed = ChatMemberHandler.MY_CHAT_MEMBER
    application.add_handler(ChatMemberHandler(chats.note_membership, changed))


def _register_private_messages(application: BotApplication) -> None:
    """Everything gets an answer; the first that fits counts."""
    for kind, handler in (
        (media.PHOTO, media.take_photo),
        (media.SOUND, media.take_sound),
        (filters.COMMAND, start.unknown_command),
        (filters.TEXT, media.hint_at_text),
        (~filters.StatusUpdate.ALL, media.hint_at_other),
    ):
        application.add_handler(MessageHandler(_PRIVATE & kind, handler))


def _register_group_messages(application: BotApplication) -> None:
    """What answers the bot or names it; whatever else people write there is theirs."""
    for kind, handler in (
        (group_talk.CaptionCommand("talk"), group_talk.talk_on_photo),
        (group_talk.AnswersBot(), group_talk.take_answer),
        (group_talk.NamesBot(), start.unknown_command),
    ):
        application.add_handler(MessageHandler(_GROUP & kind, people_only(handler)))
