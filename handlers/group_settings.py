"""/groupsettings: what holds in a group, in words, with buttons for its admins."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from telegram import Update

from bot.desk import Desk
from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboard import Keyboard
from bot.telegram.pace import is_group
from bot.texts import Catalogue
from handlers.context import Context, visit_of
from handlers.group_choices import SETTINGS, Setting
from handlers.pressing import Action, Answer, Press, TooLate
from handlers.rights import is_admin
from storage import groups, people
from storage.groups import GroupSettings

logger = logging.getLogger(__name__)

_MOST_NAMES = 50


async def show_group_settings(update: Update, context: Context) -> None:
    """/groupsettings, for admins of the group."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    chat = visit.message.chat
    if not is_group(chat.id):
        await visit.reply(visit.texts.html("groupsettings-in-private"))
        return
    if not await is_admin(visit.desk, chat.id, visit.user.id):
        await visit.reply(visit.texts.html("groupsettings-only-admins"))
        return
    async with visit.desk.database.transaction() as tx:
        now = visit.desk.clock.now_milliseconds()
        await groups.choose(tx, chat.id, {"title": chat.title or ""}, now)
    panel = await _main_panel(visit.desk, chat.id, visit.texts)
    await visit.reply_once(panel.text, panel.keyboard)


async def press_setting(pressed: Press) -> str | Answer:
    """gset opens the list, gset:SETTING its choices, gset:SETTING:CHOICE keeps one."""
    if not is_group(pressed.chat_id):
        raise TooLate
    if not await is_admin(pressed.desk, pressed.chat_id, pressed.user_id):
        return Answer("groupsettings-only-admins", alert=True)
    if pressed.arguments == ("done",):
        _show(pressed, _Panel(pressed.texts.html("groupsettings-done"), None))
        return "answer-kept"
    if len(pressed.arguments) == 1:
        return await _open(pressed)
    if len(pressed.arguments) > 1:
        await _keep(pressed)
    texts = await _texts_now(pressed)
    _show(pressed, await _main_panel(pressed.desk, pressed.chat_id, texts))
    return "answer-kept"


@dataclass(frozen=True, slots=True)
class _Panel:
    text: str
    keyboard: Keyboard | None


async def _open(pressed: Press) -> str:
    """The choices of one setting."""
    name, setting = _setting(pressed)
    settings = await groups.settings_of(pressed.desk.database, pressed.chat_id)
    _show(pressed, _choices_panel(name, setting, settings, pressed.desk, pressed.texts))
    return "answer-choose"


async def _keep(pressed: Press) -> None:
    name, setting = _setting(pressed)
    word = pressed.word(1)
    if word not in setting.choices:
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        choice = {setting.column: setting.choices[word].value}
        await groups.choose(tx, pressed.chat_id, choice, now)
    logger.info("chat %s: user %s sets %s to %s", pressed.chat_id, pressed.user_id, name, word)


async def _texts_now(pressed: Press) -> Catalogue:
    """In the language that was perhaps chosen a moment ago."""
    code = await people.language_code(pressed.desk.database, pressed.user_id, pressed.chat_id)
    return pressed.desk.texts.of(code)


def _setting(pressed: Press) -> tuple[str, Setting]:
    name = pressed.word(0)
    if name not in SETTINGS:
        raise TooLate
    return name, SETTINGS[name]


def _show(pressed: Press, panel: _Panel) -> None:
    """Soon: several admins who press at once see the newest, and a group few edits."""
    sender = pressed.desk.sender
    sender.refresh(pressed.chat_id, pressed.message_id, panel.text, keyboard=panel.keyboard)


async def _main_panel(desk: Desk, chat_id: int, texts: Catalogue) -> _Panel:
    settings = await groups.settings_of(desk.database, chat_id)
    lines = [texts.html("groupsettings-title")]
    for setting in SETTINGS.values():
        said = setting.says(setting.chosen(settings), texts, desk.terms.resolution)
        lines.append(texts.html(setting.line, value=said))
    if settings.who == "list":
        lines.append(await _list(desk, chat_id, texts))
    lines += [*await _lacks(desk, chat_id, texts), texts.html("groupsettings-hint")]
    rows = [[(texts.plain(one.button), f"gset:{name}")] for name, one in SETTINGS.items()]
    rows.append([(texts.plain("button-done"), "gset:done")])
    return _Panel("\n".join(lines), Keyboard.of(*rows))


def _choices_panel(
    name: str, setting: Setting, settings: GroupSettings, desk: Desk, texts: Catalogue
) -> _Panel:
    """Which one holds is said in words: a mark alone is nothing to a screen reader."""
    chosen, standard = setting.chosen(settings), desk.terms.resolution
    rows: list[list[tuple[str, str]]] = []
    for word in setting.choices:
        label = setting.says(word, texts, standard)
        if word == chosen:
            label = texts.plain("choice-now", choice=label)
        rows.append([(label, f"gset:{name}:{word}")])
    rows.append([(texts.plain("button-back"), "gset")])
    line = texts.html(setting.line, value=setting.says(chosen, texts, standard))
    pick = texts.html("groupsettings-pick")
    return _Panel(f"{line}\n{pick}", Keyboard.of(*rows))


async def _list(desk: Desk, chat_id: int, texts: Catalogue) -> str:
    guests = await groups.guests_of(desk.database, chat_id)
    if not guests:
        return texts.html("groupsettings-list-empty")
    names = [await name_of(desk, user_id) for user_id in guests[:_MOST_NAMES]]
    more = ["…"] if len(guests) > _MOST_NAMES else []
    return texts.html("groupsettings-list", names=", ".join([*names, *more]))


async def name_of(desk: Desk, user_id: int) -> str:
    """What the person is called, or their number where the bot never met them."""
    person = await people.find(desk.database, user_id)
    return person.first_name if person is not None else str(user_id)


async def _lacks(desk: Desk, chat_id: int, texts: Catalogue) -> list[str]:
    """What the bot cannot see or do here; nothing, while Telegram does not tell."""
    try:
        powers = await desk.members.powers(chat_id)
    except TelegramFailure as failure:
        logger.info("the bot's rights in chat %s stay unknown: %s", chat_id, failure)
        return []
    lines = [] if powers.sees_everything else [texts.html("arrival-hears-commands")]
    if powers.lack is not None:
        lines.append(texts.html("lack-videos"))
    if powers.slow_mode_seconds:
        lines.append(texts.html("arrival-slow", seconds=powers.slow_mode_seconds))
    return lines


ACTIONS: dict[str, Action] = {"gset": press_setting}
