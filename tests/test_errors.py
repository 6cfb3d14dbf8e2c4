"""The trees of exceptions: drawn as they are, and caught by their nodes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.dashscope import errors as service
from bot.media import errors as media
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.telegram import errors as chat

ROOT = Path(__file__).parents[1]
OURS = ("bot", "handlers", "storage")
ELSEWHERE = (MediaWorkerDied, MediaWorkerNotStarted)
BRANCH = re.compile(r"[ │]*[├└]── (\w+)")


def drawn(module: ModuleType, root: str) -> Iterator[tuple[str, str]]:
    """Each child of the drawing, with its parent."""
    lines = (module.__doc__ or "").splitlines()
    (top,) = (line for line in lines if line.split()[:1] == [root])
    above = [(top.index(root), root)]
    for name, column in ((found[1], found.start(1)) for found in map(BRANCH.match, lines) if found):
        above = [(other, parent) for other, parent in above if other < column]
        yield name, above[-1][1]
        above.append((column, name))


@pytest.mark.parametrize(
    ("module", "root"),
    [(chat, chat.TelegramFailure), (service, service.DashScopeError), (media, media.MediaFailure)],
    ids=lambda item: item.__name__,
)
def test_a_tree_is_drawn_as_it_is(module: ModuleType, root: type[Exception]) -> None:
    kinds = [kind for kind in [*vars(module).values(), *ELSEWHERE] if isinstance(kind, type)]
    made = {
        (kind.__name__, kind.__bases__[0].__name__)
        for kind in kinds
        if issubclass(kind, root) and kind is not root
    }
    assert set(drawn(module, root.__name__)) == made


def caught_constants(tree: ast.Module) -> Iterator[str]:
    """Constants that are caught, and hold an exception of ours."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = {
        alias.asname or alias.name
        for node in imports
        if (node.module or "").split(".")[0] in OURS
        for alias in node.names
    }
    holding = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if any(isinstance(part, ast.Name) and part.id in ours for part in ast.walk(node.value))
    }
    for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)):
        for part in ast.walk(handler.type) if handler.type else ():
            if isinstance(part, ast.Name) and part.id in holding:
                yield part.id


def test_what_is_caught_alike_has_a_node_and_no_tuple_of_its_own() -> None:
    files = [path for top in OURS for path in (ROOT / top).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix(): there
        for path in files
        if "sandbox" not in path.parts
        and (there := list(caught_constants(ast.parse(path.read_text("utf-8")))))
    }
    assert found == {}
