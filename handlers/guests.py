"""/allow and /disallow: the list of people who may use the bot in a group."""

from __future__ import annotations

import logging

from telegram import Message, Update, User

from bot.telegram.pace import is_group
from handlers.anonymity import shows_nobody
from handlers.context import Context, Visit, visit_of
from handlers.rights import is_admin
from storage import groups, people
from storage.people import Person

logger = logging.getLogger(__name__)


async def allow(update: Update, context: Context) -> None:
    """/allow as the answer to somebody's message puts them on the list."""
    visit = await _admin(update, context)
    guest = await _guest(visit) if visit is not None else None
    if visit is None or guest is None:
        return
    chat_id, now = visit.message.chat_id, visit.desk.clock.now_milliseconds()
    async with visit.desk.database.transaction() as tx:
        if await people.find(tx, guest.id) is None:
            person = Person(guest.id, guest.first_name, guest.username, guest.language_code)
            await people.remember(tx, person, now)
        new = await groups.let_in(tx, chat_id, guest.id)
        who = (await groups.settings_of(tx, chat_id)).who
    logger.info("chat %s: user %s allows %s", chat_id, visit.user.id, guest.id)
    said = [visit.texts.html("allow-done" if new else "allow-known", name=guest.first_name)]
    if who != "list":
        said.append(visit.texts.html("allow-list-unused"))
    await visit.reply(" ".join(said))


async def disallow(update: Update, context: Context) -> None:
    """/disallow as the answer to somebody's message takes them off the list."""
    visit = await _admin(update, context)
    guest = await _guest(visit) if visit is not None else None
    if visit is None or guest is None:
        return
    chat_id = visit.message.chat_id
    async with visit.desk.database.transaction() as tx:
        gone = await groups.keep_out(tx, chat_id, guest.id)
    logger.info("chat %s: user %s disallows %s", chat_id, visit.user.id, guest.id)
    key = "disallow-done" if gone else "disallow-unknown"
    await visit.reply(visit.texts.html(key, name=guest.first_name))


async def _admin(update: Update, context: Context) -> Visit | None:
    """The visit, if it is an admin's; everybody else gets one sentence."""
    visit = await visit_of(update, context)
    if visit is None:
        return None
    chat_id = visit.message.chat_id
    if await is_admin(visit.desk, chat_id, visit.user.id):
        return visit
    key = "groupsettings-only-admins" if is_group(chat_id) else "groupsettings-in-private"
    await visit.reply(visit.texts.html(key))
    return None


async def _guest(visit: Visit) -> User | None:
    """Who wrote the message that is answered; None after saying why there is nobody."""
    answered = visit.message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        await visit.reply(visit.texts.html("allow-which"))
        return None
    if not _is_person(answered):
        await visit.reply(visit.texts.html("allow-no-person"))
        return None
    return answered.from_user


def _is_person(message: Message) -> bool:
    return message.from_user is not None and not shows_nobody(message)
