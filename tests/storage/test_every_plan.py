"""Every statement of the storage, found in its code, is answered from an index, or named here."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import storage
from storage.db.database import Database

_ROOT = Path(storage.__file__).parent
_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s")
_HELPERS = {"has", "find", "find_all", "update", "delete"}
SMALL = frozenset(
    {
        *("outages", "notices", "schema_migrations", "pseudonyms", "forgettings", "candidates"),
        *("dead_chats", "bans", "money_of_days", "moved_chats", "earlier_task_ids"),
        "decisions",  # one a report
        "totals",
        "report_messages",
    }
)
"""These stay so however many jobs there are."""
RARELY = (
    "SELECT tasks.* FROM jobs JOIN tasks ON tasks.job_id = jobs.id"
    " WHERE jobs.ended_at_milliseconds IS NULL ORDER BY turn",
    "SELECT engine, SUM(video_milliseconds)",
    "SELECT COUNT(*) AS made FROM detections",
)
"""May read everything: at the start, or where an operator asks what was billed, ever."""
LOCAL = {"column": "photo_id", "numbers": "1, 2", "some": "1, 2", "window": "day = :day"}
LOCAL |= {"where": "day = :day", "kind.name": "x", "kind": "outages"}
LOCAL |= {"due": "jobs WHERE id = 1", "order": "id"}
"""What stands for names that are no constants of a module; see `test_plans` for what is due."""


def _modules() -> Iterator[ModuleType]:
    for path in sorted(_ROOT.rglob("*.py")):
        if "db" not in path.relative_to(_ROOT).parts:
            name = ".".join(("storage", *path.relative_to(_ROOT).with_suffix("").parts))
            yield importlib.import_module(name.removesuffix(".__init__"))


def _text(node: ast.expr, module: ModuleType) -> str | None:
    """What a string says, with the module's own constants in it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.FormattedValue):
        name = ast.unparse(node.value)
        return str(LOCAL.get(name) or vars(module).get(name, f"{{{name}}}"))
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, module) or "" for part in node.values)
    return None


def _by_columns(node: ast.expr) -> str | None:
    """What `has("table", column=…)` and its like ask."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    tables = [one.value for one in node.args if isinstance(one, ast.Constant)]
    names = [keyword.arg for keyword in node.keywords]
    nothing = [ast.unparse(keyword.value) == "None" for keyword in node.keywords]
    pairs = zip(names, nothing, strict=True)
    columns = [f"{name} IS NULL" if empty else f"{name} = :a" for name, empty in pairs]
    if node.func.attr not in _HELPERS or not tables or not columns or None in names:
        return None
    return f"SELECT * FROM {tables[0]!s} WHERE {' AND '.join(columns)}"


def statements() -> set[tuple[str, str]]:
    """All there are, by the module in which they stand."""
    found = set()
    for module in _modules():
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        parts = {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        nodes = [node for node in nodes if node not in parts]
        texts = [one for node in nodes for one in (_text(node, module), _by_columns(node))]
        for value in vars(module).values():
            texts += value if isinstance(value, tuple) else ()
        found |= {
            (module.__name__, " ".join(text.split()))
            for text in texts
            if isinstance(text, str) and _STATEMENT.match(text) and "{table}" not in text
        }
    return found


async def scans_of(database: Database, sql: str) -> list[str]:
    """The tables that this reads from one end to the other."""
    partial = await database.column(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    )
    anything = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    plan = await database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", **anything)
    tables = set(await database.column("SELECT name FROM sqlite_master WHERE type = 'table'"))
    found = []
    for row in plan:
        words = row["detail"].split()
        if words[0] == "SCAN" and words[1] in tables - SMALL and words[-1] not in partial:
            found.append(words[1])
    return found


async def test_no_statement_reads_a_large_table_from_end_to_end(database: Database) -> None:
    found = statements()
    assert len(found) > 150
    scanned = {sql: await scans_of(database, sql) for _, sql in sorted(found)}
    bad = {sql: tables for sql, tables in scanned.items() if tables}
    assert [sql for sql in bad if not sql.startswith(RARELY)] == []


async def test_a_scan_of_a_large_table_would_be_noticed(database: Database) -> None:
    assert await scans_of(database, "SELECT * FROM jobs WHERE failure = :x") == ["jobs"]
    assert await scans_of(database, "SELECT * FROM jobs WHERE id = :x") == []
