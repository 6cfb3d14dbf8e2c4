"""HTML parse mode: entities in UTF-16 units, bad HTML refused in Telegram's words."""

from __future__ import annotations

import contextlib
import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.texts.markup import found_entities, parse_html, trimmed, utf16_length

REFUSED = "Bad Request: can't parse entities: "


def _entity(kind: str, offset: int, length: int, **details: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **details}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>bold</b>", "bold", [_entity("bold", 0, 4)]),
        ("👍 <i>x</i>", "👍 x", [_entity("italic", 3, 1)]),
        ("<b>👨‍👩‍👧</b>", "👨‍👩‍👧", [_entity("bold", 0, 8)]),
        ("<b>a<i>b</i></b>", "ab", [_entity("bold", 0, 2), _entity("italic", 1, 1)]),
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&nbsp;&copy;", "&nbsp;&copy;", []),
        ("&#128077;&#x41;", "👍A", []),
        ("A & B", "A & B", []),
        (
            '<a href="https://a.example/?x=1&amp;y=2">here</a>',
            "here",
            [_entity("text_link", 0, 4, url="https://a.example/?x=1&y=2")],
        ),
        (
            '<a href="tg://user?id=7">Ann</a>',
            "Ann",
            [_entity("text_mention", 0, 3, user={"id": 7, "is_bot": False, "first_name": "User"})],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [_entity("pre", 0, 1, language="py")],
        ),
        ("<blockquote expandable>q</blockquote>", "q", [_entity("expandable_blockquote", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [_entity("spoiler", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<U>x</U>", "x", [_entity("underline", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<img>", 'Unsupported start tag "img" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_as_telegram_does(source: str, reason: str) -> None:
    with pytest.raises(ApiError, match=f"^{re.escape(REFUSED + reason)}$"):
        parse_html(source)


@given(st.text())
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == (text, [])


@given(st.lists(st.tuples(st.sampled_from("bius"), st.text(min_size=1)), max_size=5))
def test_every_entity_covers_what_its_tag_enclosed(pieces: list[tuple[str, str]]) -> None:
    source = "".join(f"<{tag}>{html.escape(inside)}</{tag}>" for tag, inside in pieces)
    text, entities = parse_html(source)
    units = text.encode("utf-16-le")
    covered = [units[2 * e["offset"] : 2 * (e["offset"] + e["length"])] for e in entities]
    assert [piece.decode("utf-16-le") for piece in covered] == [inside for _, inside in pieces]


@given(st.text(alphabet="<>/&;b\"'= aé👍", max_size=40))
def test_any_text_is_either_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(ApiError):
        text, entities = parse_html(source)
        assert all(e["offset"] + e["length"] <= utf16_length(text) for e in entities)


def test_commands_mentions_and_links_are_found_without_markup() -> None:
    text = "👍 /start@my_bot hi @somebody https://a.example/x, #tag a@b.example 1/2"
    found = [
        (
            e["type"],
            text.encode("utf-16-le")[2 * e["offset"] :][: 2 * e["length"]].decode("utf-16-le"),
        )
        for e in found_entities(text, [])
    ]
    assert found == [
        ("bot_command", "/start@my_bot"),
        ("mention", "@somebody"),
        ("url", "https://a.example/x"),
        ("hashtag", "#tag"),
        ("email", "a@b.example"),
    ]


def test_nothing_is_found_inside_code() -> None:
    code = [_entity("code", 0, 6)]
    assert found_entities("/start", code) == code


def test_white_space_around_a_text_goes_and_entities_move() -> None:
    assert trimmed("  ab \n", [_entity("bold", 1, 3), _entity("italic", 4, 2)]) == (
        "ab",
        [_entity("bold", 0, 2)],
    )
