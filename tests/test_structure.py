"""The house keeps its measures: nobody is handed too much, and everything is found by its name."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import telegram

ROOT = Path(__file__).parents[1]
MOST_COLLABORATORS = 9
"""A `Component's` parts are among them, the common services are not."""
MOST_BY_POSITION = 3
MOST_LINES = 400
MOST_FILES = 22


class Constructor:
    """What a class of the product is handed, and whether it works or only holds values."""

    def __init__(self, path: str, node: ast.ClassDef) -> None:
        self.where = f"{path}:{node.lineno} {node.name}"
        made = [part for part in node.body if getattr(part, "name", "") == "__init__"]
        self.by_position: list[ast.arg | ast.AnnAssign] = []
        self.by_keyword: list[ast.arg | ast.AnnAssign] = []
        if made and isinstance(made[0], ast.FunctionDef):
            self.by_position += made[0].args.args[1:]
            self.by_keyword += made[0].args.kwonlyargs
        elif "dataclass" in (flags := " ".join(map(ast.unparse, node.decorator_list))):
            given = self.by_keyword if "kw_only=True" in flags else self.by_position
            given += [part for part in node.body if _is_given(part)]  # type: ignore[misc]
        elif "Component" in map(ast.unparse, node.bases):
            self.by_keyword += [*filter(_is_given, node.body)]  # type: ignore[list-item]
        self.parts = sum("= Part(" in ast.unparse(part) for part in node.body)
        self.acts = any(isinstance(part, ast.AsyncFunctionDef) for part in node.body)

    @property
    def given(self) -> list[ast.arg | ast.AnnAssign]:
        return [*self.by_position, *self.by_keyword]

    def types(self) -> set[str]:
        """The names in the annotations of what it is handed."""
        annotations = [one.annotation for one in self.given if one.annotation is not None]
        nodes = [node for annotation in annotations for node in ast.walk(annotation)]
        return {node.id for node in nodes if isinstance(node, ast.Name)}


def _is_given(part: ast.stmt) -> bool:
    return isinstance(part, ast.AnnAssign) and "init=False" not in ast.unparse(part)


@cache
def sources() -> dict[str, str]:
    """The product's files but the sandbox's: each text by its path."""
    paths = [path for top in ("bot", "handlers", "storage") for path in (ROOT / top).rglob("*.py")]
    inside = [path.relative_to(ROOT) for path in paths if "sandbox" not in path.parts]
    return {path.as_posix(): (ROOT / path).read_text("utf-8") for path in sorted(inside)}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for path, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                yield path, node


@cache
def workers() -> dict[str, Constructor]:
    """The classes that are no plain data: what does something in time, and what is handed such."""
    known = {node.name: Constructor(path, node) for path, node in classes()}
    found = {name for name, one in known.items() if one.acts}
    while more := {n for n, one in known.items() if n not in found and one.types() & found}:
        found |= more
    return {name: known[name] for name in sorted(found)}


def test_plain_data_is_told_from_what_works() -> None:
    assert {"Sender", "Deliverer", "Worker", "CommonServices", "MessageContext"} <= set(workers())
    assert not {"Job", "Media", "Limits", "Order", "OutgoingVideo"} & set(workers())


def test_nobody_is_handed_more_than_a_few_collaborators() -> None:
    most = {one.where: len(one.given) + one.parts for one in workers().values()}
    assert {where: n for where, n in most.items() if n > MOST_COLLABORATORS} == {}


def test_what_is_handed_several_gets_them_by_name() -> None:
    piles = {one.where: len(one.by_position) for one in workers().values()}
    assert {where: n for where, n in piles.items() if n > MOST_BY_POSITION} == {}


def test_a_class_has_its_name_for_itself() -> None:
    """All but private ones, which are known in one file only, and what either side raises alike."""
    names = Counter(node.name for _, node in classes() if not node.name.startswith("_"))
    assert {name for name, number in names.items() if number > 1} == set()


def test_a_file_is_read_at_one_go() -> None:
    lengths = {path: len(text.splitlines()) for path, text in sources().items()}
    assert not {path for path, n in lengths.items() if n > MOST_LINES}


def test_a_folder_is_seen_at_one_look() -> None:
    """The sandbox's and the tests' as well."""
    tops = ("bot", "handlers", "storage", "tests")
    paths = [path for top in tops for path in (ROOT / top).rglob("*.py")]
    sizes = Counter(path.parent.relative_to(ROOT).as_posix() for path in paths)
    assert {folder: n for folder, n in sizes.items() if n > MOST_FILES} == {}


SQL = re.compile(r"SELECT .|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA|BEGIN (IMM|EXC)|ROLLBACK")
BOT_API = {
    name
    for kind in (telegram.Bot, telegram.Message, telegram.CallbackQuery, telegram.Chat)
    for name, _ in inspect.getmembers(kind, inspect.iscoroutinefunction)
    if not name.startswith("_")
}
OUR_OWN = ("account", "members", "sender")
"""What speaks for the rest, with methods that are called as those of the Bot API."""


def outside(room: str) -> Iterator[tuple[str, ast.AST]]:
    for path, text in sources().items():
        if not path.startswith(room):
            for node in ast.walk(ast.parse(text)):
                yield f"{path}:{getattr(node, 'lineno', 0)}", node


def is_sql(node: ast.AST) -> bool:
    """A statement, or what opens a database."""
    match node:
        case ast.Constant(value=str(text)):
            return SQL.match(text.strip()) is not None
        case ast.Import(names=names):
            return bool({"sqlite3", "aiosqlite"} & {name.name for name in names})
        case ast.ImportFrom(module=module):
            return module in ("sqlite3", "aiosqlite")
    return False


def is_call_to_telegram(node: ast.AST) -> bool:
    """Of a method that python-telegram-bot's bot has, or one of what it received."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=method)) if method in BOT_API:
            called = ast.unparse(receiver).rpartition(".")[2].removeprefix("_")
            return called == "bot" or ("_" in method and called not in OUR_OWN)
    return False


def test_sql_is_in_the_storage_alone() -> None:
    assert [where for where, node in outside("storage/") if is_sql(node)] == []


def test_telegram_is_called_by_its_package_alone() -> None:
    calls = [where for where, node in outside("bot/telegram/") if is_call_to_telegram(node)]
    assert calls == []
