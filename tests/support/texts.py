"""What the catalogues say, as a person reads it, and what of it was said."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from fluent.syntax import FluentParser, ast

from bot.texts import Texts
from bot.texts.catalogue import sources

TEXTS = Texts()
LONGEST_SECONDS = 19.9
"""The longest voice, as texts name it."""

_NO_MESSAGES = ("answer-", "button-")
_TAG = re.compile(r"</?[a-z]+>")


def said(key: str, language: str = "en", /, **values: str | float) -> str:
    """A catalogue's text without markup.

    What is said of the charge is that there was none, and of a video that AI made it, unless
    they are given.
    """
    texts = TEXTS.of(language)
    values = {
        "charged": texts.plain("charged-nothing"),
        "label": texts.plain("ai-label-video"),
        **values,
    }
    return unescape(_TAG.sub("", texts.html(key, **values)))


def label(key: str, language: str = "en", /, **values: str | float) -> str:
    """What a button says, or the bot's answer to one."""
    return TEXTS.of(language).plain(key, **values)


def key_of(text: str) -> str | None:
    """The key of what an English message says or begins with; the most exact one that fits.

    None for a text that begins with a value, and for what no message says.
    """
    fitting = (key for key, pattern in _patterns() if pattern.match(text))
    return next(fitting, None)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Of each text of a message what does not depend on its values; the longest first."""
    entries = [entry for source in sources("en") for entry in FluentParser().parse(source).body]
    fixed = {
        entry.id.name: [_fixed(element) for element in entry.value.elements]
        for entry in entries
        if isinstance(entry, ast.Message) and entry.value is not None
    }
    return [
        (key, re.compile("".join(re.escape(text) or ".*?" for text in texts), re.DOTALL))
        for key, texts in sorted(fixed.items(), key=lambda item: -len("".join(item[1])))
        if texts[0] and not key.startswith(_NO_MESSAGES)
    ]


def _fixed(element: ast.TextElement | ast.Placeable) -> str:
    """A text; nothing of a value."""
    return unescape(_TAG.sub("", element.value)) if isinstance(element, ast.TextElement) else ""
