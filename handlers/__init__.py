"""What a person can do, one file each; `COMMANDS` is the table of contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
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
from handlers.access import Who, answering
from handlers.context import Handler

_BEFORE_ALL = -2
_BEFORE_PEOPLE = -1
PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
GROUP = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
ANYWHERE = filters.UpdateType.MESSAGE


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the key of what a menu says of it, where it works and for whom.

    The menus are derived from it: those of people and of groups' administrators by `who`,
    that of groups by its place there.
    """

    text: str
    handler: Handler
    where: filters.BaseFilter
    who: Who = Who.PEOPLE
    group_menu: int | None = None
    for_banned: bool = False
    """Whether it stays open to who is banned: it concerns their own data."""

    @property
    def name(self) -> str:
        """What people write, after the slash; an operator's is in no menu, and has no text."""
        return self.text.removeprefix("command-")


COMMANDS = (
    Command("command-start", start.start, ANYWHERE),
    Command("command-help", start.show_help, ANYWHERE, group_menu=9),
    Command("command-last", videos.send_last, ANYWHERE, group_menu=6),
    Command("command-history", videos.show_history, ANYWHERE, Who.ANYBODY),
    Command("command-quota", quota.show_quota, ANYWHERE, group_menu=3),
    Command("command-queue", jobs.show_queue, ANYWHERE, group_menu=2),
    Command("command-status", jobs.show_status, ANYWHERE, group_menu=4),
    Command("command-cancel", jobs.cancel, ANYWHERE, group_menu=5),
    Command("command-settings", settings.show_settings, ANYWHERE, Who.ANYBODY),
    Command("command-privacy", privacy.show_privacy, ANYWHERE, Who.ANYBODY, for_banned=True),
    Command("command-terms", privacy.show_terms, ANYWHERE, Who.ANYBODY, for_banned=True),
    Command("command-forget", privacy.show_forget, ANYWHERE, Who.ANYBODY, for_banned=True),
    Command("command-report", reports.report, ANYWHERE, group_menu=8),
    Command("command-talk", group_talk.talk, GROUP, group_menu=1),
    Command("command-notme", owners.notme, GROUP, group_menu=7),
    Command("command-groupsettings", group_settings.show_settings, ANYWHERE, Who.GROUP_ADMINS),
    Command("command-allow", group_settings.allow, ANYWHERE, Who.GROUP_ADMINS),
    Command("command-disallow", group_settings.disallow, ANYWHERE, Who.GROUP_ADMINS),
    Command("resume", operator.resume, PRIVATE, Who.OPERATOR),
    Command("adopt", operator.adopt, PRIVATE, Who.OPERATOR),
    Command("release", operator.release, PRIVATE, Who.OPERATOR),
)
"""All there are, in the order of the menu that a person sees in private."""


_IN_PRIVATE: tuple[tuple[filters.BaseFilter, Handler], ...] = (
    (media.HoldsMedia(), media.receive_media),
    (filters.COMMAND, start.unknown_command),
    (filters.TEXT, media.hint_at_text),
    (~filters.StatusUpdate.ALL, media.hint_at_other),
)
"""Everything gets an answer; the first that fits counts."""


def _in_groups(bot_name: str) -> tuple[tuple[filters.BaseFilter, Handler], ...]:
    """What answers the bot or names it; whatever else people write there is theirs."""
    own = group_talk.caption_command(bot_name) | group_talk.AnswersBot()
    return (own, group_talk.receive_own), (group_talk.names_bot(bot_name), start.unknown_command)


def _open_to_banned() -> Iterator[BaseHandler[Any, Any, Any]]:
    """What concerns their own data: commands, links to them, buttons."""
    names = [command.name for command in COMMANDS if command.for_banned]
    yield CommandHandler(names, access.let_in)
    yield CommandHandler("start", access.let_in, filters.Regex(rf"\s({'|'.join(names)})$"))
    yield CallbackQueryHandler(access.let_in, pattern=r"(mydata|forgetme|keepme)(:|$)")


def register(application: BotApplication, services: Services) -> None:
    """Make the application answer people."""
    application.bot_data[Services] = services
    kinds = [(PRIVATE & kind, handler) for kind, handler in _IN_PRIVATE]
    kinds += [(GROUP & kind, handler) for kind, handler in _in_groups(application.bot.username)]
    of_people = [
        *(CommandHandler(c.name, answering(c.handler, c.who), filters=c.where) for c in COMMANDS),
        MessageHandler(filters.StatusUpdate.MIGRATE, chats.note_move),
        MessageHandler(filters.StatusUpdate.CHAT_CREATED, chats.note_new_group),
        ChatMemberHandler(chats.note_membership, ChatMemberHandler.MY_CHAT_MEMBER),
        *(MessageHandler(kind, answering(handler)) for kind, handler in kinds),
        CallbackQueryHandler(callbacks.answer_button),
    ]
    application.add_handlers(
        {
            _BEFORE_ALL: [TypeHandler(Update, chats.turn_away)],
            _BEFORE_PEOPLE: [*_open_to_banned(), TypeHandler(Update, access.stop_banned)],
            0: of_people,
        }
    )
