"""/settings: what a person chooses once and for all, in one message that changes in place."""

from __future__ import annotations

from dataclasses import replace

from telegram import User

from bot.config.engines import ENGINES
from bot.services import Services
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from handlers.access import require_private
from handlers.button_press import ButtonPress
from handlers.context import MessageContext, texts_for
from handlers.options import ENGINE, FRAMING, OF_PERSON, RESOLUTION, Setting, pressed_option
from storage.people import preferences
from storage.people.preferences import Preferences

PAYLOAD = "settings"

_Menu = tuple[str, Keyboard]


async def show_settings(context: MessageContext) -> None:
    """The menu in a new message; a group is shown the way to the private chat."""
    require_private(context, PAYLOAD, "settings-private")
    text, keyboard = await _menu(context.services, context.user, context.texts)
    await context.reply_once(text, keyboard)


async def open_menu(pressed: ButtonPress) -> str:
    """settings: back to all of them."""
    pressed.require_private()
    pressed.show(*await _menu(pressed.services, pressed.user, pressed.texts))
    return "answer-coming"


async def change(pressed: ButtonPress) -> str:
    """setting:NAME asks; setting:NAME:CHOICE keeps it and shows all of them again."""
    pressed.require_private()
    services = pressed.services
    chosen = await _held(services, pressed.user_id)
    setting, choice = pressed_option(pressed, _offered(services, chosen))
    if choice is None:
        pressed.show(*_question(services, chosen, setting, pressed.texts))
        return "answer-coming"
    await services.database.do(preferences.choose, pressed.user_id, {setting.column: choice.value})
    # In the language that may have been chosen just now.
    texts = await texts_for(services, pressed.user)
    pressed.show(*await _menu(services, pressed.user, texts))
    return "settings-saved"


async def _held(services: Services, user_id: int) -> Preferences:
    """What holds: the person's choices, or the operator's."""
    limits, chosen = services.limits, await preferences.preferences_of(services.database, user_id)
    resolution = chosen.resolution or limits.resolution
    return replace(chosen, engine=limits.engine_of(chosen.engine), resolution=resolution)


async def _menu(services: Services, user: User, texts: Catalogue) -> _Menu:
    chosen = await _held(services, user.id)
    lines, buttons = [texts.html("settings-title"), ""], []
    for setting in _offered(services, chosen):
        title = texts.plain(setting.button)
        value = setting.held_in(chosen).says(texts)
        lines.append(texts.html("settings-line", name=title, value=value))
        buttons.append((title, f"setting:{setting.word}"))
    pairs = [buttons[first : first + 2] for first in range(0, len(buttons), 2)]
    return "\n".join(lines), keyboard_of(*pairs)


def _question(services: Services, chosen: Preferences, setting: Setting, texts: Catalogue) -> _Menu:
    keyboard = setting.keyboard(setting.held_in(chosen), texts, "setting", back="settings")
    return _question_text(services, setting, texts, chosen.engine), keyboard


def _offered(services: Services, chosen: Preferences) -> list[Setting]:
    """What there is to choose: engines where several are on, and what the person's own can make."""
    engines, kind = _engines_on(services), ENGINES[services.limits.engine_of(chosen.engine)]
    offered = [engines if setting is ENGINE else setting for setting in OF_PERSON]
    offered.remove(RESOLUTION if kind.needs_boxes else FRAMING)
    if len(engines.choices) < 2:
        offered.remove(engines)
    return offered


def _engines_on(services: Services) -> Setting:
    on = services.limits.engines
    choices = [choice for choice in ENGINE.choices if choice.value in on]
    choices.sort(key=lambda choice: on.index(str(choice.value)))
    return replace(ENGINE, choices=tuple(choices))


def _question_text(
    services: Services, setting: Setting, texts: Catalogue, engine: str | None
) -> str:
    """That of the resolution says what the sharper one takes, by the prices; so of the engines."""
    if setting.word == ENGINE.word:
        return "\n".join([texts.html(setting.text), *_engine_lines(services, setting, texts)])
    if setting not in (RESOLUTION, FRAMING):
        return texts.html(setting.text)
    *_, small, large = (
        services.limits.price_of(str(choice.value), engine) for choice in setting.choices
    )
    ratio = large.quota_weight_permille / small.quota_weight_permille
    if setting is RESOLUTION and ratio == 1:
        return texts.html("setting-resolution-ask-same")
    return texts.html(setting.text, ratio=ratio)


def _engine_lines(services: Services, setting: Setting, texts: Catalogue) -> list[str]:
    """What a second of each one takes of the quota, at the resolution that is usual."""
    lines = []
    for choice in setting.choices:
        price = services.limits.price_of(services.limits.resolution, str(choice.value))
        ratio = price.quota_weight_permille / 1000
        lines.append(texts.html("engine-line", name=choice.says(texts), ratio=ratio))
    return lines
