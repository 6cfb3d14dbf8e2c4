"""What a person may choose in /settings: each setting with its choices, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config.engines import ENGINES

Stored = str | int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the word in its button's data, what is stored, the text's key."""

    word: str
    value: Stored
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the word in its button's data, its column, its name, its question."""

    word: str
    column: str
    title: str
    question: str
    choices: tuple[Choice, ...]

    def choice(self, word: str) -> Choice | None:
        """The choice that this word of a button means."""
        return next((choice for choice in self.choices if choice.word == word), None)

    def chosen(self, value: Stored) -> Choice:
        """The choice that holds; the first one for what is no longer offered."""
        return next((choice for choice in self.choices if choice.value == value), self.choices[0])


RESOLUTION = Setting(
    "resolution",
    "resolution",
    "setting-resolution",
    "setting-resolution-ask",
    (Choice("small", "480P", "resolution-small"), Choice("large", "720P", "resolution-large")),
)

ENGINE = Setting(
    "engine",
    "engine",
    "setting-engine",
    "setting-engine-ask",
    tuple(Choice(kind.word, kind.name, kind.title) for kind in ENGINES.values()),
)
"""Of these only those that are on are offered, and none where there is but one."""

LANGUAGE = Setting(
    "language",
    "language",
    "setting-language",
    "setting-language-ask",
    (
        Choice("automatic", None, "language-automatic"),
        Choice("en", "en", "language-english"),
        Choice("zh", "zh-hans", "language-chinese"),
    ),
)

SETTINGS = (
    ENGINE,
    RESOLUTION,
    Setting(
        "reply",
        "reply_as",
        "setting-reply",
        "setting-reply-ask",
        (Choice("video", "video", "reply-video"), Choice("note", "note", "reply-note")),
    ),
    Setting(
        "levelling",
        "levelled",
        "setting-levelling",
        "setting-levelling-ask",
        (Choice("on", 1, "levelling-on"), Choice("off", 0, "levelling-off")),
    ),
    Setting(
        "confirm",
        "confirm_above_milliseconds",
        "setting-confirm",
        "setting-confirm-ask",
        (
            Choice("never", None, "confirm-never"),
            Choice("ten", 10_000, "confirm-above-ten"),
            Choice("twenty", 20_000, "confirm-above-twenty"),
            Choice("always", 0, "confirm-always"),
        ),
    ),
    Setting(
        "progress",
        "quiet",
        "setting-progress",
        "setting-progress-ask",
        (Choice("shown", 0, "progress-shown"), Choice("quiet", 1, "progress-quiet")),
    ),
    LANGUAGE,
)
