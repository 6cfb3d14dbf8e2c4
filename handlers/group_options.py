"""What the admins of a group can choose, with the words for each choice."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.texts import Catalogue
from bot.texts.catalogue import Value
from storage.groups.groups import GroupSettings


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """One value of a setting, and the text that says it."""

    value: str | int | None
    text: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupSetting:
    """One setting: its column, its line in the message, its button, its choices by their word."""

    column: str
    line: str
    button: str
    choices: dict[str, GroupChoice]

    def chosen(self, settings: GroupSettings) -> str:
        """The word of what holds now; the first where the value is none of them."""
        value = getattr(settings, self.column)
        for word, choice in self.choices.items():
            if choice.value == value:
                return word
        return next(iter(self.choices))

    def says(self, word: str, texts: Catalogue, standard: str) -> str:
        """The choice in words; `standard` is the operator's resolution."""
        choice = self.choices[word]
        return texts.plain(choice.text, standard=standard, **choice.values)


def _seconds(milliseconds: int) -> GroupChoice:
    return GroupChoice(milliseconds, "choice-seconds", {"seconds": milliseconds / 1000})


SETTINGS: dict[str, GroupSetting] = {
    "who": GroupSetting(
        "who",
        "groupsettings-who",
        "button-who",
        {
            "all": GroupChoice("all", "choice-all"),
            "admins": GroupChoice("admins", "choice-admins"),
            "list": GroupChoice("list", "choice-list"),
        },
    ),
    "resolution": GroupSetting(
        "resolution",
        "groupsettings-resolution",
        "button-resolution",
        {
            "standard": GroupChoice(None, "choice-operators"),
            "480P": GroupChoice("480P", "choice-lower"),
            "720P": GroupChoice("720P", "choice-higher"),
        },
    ),
    "longest": GroupSetting(
        "longest_milliseconds",
        "groupsettings-longest",
        "button-longest",
        {
            "any": GroupChoice(None, "choice-no-limit"),
            "5000": _seconds(5_000),
            "10000": _seconds(10_000),
            "15000": _seconds(15_000),
            "19900": _seconds(19_900),
        },
    ),
    "others": GroupSetting(
        "others_photos",
        "groupsettings-others",
        "button-others",
        {"yes": GroupChoice(1, "choice-others-yes"), "no": GroupChoice(0, "choice-others-no")},
    ),
    "quiet": GroupSetting(
        "quiet",
        "groupsettings-quiet",
        "button-quiet",
        {"no": GroupChoice(0, "choice-followed"), "yes": GroupChoice(1, "choice-quiet")},
    ),
    "language": GroupSetting(
        "language",
        "groupsettings-language",
        "button-language",
        {
            "own": GroupChoice(None, "choice-each-person"),
            "en": GroupChoice("en", "choice-english"),
            "zh-hans": GroupChoice("zh-hans", "choice-chinese"),
        },
    ),
}
