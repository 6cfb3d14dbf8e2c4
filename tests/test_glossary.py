"""The glossary and the code say the same words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
OURS, OUT = PAGE.split("## Not used as names")
ELSEWHERE = {"half": "bot/media/", "terms": "handlers/privacy.py", "conversation": ""}
"""Words with another sense (of a width, the command /terms, the key of a draft), and where."""
OTHER = "voice note"
"""What Telegram calls a voice message in its code alone: `can_send_voice_notes`."""
COLUMNS = set(
    re.findall(
        r"[a-z_]+",
        "".join(path.read_text("utf-8") for path in (ROOT / "storage/migrations").glob("*.sql")),
    )
)
"""What the database calls its tables and columns is its own affair."""


@cache
def sources() -> dict[str, str]:
    """The product's files but the sandbox's: each text by its path."""
    paths = [path for top in ("bot", "handlers", "storage") for path in (ROOT / top).rglob("*.py")]
    inside = [path.relative_to(ROOT) for path in paths if "sandbox" not in path.parts]
    return {path.as_posix(): (ROOT / path).read_text("utf-8") for path in inside}


@cache
def named() -> list[tuple[str, str]]:
    """Every path with each name that it defines, and its own."""
    return [
        (path, name)
        for path, text in sources().items()
        for name in (Path(path).stem, *names(ast.parse(text)))
    ]


def banned() -> list[str]:
    rows = re.findall(r"^\| ([^|]+) \|", OUT.split("|---|---|")[1], re.MULTILINE)
    words = [re.sub(r"\(.*\)", "", word).strip() for row in rows for word in row.split(",")]
    return sorted(set(words))


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words_of(name: str) -> set[str]:
    alone = name.replace("ButtonPress", "").replace("button_press", "")
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", alone)}


@pytest.mark.parametrize("word", banned())
def test_a_word_that_is_out_names_nothing(word: str) -> None:
    elsewhere = ELSEWHERE.get(word, "-")
    found = [
        (path, name)
        for path, name in named()
        if word in words_of(name) and not path.startswith(elsewhere) and name not in COLUMNS
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(\w+)` ?[|,]", OURS))))
def test_a_word_of_ours_is_in_the_code(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", text) for text in sources().values())


def docstrings(tree: ast.AST) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and (said := ast.get_docstring(node)):
            yield " ".join(said.casefold().split())


def test_docstrings_say_voice_message_as_telegram_does() -> None:
    paths = [path for top in ("bot", "handlers", "storage") for path in (ROOT / top).rglob("*.py")]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths}
    assert len(trees) > 100
    found = [
        str(path) for path, tree in trees.items() for said in docstrings(tree) if OTHER in said
    ]
    assert found == []
