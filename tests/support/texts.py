"""What the catalogues say, as a person reads it."""

from __future__ import annotations

import re
from html import unescape

from bot.texts import Texts

TEXTS = Texts()
LONGEST_SECONDS = 19.9
"""The longest voice, as texts name it."""

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
