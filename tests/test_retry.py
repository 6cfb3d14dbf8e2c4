"""When to repeat: the delays of a policy, and where all delays are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import retry
from bot.retry import RetryPolicy

ROOT = Path(__file__).parents[1]
TABLE = {name: value for name, value in vars(retry).items() if isinstance(value, RetryPolicy)}

shares = st.floats(0, 1)
growing = st.lists(st.integers(0, 10**5), min_size=1, max_size=9)


@st.composite
def policies(draw: st.DrawFn) -> RetryPolicy:
    delays, jitter, chance = sorted(draw(growing)), draw(shares), draw(shares)
    return RetryPolicy(tuple(delays), jitter, chance=lambda: chance)


attempts = st.integers(1, 12) | st.integers(1, 10**9)


@given(policies(), attempts)
def test_a_later_attempt_waits_no_shorter_and_the_last_delay_is_the_longest(
    policy: RetryPolicy, attempt: int
) -> None:
    delay, next_delay = map(policy.endless_delay_seconds, (attempt, attempt + 1))
    assert delay <= next_delay <= policy.delays_seconds[-1]


@given(policies(), attempts)
def test_jitter_leaves_out_no_more_than_its_share(policy: RetryPolicy, attempt: int) -> None:
    nominal = RetryPolicy(policy.delays_seconds).endless_delay_seconds(attempt)
    shortest = RetryPolicy(policy.delays_seconds, policy.jitter, lambda: 1.0)
    longest = RetryPolicy(policy.delays_seconds, policy.jitter, lambda: 0.0)
    assert shortest.endless_delay_seconds(attempt) == nominal * (1 - policy.jitter)
    assert longest.endless_delay_seconds(attempt) == nominal
    assert nominal * (1 - policy.jitter) <= policy.endless_delay_seconds(attempt) <= nominal


@given(policies(), attempts)
def test_it_is_over_after_the_last_delay(policy: RetryPolicy, attempt: int) -> None:
    delay = policy.delay_seconds(attempt)
    assert (delay is None) == (attempt > len(policy.delays_seconds))
    assert delay in (None, policy.endless_delay_seconds(attempt))


@given(policies(), attempts, st.floats(0, 1e6))
def test_it_waits_at_least_as_long_as_was_asked(
    policy: RetryPolicy, attempt: int, asked_seconds: float
) -> None:
    usual = policy.endless_delay_seconds(attempt)
    assert policy.endless_delay_seconds(attempt, asked_seconds) == max(usual, asked_seconds)
    delay = policy.delay_seconds(attempt, asked_seconds)
    assert delay is None or delay >= asked_seconds


@given(policies(), st.integers(0, 9), attempts)
def test_so_many_repeats_at_most(policy: RetryPolicy, repeats: int, attempt: int) -> None:
    delay = policy.first(repeats).delay_seconds(attempt)
    assert delay == (None if attempt > repeats else policy.delay_seconds(attempt))


@pytest.mark.parametrize("name", TABLE)
def test_the_policies_of_the_table_grow(name: str) -> None:
    delays = TABLE[name].delays_seconds
    assert all(delay > 0 for delay in delays)
    assert list(delays) == sorted(delays)


def test_chance_is_not_always_the_same() -> None:
    delays = {retry.PROVIDER.delay_seconds(1) for _ in range(20)}
    assert len(delays) > 1
    assert all(delay is not None and 0.5 <= delay <= 1 for delay in delays)


def test_it_needs_nothing_of_ours() -> None:
    tree = ast.parse(Path(retry.__file__).read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [module for module in modules if module.split(".")[0] in ("bot", "storage")]


def schedules(tree: ast.AST) -> Iterator[str]:
    """What looks like delays between attempts: growing times, and doubling."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(name)], value=ast.Tuple() as value)
                | ast.AnnAssign(target=ast.Name(name), value=ast.Tuple() as value)
            ):
                if name.endswith("SECONDS") and grows(value):
                    yield name
            case ast.BinOp(ast.Constant(2 | 2.0), ast.Pow(), right):
                if not isinstance(right, ast.Constant):
                    yield ast.unparse(node)
            case ast.BinOp(ast.Name(name) | ast.Attribute(attr=name), ast.LShift() | ast.Pow()):
                if name.upper().endswith("SECONDS"):
                    yield ast.unparse(node)


def grows(value: ast.Tuple) -> bool:
    numbers = [item.value for item in value.elts if isinstance(item, ast.Constant)]
    times = [number for number in numbers if isinstance(number, int | float)]
    return len(times) > 1 and all(one < other for one, other in pairwise(times))


def test_no_other_file_holds_a_schedule() -> None:
    files = [path for top in ("bot", "handlers", "storage") for path in (ROOT / top).rglob("*.py")]
    apart = (Path(retry.__file__).resolve(), ROOT / "bot" / "media", ROOT / "bot" / "sandbox")
    found = {
        path.relative_to(ROOT).as_posix(): there
        for path in files
        if not any(path.is_relative_to(other) for other in apart)
        and (there := list(schedules(ast.parse(path.read_text("utf-8")))))
    }
    assert found == {}
