"""An engine is known by what it can do: its name is compared nowhere but in the table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config.engines import ENGINES
from bot.config.service import ServiceSettings

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for top in ("bot", "handlers", "storage")
    for path in (ROOT / top).rglob("*.py")
    if "sandbox" not in path.parts and path != ROOT / "bot" / "config" / "engines.py"
)
NAMES = {one for kind in ENGINES.values() for one in (kind.name, kind.model, kind.detection)}


def told_apart(text: str) -> Iterator[str]:
    """The names of engines and models that are compared, matched, or the keys of a table."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Compare() | ast.MatchValue():
                inside: list[ast.AST] = list(ast.walk(node))
            case ast.Dict():
                inside = [key for key in node.keys if key is not None]
            case _:
                continue
        yield from (
            str(one.value)
            for one in inside
            if isinstance(one, ast.Constant) and one.value in NAMES - {None}
        )


@pytest.mark.parametrize(
    "text", ['job.engine == "emo"', 'x in {"preview", 1}', 'TABLE = {"wan2.2-s2v": 1}']
)
def test_a_name_that_is_compared_is_found(text: str) -> None:
    assert [*told_apart(text)]


def test_nothing_compares_the_name_of_an_engine() -> None:
    found = {str(path): [*told_apart(path.read_text("utf-8"))] for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_price_of_the_table_is_a_setting() -> None:
    prices = {price for kind in ENGINES.values() for price in kind.resolutions.values() if price}
    assert prices <= ServiceSettings.model_fields.keys()


@pytest.mark.parametrize("asked", ["480P", "720P"])
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_makes_what_is_asked_for_or_one_of_its_own(engine: str, asked: str) -> None:
    resolutions = ENGINES[engine].resolutions
    assert ENGINES[engine].as_made(asked) in resolutions
    assert asked not in resolutions or ENGINES[engine].as_made(asked) == asked
