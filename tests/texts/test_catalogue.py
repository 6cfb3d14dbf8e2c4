"""The catalogues say the same things in every language, and everything the code asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.provider_texts import photo_text
from bot.intake.replies import FAULT_TEXTS
from bot.media.errors import PictureFault, SoundFault
from bot.texts import LANGUAGES, Texts
from bot.texts.catalogue import Catalogue, TextMissing, sources

_ALLOWED_TAGS = {"b", "i", "code"}
_ROOT = Path(__file__).parents[2]


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """Every key with the variables its text wants."""
    source = "\n".join(sources(language))
    found: dict[str, set[str]] = {}
    for entry in FluentParser().parse(source).body:
        assert type(entry).__name__ != "Junk", f"{language}: cannot be read: {entry}"
        if isinstance(entry, Message):
            assert entry.id.name not in found, f"{language}: {entry.id.name} stands twice"
            variables = _Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_language_has_the_same_keys_with_the_same_values(language: str) -> None:
    assert messages(language) == messages("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_html_that_telegram_understands(language: str) -> None:
    catalogue = Catalogue(language)
    for key, variables in messages(language).items():
        tags: list[str] = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, _attrs, tags=tags: tags.append(tag)  # type: ignore[method-assign,misc]
        parser.handle_endtag = lambda tag, tags=tags: tags.remove(tag)  # type: ignore[method-assign,misc]
        parser.feed(catalogue.html(key, **dict.fromkeys(variables, 3)))
        assert not tags, f"{key} leaves {tags} open"


@cache
def code() -> list[tuple[str, ast.Module]]:
    paths = [path for top in ("bot", "handlers") for path in sorted((_ROOT / top).rglob("*.py"))]
    return [(str(path), ast.parse(path.read_text("utf-8"))) for path in paths]


Given = Callable[[ast.Call], list[ast.expr]]


def given_to(methods: set[str], given: Given) -> Iterator[tuple[str, ast.expr]]:
    """What every call of these methods gets; of a name, all that it is set to in its file."""
    for path, module in code():
        set_to: dict[str, list[ast.expr]] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                set_to.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(module):
            match node:
                case ast.Call(func=ast.Attribute(attr=method)) if method in methods:
                    for one in given(node):
                        for value in set_to.get(one.id, []) if isinstance(one, ast.Name) else [one]:
                            yield f"{path}:{node.lineno}", value


def said() -> Iterator[tuple[str, ast.expr]]:
    """The keys that catalogues are asked for."""
    return given_to({"html", "plain"}, lambda call: call.args[:1])


def _is_english(value: ast.expr) -> bool:
    """Whether it has words in it, or a name that stands in the code."""
    match value:
        case ast.Constant(value=str(text)):
            return re.search(r"[a-z]{2}", text) is not None
        case ast.JoinedStr(values=parts):
            return any(map(_is_english, parts))
        case _:
            return isinstance(value, ast.Attribute) and value.attr == "value"


def test_no_english_is_put_into_what_the_operator_is_told_in_another_language() -> None:
    told = given_to(
        {"tell", "note", "noting"}, lambda call: [keyword.value for keyword in call.keywords]
    )
    lost = given_to({"lose_task"}, lambda call: call.args[1:])
    assert [where for where, value in (*told, *lost) if _is_english(value)] == []


def test_every_text_is_asked_for_by_its_whole_key() -> None:
    """So that a search for a key finds where it is said."""
    literals = {
        node.value
        for _, module in code()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(messages("en")) - literals == set()


def test_no_key_is_put_together_where_it_is_said() -> None:
    composed = (ast.JoinedStr, ast.BinOp)
    found = [where for where, key in said() if any(isinstance(n, composed) for n in _keys_in(key))]
    assert found == []


def _keys_in(key: ast.expr) -> Iterator[ast.expr]:
    """What a key may be: both ends of a choice, else itself."""
    if isinstance(key, ast.IfExp):
        yield from (*_keys_in(key.body), *_keys_in(key.orelse))
    else:
        yield key


def test_every_text_asked_for_exists() -> None:
    known = set(messages("en"))
    asked = {
        one.value
        for _, key in said()
        for one in _keys_in(key)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    assert asked - known == set()


@pytest.mark.parametrize(
    ("kind", "faults"), [("photo", PictureFault), ("voice", SoundFault)], ids=["photo", "voice"]
)
def test_every_fault_of_media_has_its_text(kind: str, faults: type[Enum]) -> None:
    known = set(messages("en"))
    assert {FAULT_TEXTS[kind, fault.value] for fault in faults} <= known


def test_a_foreign_string_is_escaped_in_html_and_not_in_plain_text() -> None:
    catalogue = Catalogue("en")
    assert "&lt;b&gt;" in catalogue.html("operator-parked", update=1, detail="<b>")
    assert "<b>x" in catalogue.plain("when-date", date="<b>x")


def test_a_key_or_a_value_that_is_missing_is_an_error_not_a_hole_in_a_text() -> None:
    with pytest.raises(TextMissing):
        Catalogue("en").html("no-such-text")
    with pytest.raises(TextMissing):
        Catalogue("en").html("job-preparing")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("zh", "zh-hans"),
        ("zh-hans", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("de", "en"),
        (None, "en"),
        ("", "en"),
    ],
)
def test_people_get_the_language_of_their_app_or_english(tag: str | None, language: str) -> None:
    assert Texts().of(tag).language == language


@pytest.mark.parametrize(
    "code",
    [
        None,
        "",
        "InvalidFile.NoHuman",
        "InvalidFile.MultiHuman",
        "InvalidPerson",
        "InvalidFile.Content",
        "InvalidFile.BodyProportion",
        "InvalidFile.FacePose",
        "InvalidFile.FullFace",
        "InvalidFile.FrontBody",
        "InvalidFile.FullBody",
        "InvalidFile.BodyPose",
        "InvalidFile.Value",
        "InvalidFile.Resolution",
        "InvalidFile.Size",
        "InvalidFile.Format",
        "InvalidImage.NoHumanFace",
        "InvalidFile.Unheard.Of",
    ],
)
def test_every_verdict_has_a_text(code: str | None) -> None:
    assert Catalogue("en").html(photo_text(code))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_ai_label_stand_in_one_file(language: str) -> None:
    catalogue = Texts().of(language)
    words = [catalogue.plain(key) for key in ("ai-label-video", "ai-label-preview")]
    for source in sources(language):
        assert "ai-label-preview =" in source or not any(each in source for each in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_operator_is_said_to_know_only_where_somebody_is_told(language: str) -> None:
    wanted = messages(language)
    knows = Catalogue(language, operator_is_told=True).plain("operator-knows").strip()
    keys = [key for key, names in wanted.items() if "operator_knows" in names]
    assert keys
    for told in (False, True):
        catalogue = Catalogue(language, operator_is_told=told)
        for key in keys:
            values = dict.fromkeys(wanted[key] - {"operator_knows"}, 1)
            assert (knows in catalogue.plain(key, **values)) == told


@given(st.text() | st.from_regex(r"Invalid(File|Image|Parameter)\.[A-Za-z]+", fullmatch=True))
def test_whatever_a_verdict_is_called_a_reply_has_a_text_for_it(code: str) -> None:
    assert ("photo", photo_text(code).removeprefix("photo-")) in FAULT_TEXTS
