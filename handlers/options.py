"""All settings that can be changed in a chat: a person's own, and those of a group's admins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.config.engines import ENGINES, PORTRAIT, SQUARE
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from bot.texts.catalogue import Value
from handlers.button_press import ButtonPress, TooLate

Stored = str | int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the word in its button's data, what is stored, the text that says it."""

    word: str
    value: Stored
    text: str
    values: dict[str, Value] = field(default_factory=dict)

    def says(self, texts: Catalogue, standard: str = "") -> str:
        """The choice in words; `standard` is the operator's resolution."""
        return texts.plain(self.text, standard=standard, **self.values)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the word in its button's data, its column, its button, its text.

    The text of a person's setting is its question, that of a group's is the line that tells it.
    """

    word: str
    column: str
    button: str
    text: str
    choices: tuple[Choice, ...]

    def held_in(self, settings: object) -> Choice:
        """The choice that holds by these; the first one for what is no longer offered."""
        value: Stored = getattr(settings, self.column)
        return next((choice for choice in self.choices if choice.value == value), self.choices[0])

    def keyboard(
        self, holds: Choice, texts: Catalogue, action: str, back: str, standard: str = ""
    ) -> Keyboard:
        """Its choices and the way back; a word marks one: a sign is nothing to a screen reader."""
        rows = []
        for choice in self.choices:
            said = choice.says(texts, standard)
            label = texts.plain("choice-now", choice=said) if choice == holds else said
            rows.append([(label, f"{action}:{self.word}:{choice.word}")])
        return keyboard_of(*rows, [(texts.plain("button-back"), back)])


def pressed_option(
    pressed: ButtonPress, offered: Iterable[Setting]
) -> tuple[Setting, Choice | None]:
    """The setting that the first word of the button names, and its choice if there is a second;
    raises TooLate where that is not offered.
    """
    setting = next((one for one in offered if one.word == pressed.word(0)), None)
    if setting is None:
        raise TooLate
    if len(pressed.arguments) == 1:
        return setting, None
    choice = next((one for one in setting.choices if one.word == pressed.word(1)), None)
    if choice is None:
        raise TooLate
    return setting, choice


def _seconds(milliseconds: int) -> Choice:
    seconds = milliseconds / 1000
    return Choice(str(milliseconds), milliseconds, "choice-seconds", {"seconds": seconds})


RESOLUTION = Setting(
    *("resolution", "resolution", "setting-resolution", "setting-resolution-ask"),
    (Choice("small", "480P", "resolution-small"), Choice("large", "720P", "resolution-large")),
)

ENGINE = Setting(
    *("engine", "engine", "setting-engine", "setting-engine-ask"),
    tuple(Choice(kind.word, kind.name, kind.title) for kind in ENGINES.values()),
)
"""Of these only those that are on are offered, and none where there is but one."""

FRAMING = Setting(
    *("framing", "framing", "setting-framing", "setting-framing-ask"),
    (
        Choice("automatic", None, "framing-automatic"),
        Choice("square", SQUARE, "framing-square"),
        Choice("portrait", PORTRAIT, "framing-portrait"),
    ),
)

OF_PERSON = (
    ENGINE,
    RESOLUTION,
    FRAMING,
    Setting(
        *("reply", "reply_as", "setting-reply", "setting-reply-ask"),
        (Choice("video", "video", "reply-video"), Choice("note", "note", "reply-note")),
    ),
    Setting(
        *("levelling", "levelled", "setting-levelling", "setting-levelling-ask"),
        (Choice("on", 1, "levelling-on"), Choice("off", 0, "levelling-off")),
    ),
    Setting(
        *("confirm", "confirm_above_milliseconds", "setting-confirm", "setting-confirm-ask"),
        (
            Choice("never", None, "confirm-never"),
            Choice("ten", 10_000, "confirm-above-ten"),
            Choice("twenty", 20_000, "confirm-above-twenty"),
            Choice("always", 0, "confirm-always"),
        ),
    ),
    Setting(
        *("progress", "quiet", "setting-progress", "setting-progress-ask"),
        (Choice("shown", 0, "progress-shown"), Choice("quiet", 1, "progress-quiet")),
    ),
    Setting(
        *("language", "language", "setting-language", "setting-language-ask"),
        (
            Choice("automatic", None, "language-automatic"),
            Choice("en", "en", "language-english"),
            Choice("zh", "zh-hans", "language-chinese"),
        ),
    ),
)
"""Columns of `preferences`: each person changes their own, with /settings."""

OF_GROUP = (
    Setting(
        *("who", "who", "button-who", "groupsettings-who"),
        (
            Choice("all", "all", "choice-all"),
            Choice("admins", "admins", "choice-admins"),
            Choice("list", "list", "choice-list"),
        ),
    ),
    Setting(
        *("resolution", "resolution", "button-resolution", "groupsettings-resolution"),
        (
            Choice("standard", None, "choice-operators"),
            Choice("480P", "480P", "choice-lower"),
            Choice("720P", "720P", "choice-higher"),
        ),
    ),
    Setting(
        *("longest", "longest_milliseconds", "button-longest", "groupsettings-longest"),
        (
            Choice("any", None, "choice-no-limit"),
            *(_seconds(5_000), _seconds(10_000), _seconds(15_000), _seconds(19_900)),
        ),
    ),
    Setting(
        *("others", "others_photos", "button-others", "groupsettings-others"),
        (Choice("yes", 1, "choice-others-yes"), Choice("no", 0, "choice-others-no")),
    ),
    Setting(
        *("quiet", "quiet", "button-quiet", "groupsettings-quiet"),
        (Choice("no", 0, "choice-followed"), Choice("yes", 1, "choice-quiet")),
    ),
    Setting(
        *("language", "language", "button-language", "groupsettings-language"),
        (
            Choice("own", None, "choice-each-person"),
            Choice("en", "en", "choice-english"),
            Choice("zh-hans", "zh-hans", "choice-chinese"),
        ),
    ),
)
"""Columns of `groups`: the admins of a group change them, with /groupsettings."""
