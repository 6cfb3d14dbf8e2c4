"""The glossary and the code say the same words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
OURS, OUT = PAGE.split("## Not used as names")
NOT_OURS = {
    "conversation",  # the key of one, and Telegram's word
    "terms",  # the command /terms
    "half",  # of a width, of a picture
    "letter",  # of an alphabet
    "notice",  # a column of the schema, which is about to be made anew
}
"""Words with another sense, which is not ours to forbid."""


def sources() -> Iterator[Path]:
    for top in ("bot", "handlers", "storage"):
        for path in (ROOT / top).rglob("*.py"):
            if "sandbox" not in path.parts:
                yield path


def banned() -> list[str]:
    rows = re.findall(r"^\| ([^|]+) \|", OUT.split("|---|---|")[1], re.MULTILINE)
    words = [re.sub(r"\(.*\)", "", word).strip() for row in rows for word in row.split(",")]
    return sorted(set(words) - NOT_OURS)


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}


@pytest.mark.parametrize("word", banned())
def test_a_word_that_is_out_names_nothing(word: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in (path.stem, *names(ast.parse(path.read_text("utf-8"))))
        if word in words_of(name)
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(\w+)` ?[|,]", OURS))))
def test_a_word_of_ours_is_in_the_code(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", path.read_text("utf-8")) for path in sources())
