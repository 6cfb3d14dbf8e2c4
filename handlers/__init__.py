"""What a person can do, one file each; `register` is the table of contents."""

from __future__ import annotations

from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.desk import Desk
from bot.telegram.connection import BotApplication
from handlers import (
    admin,
    answering,
    buttons,
    cancelling,
    intake,
    last,
    membership,
    moving,
    quota,
    start,
    status,
)
from handlers.context import keep_desk

_PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE


def register(application: BotApplication, desk: Desk) -> None:
    """Make the application answer people."""
    keep_desk(application, desk)
    for name, command in (
        ("start", start.start),
        ("help", start.show_help),
        ("last", last.send_last),
        ("quota", quota.show_quota),
        ("status", status.show_status),
        ("cancel", cancelling.cancel),
        ("resume", admin.resume),
        ("adopt", answering.adopt),
        ("release", answering.release),
    ):
        application.add_handler(CommandHandler(name, command, filters=_PRIVATE))
    application.add_handler(MessageHandler(_PRIVATE & intake.PHOTO, intake.take_photo))
    application.add_handler(MessageHandler(_PRIVATE & intake.SOUND, intake.take_sound))
    application.add_handler(MessageHandler(_PRIVATE & filters.COMMAND, start.unknown_command))
    application.add_handler(MessageHandler(_PRIVATE & filters.TEXT, intake.hint_at_text))
    application.add_handler(
        MessageHandler(_PRIVATE & ~filters.StatusUpdate.ALL, intake.hint_at_other)
    )
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, moving.note_move))
    application.add_handler(
        ChatMemberHandler(membership.note_membership, ChatMemberHandler.MY_CHAT_MEMBER)
    )
    application.add_handler(CallbackQueryHandler(buttons.press))
