"""How people are named: what they called themselves, made harmless for the text around it.

A name is up to 64 characters of anything: it may be written from right to left, be invisible, or
turn the text after it around. Whoever shows a name shows it through here.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

from bot.texts.catalogue import Catalogue, Markup

LONGEST_NAME = 32
_MOST_MARKS = 2

_JOINERS = "\u200c\u200d"
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
"""Fillers that Unicode counts among the letters and symbols, and nobody can see."""

_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,32}")


def shown_name(name: str | None, texts: Catalogue) -> str:
    """The name as plain text: one short line that leaves the text around it as it is.

    Controls, invisible characters and heaps of accents are gone; what is written from right to
    left is isolated (Unicode Standard Annex 9); "Somebody" where nothing is left to be seen.
    """
    visible = _short(" ".join(_visible(name or "").split()))
    if not visible:
        return texts.plain("name-somebody")
    if any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in visible):
        return f"{_ISOLATE}{visible}{_END_OF_ISOLATE}"
    return visible


def mention(user_id: int, first_name: str | None, username: str | None, texts: Catalogue) -> Markup:
    """Their name so that Telegram tells them: @username, or a link to whoever has none."""
    if username and _USERNAME.fullmatch(username):
        return Markup(f"@{username}")
    name = escape(shown_name(first_name, texts))
    return Markup(f'<a href="tg://user?id={user_id}">{name}</a>')


def _visible(name: str) -> str:
    kept: list[str] = []
    marks = 0
    for position, one in enumerate(name):
        marks = marks + 1 if unicodedata.combining(one) else 0
        if marks <= _MOST_MARKS and _can_be_seen(one, name[position - 1 : position + 2]):
            kept.append(" " if one.isspace() else one)
    return "".join(kept).strip(_JOINERS + " ")


def _can_be_seen(one: str, around: str) -> bool:
    """A joiner is kept between two letters or symbols: there it shapes them."""
    if one in _JOINERS:
        return len(around) == 3 and all(_is_drawn(side) for side in (around[0], around[2]))
    return one.isspace() or _is_drawn(one)


def _is_drawn(one: str) -> bool:
    return unicodedata.category(one) not in _HIDDEN and one not in _INVISIBLE_LETTERS


def _short(name: str) -> str:
    if not any(unicodedata.category(one)[0] in "LNSP" for one in name):
        return ""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
