"""/groupsettings with its buttons, and the list of guests: /allow, /disallow."""

from __future__ import annotations

import logging

from telegram import User

from bot.chat.introduction import lacks
from bot.services import Services
from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from handlers.access import answered_by
from handlers.button_press import Answer, ButtonPress, TooLate
from handlers.context import CannotDo, MessageContext, person_of, texts_for
from handlers.options import OF_GROUP, Setting, pressed_option
from storage.groups import groups
from storage.people import people

logger = logging.getLogger(__name__)

_MOST_NAMES = 50


async def show_settings(context: MessageContext) -> None:
    """/groupsettings, for admins of the group."""
    chat = context.message.chat
    await context.database.do(groups.choose, chat.id, {"title": chat.title or ""})
    panel = await _main_panel(context.services, chat.id, context.texts)
    await context.reply_once(*panel)


async def change(pressed: ButtonPress) -> str | Answer:
    """gset opens the list, gset:SETTING its choices, gset:SETTING:CHOICE keeps one."""
    if not is_group(pressed.chat_id):
        raise TooLate
    if not await pressed.services.members.administers(pressed.chat_id, pressed.user_id):
        return Answer("groupsettings-only-admins", alert=True)
    if pressed.arguments == ("done",):
        pressed.show(pressed.texts.html("groupsettings-done"))
        return "answer-kept"
    if pressed.arguments:
        setting, choice = pressed_option(pressed, OF_GROUP)
        if choice is None:
            return await _open(pressed, setting)
        await pressed.database.do(groups.choose, pressed.chat_id, {setting.column: choice.value})
        who, change = pressed.user_id, (setting.word, choice.word)
        logger.info("chat %s: user %s sets %s to %s", pressed.chat_id, who, *change)
    # In the language that was perhaps chosen a moment ago.
    texts = await texts_for(pressed.services, pressed.user, pressed.chat_id)
    pressed.show(*await _main_panel(pressed.services, pressed.chat_id, texts))
    return "answer-kept"


async def _open(pressed: ButtonPress, setting: Setting) -> str:
    """The choices of one setting."""
    settings, texts = await groups.settings_of(pressed.database, pressed.chat_id), pressed.texts
    holds, standard = setting.held_in(settings), pressed.services.limits.resolution
    line = texts.html(setting.text, value=holds.says(texts, standard))
    keyboard = setting.keyboard(holds, texts, "gset", back="gset", standard=standard)
    pressed.show(f"{line}\n{texts.html('groupsettings-pick')}", keyboard)
    return "answer-choose"


async def _main_panel(services: Services, chat_id: int, texts: Catalogue) -> tuple[str, Keyboard]:
    settings = await groups.settings_of(services.database, chat_id)
    lines = [texts.html("groupsettings-title")]
    for setting in OF_GROUP:
        said = setting.held_in(settings).says(texts, services.limits.resolution)
        lines.append(texts.html(setting.text, value=said))
    if settings.who == "list":
        lines.append(await _list(services, chat_id, texts))
    lines += [*await _lacks(services, chat_id, texts), texts.html("groupsettings-hint")]
    rows = [[(texts.plain(one.button), f"gset:{one.word}")] for one in OF_GROUP]
    rows.append([(texts.plain("button-done"), "gset:done")])
    return "\n".join(lines), keyboard_of(*rows)


async def _list(services: Services, chat_id: int, texts: Catalogue) -> str:
    guests = await groups.guests_of(services.database, chat_id)
    if not guests:
        return texts.html("groupsettings-list-empty")
    names = [await _name_of(services, user_id) for user_id in guests[:_MOST_NAMES]]
    more = ["…"] if len(guests) > _MOST_NAMES else []
    return texts.html("groupsettings-list", names=", ".join([*names, *more]))


async def _name_of(services: Services, user_id: int) -> str:
    """What the person is called, or their number where the bot never met them."""
    person = await people.find(services.database, user_id)
    return person.first_name if person is not None else str(user_id)


async def _lacks(services: Services, chat_id: int, texts: Catalogue) -> list[str]:
    """What the bot cannot see or do here; nothing, while Telegram does not tell."""
    try:
        return lacks(await services.members.powers(chat_id), texts)
    except TelegramFailure as failure:
        logger.info("the bot's rights in chat %s stay unknown: %s", chat_id, failure)
        return []


async def allow(context: MessageContext) -> None:
    """/allow as the answer to somebody's message puts them on the list."""
    guest, chat_id = _guest(context), context.chat_id
    async with context.database.transaction() as tx:
        if await people.find(tx, guest.id) is None:
            await people.remember(tx, person_of(guest))
        new = await groups.let_in(tx, chat_id, guest.id)
        who = (await groups.settings_of(tx, chat_id)).who
    logger.info("chat %s: user %s allows %s", chat_id, context.user_id, guest.id)
    said = [context.texts.html("allow-done" if new else "allow-known", name=guest.first_name)]
    if who != "list":
        said.append(context.texts.html("allow-list-unused"))
    await context.reply(" ".join(said))


async def disallow(context: MessageContext) -> None:
    """/disallow as the answer to somebody's message takes them off the list."""
    guest, chat_id = _guest(context), context.chat_id
    gone = await context.database.do(groups.keep_out, chat_id, guest.id)
    logger.info("chat %s: user %s disallows %s", chat_id, context.user_id, guest.id)
    key = "disallow-done" if gone else "disallow-unknown"
    await context.reply(context.texts.html(key, name=guest.first_name))


def _guest(context: MessageContext) -> User:
    """Who wrote the message that is answered; raises CannotDo where there is nobody."""
    answered = answered_by(context.message)
    if answered is None:
        raise CannotDo(context.texts.html("allow-which"))
    if answered.author is None:
        raise CannotDo(context.texts.html("allow-no-person"))
    return answered.author
