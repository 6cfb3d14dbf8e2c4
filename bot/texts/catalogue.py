"""Texts by key and language, foreign strings escaped on the way in."""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "zh-hans")
DEFAULT = "en"

Value = str | int | float


class Markup(str):
    """A value that is HTML already, every foreign string in it escaped."""

    __slots__ = ()


class TextMissing(KeyError):
    """No catalogue has this key, or the text wants a value it was not given: a bug of ours."""


def sources(language: str) -> list[str]:
    """The language's Fluent files, one a subject."""
    folder = resources.files("bot.texts") / language
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [file.read_text("utf-8") for file in files if file.name.endswith(".ftl")]


class Catalogue:
    """One language. Only where `operator_is_told` of trouble does a text say so."""

    def __init__(self, language: str, *, operator_is_told: bool = False) -> None:
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        for source in sources(language):
            self._bundle.add_resource(FluentResource(source))
        self._shared: dict[str, Any] = {"operator_knows": ""}
        if operator_is_told:
            self._shared["operator_knows"] = self.plain("operator-knows")

    def html(self, key: str, **values: Value) -> str:
        """The text as HTML; strings among the values are escaped, unless they are `Markup`."""
        escaped = {
            name: escape(value) if isinstance(value, str) and type(value) is not Markup else value
            for name, value in values.items()
        }
        return self._format(key, escaped)

    def plain(self, key: str, **values: Value) -> str:
        """The text for places without markup: buttons, answers, commands."""
        return self._format(key, values)

    def _format(self, key: str, values: dict[str, Any]) -> str:
        if not self._bundle.has_message(key):
            raise TextMissing(f"{self.language}: {key}")
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise TextMissing(f"{self.language}: {key} has no text")
        text, errors = self._bundle.format_pattern(pattern, self._shared | values)
        if errors:
            raise TextMissing(f"{self.language}: {key}: {errors[0]}")
        return str(text)


class Texts:
    """All languages."""

    def __init__(self, *, operator_is_told: bool = False) -> None:
        self._catalogues = {
            language: Catalogue(language, operator_is_told=operator_is_told)
            for language in LANGUAGES
        }

    def of(self, language_code: str | None) -> Catalogue:
        """The catalogue for an IETF language tag as Telegram gives it, English if none fits."""
        tag = (language_code or DEFAULT).lower()
        language = "zh-hans" if tag.split("-")[0] == "zh" else DEFAULT
        return self._catalogues[language]
