"""Names of strangers: shown so that the text around them stays what it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import Catalogue, Markup
from bot.texts.naming import LONGEST_NAME, mention, shown_name

EN = Catalogue("en")
_BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c"


@pytest.mark.parametrize("name", ["Ada", "小明", "José", "O'Brien <3", "Zoë 🎈", "👩\u200d🚀"])
def test_an_ordinary_name_is_shown_as_it_is(name: str) -> None:
    assert shown_name(name, EN) == name


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "   ",
        "\u200b" * 64,
        "\u200d\u200c" * 32,
        "\u202e" * 64,
        "\u3164\u2800\uffa0",
        "\u0301\u0302\u0303",
        "\U000e0041\U000e007f",
    ],
)
def test_whoever_has_no_name_to_be_seen_is_somebody(name: str | None) -> None:
    assert shown_name(name, EN) == "Somebody"
    assert shown_name(name, Catalogue("zh-hans")) == "有人"


@pytest.mark.parametrize("name", ["مريم", "שרה", "Ben מרים"])
def test_what_is_written_from_right_to_left_does_not_turn_its_surroundings(name: str) -> None:
    assert shown_name(name, EN) == f"\u2068{name}\u2069"


def test_sixty_four_characters_of_mischief_become_one_short_line() -> None:
    mischief = ("\u202eאבג\u200b\u200f\u0301\n\t\u2066" * 8)[:64]
    shown = shown_name(mischief, EN)
    assert shown.startswith("\u2068")
    assert shown.endswith("\u2069")
    assert "\n" not in shown
    assert not set(shown[1:-1]) & set(_BIDI_CONTROLS)
    assert len(shown) <= LONGEST_NAME + 2


def test_a_heap_of_accents_does_not_reach_into_other_lines() -> None:
    shown = shown_name("A" + "\u0301" * 60 + "da", EN)
    assert sum(1 for one in shown if unicodedata.combining(one)) == 2
    assert unicodedata.normalize("NFD", shown).replace("\u0301", "") == "Ada"


def test_a_long_name_is_cut_with_a_sign_of_it() -> None:
    assert shown_name("x" * 64, EN) == "x" * (LONGEST_NAME - 1) + "…"


def test_a_joiner_stays_where_it_shapes_what_is_around_it_and_nowhere_else() -> None:
    assert shown_name("می\u200cخواهم", EN) == "\u2068می\u200cخواهم\u2069"
    assert shown_name("\u200dAda\u200d\u200d", EN) == "Ada"


@given(st.text(max_size=64))
def test_whatever_a_name_is_it_is_one_short_visible_line(name: str) -> None:
    shown = shown_name(name, EN)
    inner = shown.removeprefix("\u2068").removesuffix("\u2069")
    assert 0 < len(inner) <= LONGEST_NAME
    assert not set(inner) & set(_BIDI_CONTROLS + "\u2068\u2069\n\r\u2028\u2029\u200b\ufeff")


def test_a_mention_is_the_username_or_a_link_for_whoever_has_none() -> None:
    assert mention(7, "Ada", "ada_l", EN) == "@ada_l"
    assert mention(7, "<b>", None, EN) == '<a href="tg://user?id=7">&lt;b&gt;</a>'
    assert mention(7, "Ada", 'x" <b>', EN) == '<a href="tg://user?id=7">Ada</a>'
    assert mention(7, None, None, EN) == '<a href="tg://user?id=7">Somebody</a>'


def test_a_mention_goes_into_a_text_as_it_is_and_a_name_escaped() -> None:
    assert EN.html("talk-objected", owner=Markup("<a>x</a>")).startswith("<a>x</a> does")
    assert EN.html("talk-objected", owner="<a>").startswith("&lt;a&gt; does")
