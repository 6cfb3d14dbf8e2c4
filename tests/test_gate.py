"""The gate: whatever way leads to a hold, every rule refuses with its own text."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest

from bot.gate import Facts, Rule, Way, decide
from bot.texts import LANGUAGES
from handlers.button_press import ANSWERS
from handlers.callbacks import BUTTONS
from storage.jobs.ledger import Amount, Quota, Window
from tests.support.texts import TEXTS
from tests.test_structure import sources

SOMEBODYS = 7
FINE = Facts(
    length_milliseconds=5_000,
    longest_milliseconds=5_000,
    age_milliseconds=100,
    oldest_milliseconds=100,
    needed=Amount(5_000, 9_000, 4_500_000),
    quotas=(Quota(60_000, 0, 0, 1), Quota(600_000, 0, 0, 9)),
    budgets=(Window(4_500_000, 1), Window(4_500_000, 9)),
    checks=(Window(1, 1),),
    waiting=2,
    most_waiting=3,
)


def but(**changed: Any) -> Facts:
    return replace(FINE, **changed)


BROKEN = {
    "banned": (Rule.BANNED, but(banned=True)),
    "a group that is not allowed": (Rule.GROUP, but(group_allowed=False)),
    "who may use it": (Rule.WHO, but(may_use=False)),
    "consent old or missing": (Rule.CONSENT, but(agreed=False)),
    "others' photos": (Rule.OTHERS, but(own_only=SOMEBODYS)),
    "an objection": (Rule.OBJECTION, but(objected=SOMEBODYS)),
    "taken down": (Rule.WITHDRAWN, but(withdrawn=True)),
    "longest": (Rule.LONGEST, but(longest_milliseconds=4_999)),
    "resolution": (Rule.RESOLUTION, but(in_its_resolution=False)),
    "age": (Rule.AGE, but(age_milliseconds=101)),
    "jobs that wait": (Rule.WAITING, but(waiting=3)),
    "the day's quota": (Rule.QUOTA, but(quotas=(Quota(9_000, 1, 0, 1), FINE.quotas[1]))),
    "the month's quota": (Rule.QUOTA, but(quotas=(FINE.quotas[0], Quota(9_000, 0, 1, 9)))),
    "the day's budget": (Rule.BUDGET, but(budgets=(Window(4_499_999, 1), FINE.budgets[1]))),
    "the month's budget": (Rule.BUDGET, but(budgets=(FINE.budgets[0], Window(-1, 9)))),
    "the day's checks": (Rule.CHECKS, but(checks=(Window(0, 1),))),
    "a question first": (Rule.CONFIRM, but(confirm_above_milliseconds=8_999)),
}
"""What each rule refuses by a hair, where all else is fine."""


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("way", Way)
def test_every_way_is_refused_by_every_rule_that_is_asked_there(way: Way, broken: str) -> None:
    rule, facts = BROKEN[broken]
    refusal = decide(way, facts)
    if rule not in way.rules:
        assert refusal is None
        return
    assert refusal is not None
    assert refusal.rule is rule
    for language in LANGUAGES:
        assert TEXTS.of(language).plain(ANSWERS[rule], **refusal.values)


@pytest.mark.parametrize("way", Way)
def test_what_no_rule_minds_passes(way: Way) -> None:
    assert decide(way, FINE) is None


def test_every_rule_is_broken_here_and_says_something_of_its_own() -> None:
    assert {rule for rule, _ in BROKEN.values()} == set(Rule)
    assert len({*ANSWERS.values()}) == len(ANSWERS) == len(Rule)


def test_what_is_not_asked_is_not_asked_on_purpose() -> None:
    only = {
        Way.LAST: {Rule.BANNED, Rule.WITHDRAWN},
        Way.RESEND: {Rule.BANNED, Rule.WITHDRAWN},
        Way.OTHER_ENGINE: {Rule.CHECKS, Rule.BUDGET},
    }
    paying = {Way.OPEN, Way.PHOTO_CHECK, Way.PAIR, Way.RETRY, Way.FINER}
    for way in Way:
        left_out = set() if way in paying else {Rule.CONSENT}
        assert set(way.rules) == only.get(way, set(Rule) - left_out), way


def test_the_last_of_several_windows_says_when_more_comes() -> None:
    none = tuple(replace(quota, limit_milliseconds=0) for quota in FINE.quotas)
    refusal = decide(Way.PAIR, but(quotas=none))
    assert refusal is not None
    assert refusal.values == {"resets_at": 9}


FREE = {
    *("gset", "cancel", "notnow", "allow", "notme", "agree", "decline", "forgetme", "keepme"),
    *("mydata", "ban", "dismiss", "report", "takedown", "unban", "setting", "settings", "history"),
}
"""The buttons that have nothing made and show no video."""


def test_every_button_has_its_way_or_is_known_to_be_free() -> None:
    shown_again = {"resend", "note", "video"}
    assert {*BUTTONS} - FREE - shown_again == {*Way} & {*BUTTONS} - shown_again


def test_every_hold_and_paid_check_is_made_past_the_gate_in_the_same_transaction() -> None:
    holding = {
        (path, node.name): _calls(node)
        for path, text in sources().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.AsyncFunctionDef) and _PAYS & {*_calls(node)}
    }
    assert holding.pop(("storage/jobs/jobs.py", "start"))[-1] == "ledger.hold"
    assert {path for path, _ in holding} == {"bot/intake/pairing.py", "bot/engines/face_check.py"}
    for called in holding.values():
        before = called[: min(called.index(call) for call in _PAYS & {*called})]
        assert before.index("self.database.transaction") < before.index("self.gate.require")


_PAYS = {"jobs.start", "ledger.hold", "verdicts.count_check"}


def _calls(function: ast.AsyncFunctionDef) -> list[str]:
    """What it calls, in the order of the text."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [ast.unparse(node.func) for node in sorted(found, key=lambda node: node.lineno)]
